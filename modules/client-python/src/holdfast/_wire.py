"""The WebSockets, timers and tokens of one session, on asyncio."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine
from ssl import SSLContext
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from ._connector import NO_CODE
from ._session import Session
from ._values import Times

log = logging.getLogger("holdfast")

PROTOCOL = Subprotocol("holdfast.v1")
MOST_BYTES = 32 << 20  # snapshots of runs have up to 4 Mi characters, each of up to 6 bytes
MOST_UNSENT = 32 << 20
CLOSING = 2.0

Token = str | Callable[[], str | Awaitable[str]]


async def supply(token: Token, seconds: float) -> str:
    """Returns the application's token; TimeoutError if it does not come in time."""
    answer = token() if callable(token) else token
    if inspect.isawaitable(answer):
        try:
            answer = await asyncio.wait_for(answer, seconds)
        except asyncio.TimeoutError:  # Another one on Python 3.10.
            raise TimeoutError("the token did not come in time") from None
    if not isinstance(answer, str):
        raise TypeError(f"a {type(answer).__name__} is no token")
    return answer


class _Connect(connect):
    def process_redirect(self, exc: Exception) -> Exception:
        return exc  # The hello has the token, which is for the address that was given.


class _Link:
    """A connection, with what it has still to write."""

    def __init__(self) -> None:
        self.unsent: asyncio.Queue[str] = asyncio.Queue()
        self.bytes = 0
        self.task: asyncio.Task[None] | None = None


class SocketWire:
    def __init__(self, token: Token, times: Times, ssl: SSLContext | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._token, self._times = token, times
        self._options: dict[str, Any] = {} if ssl is None else {"ssl": ssl}
        self._links: dict[int, _Link] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._supply: asyncio.Task[None] | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.session: Session
        self.now = self._loop.time
        self.after = self._loop.call_later

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def ask_token(self, ask: int) -> None:
        if self._supply is not None and not self._supply.done():
            late = "the token's function has not returned yet"
            self._loop.call_soon(self.session.no_token, ask, "token_timeout", late)
        else:
            self._supply = self._spawn(self._ask_token(ask))

    async def _ask_token(self, ask: int) -> None:
        try:
            token = await supply(self._token, self._times.attempt * 0.9)
        except TimeoutError as e:
            self.session.no_token(ask, "token_timeout", str(e))
        except Exception as e:
            self.session.no_token(ask, "token_failed", f"no token: {e!r}")
        else:
            self.session.token(ask, token)

    def open(self, link: int, url: str) -> None:
        fresh = self._links[link] = _Link()
        fresh.task = self._spawn(self._run(link, fresh, url))

    async def _run(self, link: int, state: _Link, url: str) -> None:
        try:
            socket = await _Connect(
                url,
                subprotocols=[PROTOCOL],
                compression=None,
                max_size=MOST_BYTES,
                open_timeout=self._times.attempt,
                close_timeout=CLOSING,
                ping_interval=None,
                **self._options,
            )
        except InvalidStatus as e:
            wait = e.response.headers.get("retry-after", "")
            seconds = int(wait) if wait.isdecimal() and len(wait) < 7 else 0
            return self.session.refused(link, e.response.status_code, seconds)
        except Exception as e:
            return self.session.closed(link, NO_CODE, "connect_failed", str(e) or repr(e))
        writer = self._spawn(self._write(state, socket))
        try:
            if socket.subprotocol == PROTOCOL:
                self.session.opened(link)
                await self._read(link, socket)
            else:
                self.session.closed(link, NO_CODE, "nonsense", "the server is no holdfast.v1")
        finally:
            writer.cancel()
            self._links.pop(link, None)
            self._spawn(self._shut(state, socket))

    async def _read(self, link: int, socket: ClientConnection) -> None:
        try:
            while True:
                if self.session.reads(link):
                    await self._flowing.wait()
                data = await socket.recv()
                self.session.received(link, data if isinstance(data, str) else "")
        except ConnectionClosed as e:
            if e.rcvd is not None:
                self.session.closed(link, e.rcvd.code, "closed", e.rcvd.reason)
            elif e.sent is not None and e.sent.code in (1002, 1007, 1009):
                self.session.closed(link, NO_CODE, "nonsense", e.sent.reason)
            else:
                self.session.closed(link, NO_CODE, "connection_lost", "no close was received")
        except Exception as e:
            log.exception("a frame was not handled")
            self.session.closed(link, NO_CODE, "internal", repr(e))

    async def _write(self, state: _Link, socket: ClientConnection) -> None:
        try:
            while True:
                text = await state.unsent.get()
                state.bytes -= len(text)
                await socket.send(text)
        except ConnectionClosed:
            pass  # The reader reports it.

    async def _shut(self, state: _Link, socket: ClientConnection) -> None:
        async def finish() -> None:
            while not state.unsent.empty():
                await socket.send(state.unsent.get_nowait())
            await socket.close()

        try:
            await asyncio.wait_for(finish(), CLOSING)
        except Exception:
            pass  # It is over in any case.
        finally:
            socket.transport.abort()

    def send(self, link: int, text: str) -> None:
        state = self._links.get(link)
        if state is not None:
            state.unsent.put_nowait(text)
            state.bytes += len(text)
            if state.bytes > MOST_UNSENT:
                full = f"{MOST_UNSENT} characters wait to be sent"
                self._loop.call_soon(self.session.closed, link, NO_CODE, "unsent_full", full)
                self.close(link)

    def close(self, link: int) -> None:
        state = self._links.pop(link, None)
        if state is not None and state.task is not None:
            state.task.cancel()

    def pause(self, pauses: bool) -> None:
        """Stops reading the current connection, or reads it again."""
        self.session.paused = pauses
        if pauses:
            self._flowing.clear()
        else:
            self._flowing.set()

    async def aclose(self) -> None:
        """Waits until all connections are closed."""
        if self._supply is not None:
            self._supply.cancel()
        for _ in range(2):  # A connection's task leaves one behind that closes it.
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=2 * CLOSING)
        for task in self._tasks:
            task.cancel()
