"""Publishing by HTTP: stored once, in order, without a session. Needs `holdfast[http]`."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import deque
from types import TracebackType
from typing import Any

import httpx

from . import _frames as frames
from ._connector import BackOff, read_claims, renew_after
from ._publishing import Ids, Line, Publications, Unanswered, promised
from ._values import Bounds, HoldfastError, Stored, Times
from ._wire import Token, supply

log = logging.getLogger("holdfast")

MOST_NAMES = 10_000
BATCH = 100
BATCH_BYTES = 256 << 10
LARGEST = 1 << 20
TIMEOUT = 30.0


class _Unknown(Exception):
    """A request had no answer: its publications may be stored, or will be."""

    def __init__(self, reason: str, wait: float = 0) -> None:
        super().__init__(reason)
        self.wait = wait


class Publisher:
    """Publishes by HTTP, in the order of the calls, to be used by `async with`.

    What is unanswered is sent again until it is answered; `error` has the reason meanwhile. One
    request is under way at a time, with up to 100 publications. `token` is asked for before it
    ends, and after it was refused.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Token,
        times: Times = Times(),
        bounds: Bounds = Bounds(),
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._url = url.rstrip("/") + "/v1/publish"
        self._given, self._token, self._renew_at = token, "", 0.0
        self._times, self._back_off = times, BackOff(times)
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT)
        self._owns_client = client is None
        self._publications = Publications(self, Ids(), times, bounds, self)
        self._outbox: deque[tuple[str, Unanswered]] = deque()
        self._futures: set[asyncio.Future[Stored]] = set()
        self._posted = asyncio.Event()
        self._alone = 0  # Publications to send one by one, to see which one was refused.
        self._names: dict[str, str] = {}
        self._doubt: set[str] = set()  # Channels under whose name something may still arrive.
        self._unauthorized = False
        self._task: asyncio.Task[None] | None = None
        self.error: HoldfastError | None = None
        self.after = self._loop.call_later

    async def __aenter__(self) -> Publisher:
        self._publications.connected(True, LARGEST)
        self._task = self._loop.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close(drain=self._times.attempt if kind is None else 0)

    @property
    def pending(self) -> int:
        """The number of publications without an answer."""
        return self._publications.count

    def publish(self, channel: str, event: str, data: Any = None) -> asyncio.Future[Stored]:
        """Publishes. The future fails with a HoldfastError if it is refused for good."""
        future, done = promised()
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        body = frames.dumps({"channel": channel, "event": event, "data": data})[1:-1]
        if self._task is None or self._task.done():
            done(None, HoldfastError("stopped", "it is not open"))
        else:
            if len(self._names) >= MOST_NAMES:
                for idle in self._publications.forget_idle():
                    self._names.pop(idle, None)
                    self._doubt.discard(idle)
            self._publications.publish(channel, body, done)
        return future

    async def close(self, *, drain: float = 0) -> None:
        """Waits up to `drain` seconds for answers; what is left then fails, outcome unknown."""
        if drain and self._futures:
            await asyncio.wait(self._futures, timeout=drain)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._publications.fail(HoldfastError("stopped", "closed by the application"))
        if self._owns_client:
            await self._client.aclose()

    # ---- what the publications ask for

    def post(self, id_: str, one: Unanswered) -> None:
        self._outbox.append((id_, one))
        self._posted.set()

    def changed(self, urgent: bool) -> None:
        pass

    def below(self, line: Line, expected: int) -> int:
        # A request without an answer may still arrive, and must not take a number anew.
        if line.channel not in self._doubt:
            return expected
        self._doubt.discard(line.channel)
        self._names[line.channel] = secrets.token_urlsafe(12)
        return 1

    # ---- requests

    async def _run(self) -> None:
        while True:
            await self._posted.wait()
            batch = self._take()
            if not batch:
                self._posted.clear()
                continue
            try:
                await self._send(batch)
                self._back_off.begin()
                self.error = None
            except Exception as e:
                if not isinstance(e, HoldfastError):
                    self._doubt |= {one.line.channel for _, one in batch}
                await self._again(e)

    async def _again(self, cause: Exception) -> None:
        """Sends all that is unanswered again, after a wait."""
        if isinstance(cause, HoldfastError):
            self.error = cause
        else:
            self.error = HoldfastError("unavailable", f"{type(cause).__name__}: {cause}", True)
        self._publications.disconnected()
        self._outbox.clear()
        await asyncio.sleep(max(self._back_off.next(), getattr(cause, "wait", 0)))
        self._publications.connected(True, LARGEST)

    def _take(self) -> list[tuple[str, Unanswered]]:
        batch: list[tuple[str, Unanswered]] = []
        size, most = 0, 1 if self._alone else BATCH
        while self._outbox and len(batch) < most:
            id_, one = self._outbox[0]
            if one.frame == id_ and one in one.line.unanswered:
                size += one.size
                if batch and size > BATCH_BYTES:
                    break
                batch.append((id_, one))
            else:  # It was posted again since, and is not sent twice.
                self._publications.unsent(id_)
            self._outbox.popleft()
        self._alone = max(0, self._alone - 1)
        return batch

    async def _send(self, batch: list[tuple[str, Unanswered]]) -> None:
        if time.time() >= self._renew_at:
            try:
                self._token = await supply(self._given, self._times.attempt)
            except Exception as e:
                raise HoldfastError("token_failed", f"no token: {e!r}") from e
            renew = renew_after(read_claims(self._token)[0] - time.time())
            self._renew_at = time.time() + (renew or 86_400)
        texts = []
        for _, one in batch:
            name = self._names.setdefault(one.line.channel, secrets.token_urlsafe(12))
            texts.append(f'{{"publisher":"{name}","n":{one.n},{one.body}}}')
        head = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        body = f'{{"publications":[{",".join(texts)}]}}'.encode()
        answer = await self._client.post(self._url, content=body, headers=head)
        try:
            json: Any = answer.json()
        except ValueError:
            json = None
        if answer.status_code == 200 and isinstance(json, dict):
            self._unauthorized = False
            self._results(batch, json.get("results"))
        elif isinstance(json, dict) and isinstance(json.get("code"), str):
            self._problem(batch, json, answer.headers.get("retry-after", ""))
        else:
            raise _Unknown(f"the answer is {answer.status_code}, without a problem")

    def _results(self, batch: list[tuple[str, Unanswered]], results: Any) -> None:
        if not isinstance(results, list) or len(results) != len(batch):
            raise _Unknown("the answer has other results than were asked for")
        for (id_, one), result in zip(batch, results, strict=True):
            if result["outcome"] == "refused":
                self._refused(id_, one, result["error"])
            else:
                at = result.get("position") or {}
                self._publications.answered(id_, at | {"duplicate": result["outcome"] != "stored"})

    def _refused(self, id_: str, one: Unanswered, problem: frames.Frame) -> None:
        if problem["code"] not in ("out_of_sequence", "rate_limited") and problem.get("retryable"):
            self._doubt.add(one.line.channel)
        self._publications.refused(id_, problem | {"message": problem.get("detail", "")})

    def _problem(
        self, batch: list[tuple[str, Unanswered]], problem: frames.Frame, retry_after: str
    ) -> None:
        """Handles one answer for all."""
        error = HoldfastError(problem["code"], str(problem.get("detail", "")))
        if error.code == "unauthorized":
            self._renew_at = 0
            if self._unauthorized:
                self._outbox.clear()
                self._publications.fail(error)
                self._publications.connected(True, LARGEST)
            self._unauthorized = not self._unauthorized
            raise error
        self._unauthorized = False
        if len(batch) == 1:
            self._refused(*batch[0], problem)
        elif problem.get("retryable") is True and error.code != "out_of_sequence":
            wait = float(retry_after) if retry_after.isdecimal() else 0
            raise _Unknown(f"{error}", wait)
        else:
            self._alone = len(batch)
            self._publications.disconnected()
            self._outbox.clear()
            self._publications.connected(True, LARGEST)
