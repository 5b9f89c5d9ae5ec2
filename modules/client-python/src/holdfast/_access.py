"""Channels that are read by channel tokens."""

from __future__ import annotations

import asyncio
import inspect
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any

from ._publishing import Done
from ._values import HoldfastError

log = logging.getLogger("holdfast")

ChannelToken = Callable[[], "str | None | Awaitable[str | None]"]
"""Returns a token for a channel; None: the channel is not for this client."""

AHEAD = 30.0
"""The most seconds before the end of a token at which another one is asked for."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0
MOST_STALE = 3
STALE = ("unauthorized", "revoked")


def wait_of(tries: int) -> float:
    return random.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries, 10)))


class Access:
    """Asks for a token before the channel is read, before each ends, and when the server has ended
    the reading. Where that goes on then is the session's to know."""

    def __init__(
        self,
        token: ChannelToken,
        subscribe: Callable[[str, Done], None],
        ended: Callable[[HoldfastError], None],
    ) -> None:
        self._token, self._subscribe, self._report = token, subscribe, ended
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self._first: Done | None = None

    def begin(self, done: Done) -> None:
        self.end(HoldfastError("stopped", "it is read anew"))
        self._first = done
        self._over = asyncio.Event()
        self._over.set()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def end(self, error: HoldfastError | None = None) -> None:
        """Asks for nothing more; who waits for the first answer gets the error, if there is one."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if error is not None:
            self._answer(None, error)
        self._first = None

    def _answer(self, data: Any, error: HoldfastError | None) -> bool:
        """Answers who waits for the first token; returns whether somebody did."""
        done, self._first = self._first, None
        if done is not None:
            done(data, error)
        return done is not None

    def unsubscribed(self) -> bool:
        """Takes the report that the server has ended the reading; returns whether it goes on."""
        self._over.set()
        return self._task is not None

    async def _run(self) -> None:
        losses = 0
        while True:
            left, error = await self._read()
            if error is not None:
                await self._over.wait()  # While a token is in force, the channel is read.
                return self._refused(error)
            if await self._ends_within(left - min(AHEAD, left / 5) if left > 0 else None):
                await asyncio.sleep(0 if losses == 0 else wait_of(losses))
                losses += 1
            else:
                losses = 0

    async def _read(self) -> tuple[float, HoldfastError | None]:
        """Returns the seconds that are left of a token that is in force; 0: it has no end."""
        tries = 0
        while True:
            try:
                given = self._token()
                token = await given if inspect.isawaitable(given) else given
            except Exception as e:
                log.debug("no token for a channel: %r", e)
            else:
                if token is None:
                    return 0, HoldfastError("forbidden", "the application has no token")
                data, error = await self._ask(token)
                if error is None:
                    self._answer(data, None)
                    expires = data.get("expiresIn", 0) if isinstance(data, dict) else 0
                    return expires / 1_000, None
                if error.code not in STALE or (self._first is not None and tries >= MOST_STALE):
                    return 0, error
            await asyncio.sleep(wait_of(tries))
            tries += 1

    async def _ask(self, token: str) -> tuple[Any, HoldfastError | None]:
        answer: asyncio.Future[tuple[Any, HoldfastError | None]] = (
            asyncio.get_running_loop().create_future()
        )

        def done(data: Any, error: HoldfastError | None) -> None:
            if error is None:
                self._over.clear()  # Now: the end may come right behind, before the task goes on.
            if not answer.done():
                answer.set_result((data, error))

        self._subscribe(token, done)
        return await answer

    async def _ends_within(self, seconds: float | None) -> bool:
        try:
            await asyncio.wait_for(self._over.wait(), seconds)
            return True
        except asyncio.TimeoutError:
            return False

    def _refused(self, error: HoldfastError) -> None:
        self._task = None
        if not self._answer(None, error):
            self._report(error)
