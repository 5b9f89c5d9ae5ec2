"""A channel for applications: its events, its handlers, and its publications."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Callable, Generator
from typing import TYPE_CHECKING, Any

from ._access import Access, ChannelToken
from ._inbox import Inbox, Mailbox
from ._publishing import Done, promised
from ._session import Session
from ._values import Event, From, Gap, HoldfastError, Stored

if TYPE_CHECKING:
    from ._client import Holdfast

log = logging.getLogger("holdfast")


class Publication:
    """A durable publication. `await` it, or `stored`, for its position."""

    def __init__(self, stored: asyncio.Future[Stored]) -> None:
        self.stored = stored

    @property
    def state(self) -> str:
        """`sending`, `stored` or `failed`."""
        if not self.stored.done():
            return "sending"
        failed = self.stored.cancelled() or self.stored.exception() is not None
        return "failed" if failed else "stored"

    def __await__(self) -> Generator[Any, None, Stored]:
        return self.stored.__await__()


class Channel:
    """A channel. Reading begins with its first reader and ends with its last."""

    def __init__(self, client: Holdfast, inbox: Inbox, session: Session, name: str) -> None:
        self._client, self._inbox, self._session, self.name = client, inbox, session, name

    def tokens(self, token: ChannelToken) -> Channel:
        """Reads it by channel tokens, as a private channel; to be called before its first reader.

        `token`, perhaps async, is called before the channel is read, before a token ends, and when
        the server has ended the reading. If it raises, it is called again after a wait. If it
        returns None, the channel is not for this client.
        """
        readers = self._inbox.of(self.name)
        if readers.boxes or not self.name.startswith(("topic:", "run:")):
            raise ValueError("tokens: for a topic: or run:, before its first reader")
        if readers.access is not None:
            readers.access.end()
        readers.access = Access(token, self._show, self._over)
        return self

    def _show(self, token: str, done: Done) -> None:
        self._session.subscribe(self.name, self._inbox.of(self.name).start, done, token)

    def _over(self, error: HoldfastError) -> None:
        self._session.unsubscribe(self.name, lambda data, error: None)
        self._inbox.ended(self._inbox.of(self.name), self.name, error.code)

    def events(self, event: str | None = None, *, start: From = "latest") -> Events:
        """Returns the events, from this call on, or those of one name.

        The cursor moves past an event when the next one is asked for. `start` is where reading
        begins if this is the channel's first reader.
        """
        readers = self._inbox.of(self.name)
        box = Mailbox(self._inbox, event)
        readers.boxes.append(box)
        if readers.ready is None:
            ready, done = promised()
            ready.add_done_callback(self._refused)
            readers.ready = ready
            if readers.access is not None:
                readers.start = start
                readers.access.begin(done)
            elif self.name.startswith(("topic:", "run:")):
                self._session.subscribe(self.name, start, done)
            else:
                done(None, None)
        return Events(self, box, readers.ready)

    def _refused(self, ready: asyncio.Future[None]) -> None:
        error = None if ready.cancelled() else ready.exception()
        readers = self._inbox.of(self.name)
        if isinstance(error, HoldfastError) and readers.ready is ready:
            readers.end(error)

    def leave(self, box: Mailbox) -> None:
        box.discard()
        readers = self._inbox.of(self.name)
        if box in readers.boxes:
            readers.boxes.remove(box)
            if not readers.boxes:
                readers.ready = None
                if readers.access is not None:
                    readers.access.end()
                self._session.unsubscribe(self.name, lambda data, error: None)

    def on(
        self, event: str | None, handler: Callable[[Any, Event], object], *, start: From = "latest"
    ) -> Subscription:
        """Calls `handler(data, event)` for each event of this name, or each at all, one by one.

        The handler may be async. The cursor moves when it has returned. If it raises, that is
        logged, and the next event follows.
        """
        events = self.events(event, start=start)
        return Subscription(events, asyncio.get_running_loop().create_task(_each(events, handler)))

    def on_gap(self, callback: Callable[[Gap], object]) -> None:
        """Calls back when events are gone, once all before them are handled."""
        self._inbox.of(self.name).on_gap.append(callback)

    def on_unsubscribed(self, callback: Callable[[str], object]) -> None:
        """Calls back with the code when the channel is not read any more."""
        self._inbox.of(self.name).on_unsubscribed.append(callback)

    def publish(self, event: str, data: Any = None, *, persist: bool = False) -> Publication:
        """Publishes durably: stored once, in the order of the calls.

        With `persist`, the store keeps it until it is answered, and another process sends it.
        """
        future, done = promised()
        self._client._publications.add(future)
        future.add_done_callback(self._client._publications.discard)
        name = self._session.own_channel(self.name)
        self._session.publish(name, event, data, done, persist)
        return Publication(future)

    async def publish_volatile(self, event: str, data: Any = None) -> None:
        """Publishes to current readers only; a HoldfastError if the connection is lost."""
        future, done = promised()
        self._session.publish_volatile(self._session.own_channel(self.name), event, data, done)
        await future


class Events(AsyncIterator[Event]):
    """Events of a channel, one by one. It ends with the client.

    If the channel can't be read (any more), `HoldfastError` is raised. What is no longer iterated
    is no longer read.
    """

    def __init__(self, channel: Channel, box: Mailbox, ready: asyncio.Future[None]) -> None:
        self._channel, self._box, self.ready = channel, box, ready
        self._loop = asyncio.get_running_loop()

    async def __anext__(self) -> Event:
        event = await self._box.take()
        if event is None:
            if self._box.error is not None:
                raise self._box.error
            raise StopAsyncIteration
        return event

    async def aclose(self) -> None:
        self.stop()

    def stop(self) -> None:
        """Stops reading; the last event counts as handled."""
        self._channel.leave(self._box)

    def __del__(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._channel.leave, self._box)


class Subscription:
    """A handler of a channel. `ready` is done when the channel is read."""

    def __init__(self, events: Events, task: asyncio.Task[None]) -> None:
        self._events, self._task, self.ready = events, task, events.ready

    def stop(self) -> None:
        """Calls the handler no more."""
        self._task.cancel()
        self._events.stop()


async def _each(events: Events, handler: Callable[[Any, Event], object]) -> None:
    try:
        async for event in events:
            try:
                result = handler(event.data, event)
                if inspect.isawaitable(result):
                    await result
            except Exception:
                log.exception("a handler of %s failed", event.channel)
    except HoldfastError as e:
        log.warning("a handler gets no more events: %s", e)
