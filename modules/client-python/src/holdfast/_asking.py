"""Subscriptions, which are asked until they are answered, and requests, which are sent once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import _frames as frames
from ._connector import Alarm, Wire
from ._publishing import Done, Ids, retry_wait
from ._values import Bounds, Cursor, HoldfastError, Times

MOST = 1_000
"""Most subscriptions that wait for an answer; a server allows fewer channels for one session."""

GRACE = 5.0
"""Seconds beyond the service's time, after which the server answers itself."""


class Question:
    def __init__(self, wire: Wire, frame: frames.Frame, dones: list[Done]) -> None:
        self.frame, self.dones, self.retry, self.tries = frame, dones, Alarm(wire), 0


class Questions:
    """Subscriptions and unsubscriptions without an answer, those of one channel one by one."""

    def __init__(
        self,
        wire: Wire,
        ids: Ids,
        times: Times,
        out: Callable[[str], None],
        received: Callable[[str], Cursor | None],
    ) -> None:
        self._wire, self._ids, self._times, self._out = wire, ids, times, out
        self._received = received
        self._queues: dict[str, list[Question]] = {}
        self._by_frame: dict[str, Question] = {}
        self._connected = False

    def ask(self, frame: frames.Frame, done: Done) -> None:
        """Asks. An unsubscription that waits already answers another one, too."""
        queue = self._queues.setdefault(frame["channel"], [])
        if queue and frame["type"] == queue[-1].frame["type"] == "unsubscribe":
            queue[-1].dones.append(done)
        elif sum(map(len, self._queues.values())) >= MOST:
            done(None, HoldfastError("queue_full", f"{MOST} subscriptions are unanswered", True))
        else:
            queue.append(Question(self._wire, frame, [done]))
            if len(queue) == 1:
                self._send(queue[0])
        if not queue:
            del self._queues[frame["channel"]]

    def leaves(self, channel: str) -> bool:
        """Returns whether an unsubscription is unanswered: the channel's events are unwanted."""
        return any(q.frame["type"] == "unsubscribe" for q in self._queues.get(channel, ()))

    def connected(self) -> None:
        self._connected = True
        for queue in list(self._queues.values()):
            self._send(queue[0])

    def disconnected(self) -> None:
        self._connected = False
        self._by_frame.clear()
        for queue in self._queues.values():
            queue[0].retry.cancel()

    def answered(self, id_: str, data: Any, error: HoldfastError | None = None) -> bool:
        """Returns whether the reply or error was to one of these."""
        question = self._by_frame.pop(id_, None)
        if question is None:
            return False
        if error is not None and error.retryable:
            wait = retry_wait(self._times.retry, question.tries)
            question.tries += 1
            question.retry.set(wait, lambda: self._send(question))
            return True
        if error is not None and (question.frame["type"], error.code) == ("subscribe", "conflict"):
            data, error = {}, None
        queue = self._queues[question.frame["channel"]]
        queue.remove(question)
        if queue:
            self._send(queue[0])
        else:
            del self._queues[question.frame["channel"]]
        for done in question.dones:
            done(data, error)
        return True

    def fail(self, reason: HoldfastError) -> None:
        queues, self._queues = self._queues, {}
        for done in [d for queue in queues.values() for q in queue for d in q.dones]:
            done(None, reason)

    def _send(self, question: Question) -> None:
        if self._connected:
            id_ = self._ids.next()
            self._by_frame[id_] = question
            if "token" in question.frame:
                at = self._received(question.frame["channel"])
                question.frame["from"] = at or question.frame["from"]
            self._out(frames.dumps(question.frame | {"id": id_}))


class Request:
    def __init__(self, text: str, done: Done, limit: Alarm) -> None:
        self.text, self.done, self.limit, self.sent = text, done, limit, False


class Requests:
    """Requests and volatile publications. They fail with their connection: outcome unknown."""

    def __init__(self, wire: Wire, ids: Ids, bounds: Bounds, out: Callable[[str], None]) -> None:
        self._wire, self._ids, self._most, self._out = wire, ids, bounds.requests, out
        self._open: dict[str, Request] = {}
        self._limit = frames.LIMIT
        self.connected = False

    def ask(self, frame: frames.Frame, timeout: float, done: Done) -> None:
        """Sends a request; waits for a connection if there is none."""
        if len(self._open) >= self._most:
            return done(None, HoldfastError("queue_full", f"{self._most} are unanswered", True))
        id_ = self._ids.next()
        text = frames.dumps(frame | {"id": id_})
        if len(text.encode()) > self._limit:
            return done(None, frames.too_large(len(text.encode()), self._limit))
        request = self._open[id_] = Request(text, done, Alarm(self._wire))
        unknown = HoldfastError("no_answer", "the outcome is unknown")
        request.limit.set(timeout + GRACE, lambda: self.answered(id_, None, unknown))
        self._send(request)

    def welcomed(self, limit: int) -> None:
        self.connected = True
        self._limit = limit
        for id_, request in list(self._open.items()):
            size = len(request.text.encode())
            if size > limit:
                self.answered(id_, None, frames.too_large(size, limit))
            else:
                self._send(request)

    def disconnected(self) -> None:
        self.connected = False
        unknown = HoldfastError("disconnected", "the outcome is unknown")
        for id_ in [id_ for id_, request in self._open.items() if request.sent]:
            self.answered(id_, None, unknown)

    def answered(self, id_: str, data: Any, error: HoldfastError | None = None) -> None:
        request = self._open.pop(id_, None)
        if request is not None:
            request.limit.cancel()
            request.done(data, error)

    def fail(self, reason: HoldfastError) -> None:
        for id_ in list(self._open):
            self.answered(id_, None, reason)

    def _send(self, request: Request) -> None:
        if self.connected:
            request.sent = True
            self._out(request.text)
