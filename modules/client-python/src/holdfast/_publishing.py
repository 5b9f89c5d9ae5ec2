"""Durable publications: numbered per channel, kept while unanswered, sent again in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from . import _frames as frames
from ._connector import Alarm, Clock
from ._values import Bounds, HoldfastError, Stored, Times

LONGEST_RETRY = 5.0
UNKNOWN = 1 << 40
"""A number above all that were used. A client in a new process does not know the last one; the
server refuses this one, and names the number that it expects."""

Done = Callable[[Any, HoldfastError | None], None]
"""Takes the result of an operation, or its failure."""


def promised() -> tuple[asyncio.Future[Any], Done]:
    """Returns a future, and what takes its result; after the first one, nothing happens."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def done(value: Any, error: HoldfastError | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    return future, done


class Ids:
    """Ids of frames, each used once in a client's life."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        self._last += 1
        return str(self._last)


def retry_wait(first: float, tries: int) -> float:
    return min(LONGEST_RETRY, first * (1 << min(tries, 10)))


class Unanswered:
    """A publication without an answer. `body` is its frame without type, id and number."""

    def __init__(self, line: Line, body: str, n: int, done: Done, persist: bool) -> None:
        self.line, self.body, self.n, self.done, self.persist = line, body, n, done, persist
        self.size = frames.size(body)
        self.sendings = 0  # Under its current number.
        self.frame = ""  # The id of its last sending; none if errors to it do not count.

    def number(self, n: int) -> None:
        self.n = n
        self.sendings = 0


class Line:
    """The unanswered publications of one channel, in order, with rising numbers."""

    def __init__(self, clock: Clock, channel: str, start: int) -> None:
        self.channel = channel
        self.unanswered: list[Unanswered] = []
        self.retry = Alarm(clock)
        self.start = self.next = start
        self.held = False
        self.tries = 0

    def renumber(self, n: int) -> None:
        self.next = n
        for one in self.unanswered:
            one.number(self.next)
            self.next += 1

    def close_up(self, gone: Unanswered, refusals: int) -> None:
        """Makes the number of one that was taken out free for those behind it.

        If it was sent under that number without an answer, it may be stored. Then the server names
        the number that it expects.
        """
        if gone.sendings <= refusals:
            self.next -= 1
            for one in self.behind(gone):
                one.number(one.n - 1)

    def behind(self, other: Unanswered) -> list[Unanswered]:
        return [one for one in self.unanswered if one.n > other.n]

    def release(self) -> None:
        self.held = False
        self.retry.cancel()


class Outlet(Protocol):
    """Where publications go."""

    def post(self, id_: str, one: Unanswered) -> None:
        """Sends a publication; `Publications.answered` or `refused` takes the answer."""

    def changed(self, urgent: bool) -> None:
        """Notes that what is persisted has changed; urgent: before the next sending."""

    def below(self, line: Line, expected: int) -> int:
        """Returns the new number of the first, since the store expects one that was stored."""


class Publications:
    def __init__(self, clock: Clock, ids: Ids, times: Times, bounds: Bounds, out: Outlet) -> None:
        self._clock, self._ids, self._times, self._bounds, self._out = (
            clock,
            ids,
            times,
            bounds,
            out,
        )
        self.lines: dict[str, Line] = {}
        self._by_frame: dict[str, Unanswered] = {}
        self._limit = frames.LIMIT
        self._connected = False
        self.start = 1  # The first number of a channel.
        self.count = self._bytes = 0

    def publish(self, channel: str, body: str, done: Done, persist: bool = False) -> None:
        size = frames.size(body)
        if size > self._limit:
            return done(None, frames.too_large(size, self._limit))
        if self.count >= self._bounds.publications or self._bytes + size > self._bounds.bytes:
            full = f"{self.count} are unanswered, of {self._bytes} bytes"
            return done(None, HoldfastError("queue_full", full, True))
        line = self.line(channel)
        one = self.add(line, body, line.next, done, persist)
        if persist:
            self._out.changed(True)
        if not line.held:
            self._send(one)

    def line(self, channel: str) -> Line:
        if channel not in self.lines:
            self.lines[channel] = Line(self._clock, channel, self.start)
        return self.lines[channel]

    def add(self, line: Line, body: str, n: int, done: Done, persist: bool) -> Unanswered:
        one = Unanswered(line, body, n, done, persist)
        line.unanswered.append(one)
        line.next = max(line.next, n + 1)
        self.count += 1
        self._bytes += one.size
        return one

    def connected(self, same_session: bool, limit: int) -> None:
        """Sends all unanswered; not the same session: numbered anew, from 1."""
        self._connected = True
        self._limit = limit
        if not same_session:
            self.start = 1
            self.forget_idle()
            for line in self.lines.values():
                line.renumber(1)
            self._out.changed(True)
        # One that is too large for this node, though it fitted another, could end the session.
        large = [one for one in self.all() if one.size > limit]
        for one in large:
            self._take_out(one, 0)
        for line in list(self.lines.values()):
            self._send_all(line)
        for one in large:
            one.done(None, frames.too_large(one.size, limit))

    def disconnected(self) -> None:
        self._connected = False
        self._by_frame.clear()
        for line in self.lines.values():
            line.release()

    def all(self) -> Iterable[Unanswered]:
        return (one for line in self.lines.values() for one in line.unanswered)

    def answered(self, id_: str, data: Any) -> bool:
        """Returns whether it was one of these. A reply to any sending means that it is stored."""
        one = self._by_frame.pop(id_, None)
        if one is None:
            return False
        if not isinstance(data, dict):
            raise frames.NonsenseError("data: no object")
        one.line.tries = 0
        at = frames.position(data) if "seq" in data else None
        self._stored(one, Stored(at, data.get("duplicate") is True))
        return True

    def refused(self, id_: str, error: frames.Frame) -> bool:
        """Returns whether it was one of these. Only an error to the last sending counts."""
        one = self._by_frame.pop(id_, None)
        if one is None:
            return False
        refusal = frames.refusal(error)
        counts = one.frame == id_ and one in one.line.unanswered
        if not counts or refusal.code == "fenced":
            return True
        if refusal.code == "out_of_sequence" and error.get("expected") is not None:
            self._out_of_sequence(one, frames.number(error, "expected", 1))
        elif refusal.retryable:
            self._hold(one.line, frames.optional(error, "retryAfter") / 1_000)
        else:
            self._drop(one, refusal)
        return True

    def unsent(self, id_: str) -> None:
        """Notes that a posted one was not sent, as it was posted again since."""
        self._by_frame.pop(id_, None)

    def forget_idle(self) -> list[str]:
        """Forgets the numbers of channels without unanswered ones, and returns their names."""
        idle = [name for name, line in self.lines.items() if not line.unanswered]
        for name in idle:
            del self.lines[name]
        return idle

    def forget(self, reason: HoldfastError) -> None:
        """Fails all, and forgets the numbers."""
        self.fail(reason)
        self.lines.clear()
        self.start = 1
        self._out.changed(False)

    def fail(self, reason: HoldfastError) -> None:
        """Fails all. What is persisted stays so."""
        self.disconnected()
        for one in list(self.all()):
            self._remove(one)
            one.done(None, reason)

    def _out_of_sequence(self, one: Unanswered, expected: int) -> None:
        line = one.line
        first = line.unanswered[0]
        if expected == first.n:
            return self._hold(line, 0)
        if expected > first.n:
            for stored in [each for each in line.unanswered if each.n < expected]:
                self._stored(stored, Stored(None, True))
        elif one is first:
            line.renumber(self._out.below(line, expected))
            self._out.changed(True)
        else:
            return  # The answer to the first decides.
        self._send_all(line)

    def _hold(self, line: Line, wait: float) -> None:
        """Sends nothing for a while, then all again: errors to earlier sendings don't count."""
        line.held = True
        for one in line.unanswered:
            one.frame = ""
        own = retry_wait(self._times.retry, line.tries)
        line.tries += 1
        line.retry.set(wait if wait > 0 else own, lambda: self._send_all(line))

    def _drop(self, one: Unanswered, refusal: HoldfastError) -> None:
        behind = one.line.behind(one)
        self._take_out(one, 1)
        if not one.line.held:
            for each in behind:
                self._send(each)
        one.done(None, refusal)

    def _take_out(self, one: Unanswered, refusals: int) -> None:
        self._remove(one)
        one.line.close_up(one, refusals)
        self._out.changed(True)

    def _stored(self, one: Unanswered, answer: Stored) -> None:
        if one in one.line.unanswered:
            self._remove(one)
            self._out.changed(False)
            one.done(answer, None)

    def _remove(self, one: Unanswered) -> None:
        one.line.unanswered.remove(one)
        self.count -= 1
        self._bytes -= one.size

    def _send_all(self, line: Line) -> None:
        if self._connected:
            line.release()
            for one in list(line.unanswered):
                self._send(one)

    def _send(self, one: Unanswered) -> None:
        if self._connected:
            one.frame = self._ids.next()
            one.sendings += 1
            self._by_frame[one.frame] = one
            self._out.post(one.frame, one)
