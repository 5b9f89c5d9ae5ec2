"""Events on their way from a session to the application's readers."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from ._access import Access
from ._session import Session
from ._values import Bounds, Event, From, Gap, HoldfastError, SessionInfo, State

log = logging.getLogger("holdfast")


class Delivery:
    """An event, and the number of readers that have not handled it."""

    def __init__(self, item: Event | Gap, size: int, left: int) -> None:
        self.item, self.size, self.left = item, size, left


class Mailbox:
    """What waits for one reader."""

    def __init__(self, inbox: Inbox, event: str | None) -> None:
        self.event = event
        self.queue: deque[Delivery] = deque()
        self.error: HoldfastError | None = None
        self.ended = False
        self._inbox = inbox
        self._current: Delivery | None = None
        self._wake: asyncio.Future[None] | None = None

    def put(self, delivery: Delivery) -> None:
        self.queue.append(delivery)
        self._notify()

    async def take(self) -> Event | None:
        """Returns the next event, and counts the one before as handled; none: it has ended."""
        self._finish()
        while not self.queue:
            if self.ended:
                return None
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        self._current = self.queue.popleft()
        assert isinstance(self._current.item, Event)
        return self._current.item

    def end(self, error: HoldfastError | None) -> None:
        """Ends it behind what waits."""
        self.ended = True
        self.error = error
        self._notify()

    def discard(self) -> None:
        """Ends it at once."""
        self.end(None)
        self._finish()
        while self.queue:
            self._inbox.handled(self.queue.popleft())

    def _finish(self) -> None:
        if self._current is not None:
            done, self._current = self._current, None
            self._inbox.handled(done)

    def _notify(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)


class Readers:
    """The readers of one channel, and who is notified of it."""

    def __init__(self) -> None:
        self.boxes: list[Mailbox] = []
        self.on_gap: list[Callable[[Gap], object]] = []
        self.on_unsubscribed: list[Callable[[str], object]] = []
        self.ready: asyncio.Future[None] | None = None
        self.access: Access | None = None
        self.start: From = "latest"

    def end(self, error: HoldfastError | None) -> None:
        boxes, self.boxes, self.ready = self.boxes, [], None
        for box in boxes:
            box.end(error)


class Inbox:
    """Listens to a session. A channel's cursor moves when all readers have handled an event."""

    def __init__(self, bounds: Bounds, pause: Callable[[bool], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._bounds, self._pause = bounds, pause
        self._waiting: dict[str, deque[Delivery]] = {}
        self._events = self._bytes = 0
        self._paused = False
        self.session: Session
        self.keep: Callable[[bool], None] = lambda urgent: None
        self.readers: dict[str, Readers] = {}
        self.on_state: list[Callable[[State], object]] = []
        self.on_session: list[Callable[[SessionInfo], object]] = []
        self.stopped: asyncio.Future[State] = self._loop.create_future()

    def of(self, name: str) -> Readers:
        return self.readers.setdefault(name, Readers())

    def _known(self, channel: str) -> list[Readers]:
        """Returns the readers by the name, and by `user` or `session` alone."""
        names = (channel, channel.partition(":")[0])
        return [self.readers[name] for name in dict.fromkeys(names) if name in self.readers]

    def notify(self, callbacks: list[Callable[[Any], object]], value: Any) -> None:
        for callback in callbacks:
            self._loop.call_soon(self._guarded, callback, value)

    @staticmethod
    def _guarded(callback: Callable[[Any], object], value: Any) -> None:
        try:
            callback(value)
        except Exception:
            log.exception("a callback failed")

    def entered(self, state: State) -> None:
        self.notify(self.on_state, state)
        if state.kind == "stopped":
            left = state.error in ("left", "ended")
            for readers in self.readers.values():
                if readers.access is not None:
                    readers.access.end(HoldfastError("stopped", state.reason))
                readers.end(None if left else HoldfastError("stopped", state.reason))
            self.stopped.set_result(state)

    def welcomed(self, session: SessionInfo) -> None:
        self.notify(self.on_session, session)

    def changed(self, urgent: bool) -> None:
        self.keep(urgent)

    def event(self, event: Event, size: int) -> None:
        boxes = [box for readers in self._known(event.channel) for box in readers.boxes]
        boxes = [box for box in boxes if box.event in (None, event.event)]
        delivery = Delivery(event, size, len(boxes))
        self._deliver(event.channel, delivery)
        for box in boxes:
            box.put(delivery)

    def gap(self, gap: Gap) -> None:
        self._deliver(gap.channel, Delivery(gap, 0, 0))

    def unsubscribed(self, channel: str, code: str) -> None:
        again = code == "forbidden" and self.session.keeps(channel)
        for readers in self._known(channel):
            if again and readers.access is not None and readers.access.unsubscribed():
                continue
            self.ended(readers, channel, code)

    def ended(self, readers: Readers, channel: str, code: str) -> None:
        """Notifies the readers that the channel is not read, and not asked for again."""
        self.notify(readers.on_unsubscribed, code)
        if code != "internal" and readers.access is not None:
            readers.access.end()
        if code not in ("requested", "internal"):
            readers.end(HoldfastError(code, f"{channel} is not read any more"))

    def _deliver(self, channel: str, delivery: Delivery) -> None:
        self._waiting.setdefault(channel, deque()).append(delivery)
        self._events += 1
        self._bytes += delivery.size
        self._settle(channel)

    def handled(self, delivery: Delivery) -> None:
        """Notes that one reader has handled it."""
        delivery.left -= 1
        if delivery.left == 0:
            self._settle(delivery.item.channel)

    def _settle(self, channel: str) -> None:
        waiting = self._waiting.get(channel, deque())
        while waiting and waiting[0].left == 0:
            delivery = waiting.popleft()
            self._events -= 1
            self._bytes -= delivery.size
            item = delivery.item
            if isinstance(item, Gap):
                for readers in self._known(channel):
                    self.notify(readers.on_gap, item)
                self.session.handled(channel, item.end)
            elif item.cursor is not None:
                self.session.handled(channel, item.cursor)
        if not waiting:
            self._waiting.pop(channel, None)
        most = 0.5 if self._paused else 1
        full = (
            self._events >= self._bounds.events * most or self._bytes >= self._bounds.bytes * most
        )
        if full != self._paused:
            self._paused = full
            self._pause(full)
