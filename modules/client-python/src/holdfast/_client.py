"""Holdfast for applications."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from dataclasses import replace
from ssl import SSLContext
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from ._access import Access, ChannelToken
from ._inbox import Inbox, Mailbox
from ._publishing import Done
from ._session import Session
from ._store import Store
from ._values import Bounds, Event, From, Gap, HoldfastError, SessionInfo, State, Stored, Times
from ._wire import SocketWire, Token

log = logging.getLogger("holdfast")

ENDPOINT = "/v1/connect"
SAVE_AFTER = 0.2
DRAIN = 10.0


def connect(
    url: str | Sequence[str],
    *,
    token: Token,
    store: Store | None = None,
    name: str = "python",
    version: str = "1",
    times: Times = Times(),
    bounds: Bounds = Bounds(),
    ssl: SSLContext | None = None,
) -> Holdfast:
    """Returns a client, to be used by `async with`.

    `url` is `wss://host/v1/connect`, or several, which are taken in turn. `token` is a text, or a
    function, perhaps async, that is called for each attempt and before a token ends. With a `store`
    another process can go on with the session. `name` and `version` are the application's own.
    """
    urls = [url] if isinstance(url, str) else list(url)
    for each in urls:
        if urlsplit(each).scheme not in ("ws", "wss") or not urlsplit(each).hostname:
            raise ValueError(f"no address like wss://host{ENDPOINT}: {each}")
    if not urls:
        raise ValueError("url: at least one")
    urls = [
        each if urlsplit(each).path.strip("/") else each.rstrip("/") + ENDPOINT for each in urls
    ]
    return Holdfast(urls, token, store, name, version, times, bounds, ssl)


class Holdfast:
    """One session that outlives its connections. It belongs to one event loop."""

    def __init__(
        self,
        urls: list[str],
        token: Token,
        store: Store | None,
        name: str,
        version: str,
        times: Times,
        bounds: Bounds,
        ssl: SSLContext | None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._wire = SocketWire(token, times, ssl)
        self._inbox = Inbox(bounds, self._wire.pause)
        self._session = Session(self._wire, self._inbox, urls, name, version, times, bounds)
        self._wire.session = self._inbox.session = self._session
        self._publications: set[asyncio.Future[Stored]] = set()
        self._given, self._store, self._saving = store, store, False
        self._inbox.keep = self._keep
        self._restored: list[str] = []
        self.on_session(self._leave_unread)
        self.tenant, self.user = self.channel("tenant"), self.channel("user")
        self.session = self.channel("session")

    async def __aenter__(self) -> Holdfast:
        if self._store is not None:
            try:
                kept = self._store.load()
                if kept is not None:
                    self._restored = self._session.restore(json.loads(kept))
            except Exception as e:
                self._store_failed(e)
                self._store = None  # What can't be read is not overwritten.
        self._session.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close(drain=DRAIN if kind is None else 0)

    def channel(self, name: str) -> Channel:
        """Returns a channel: `topic:<name>`, `run:<id>`, `tenant`, or the own `user`, `session`."""
        return Channel(self, self._inbox, self._session, name)

    async def request(
        self, service: str, method: str, data: Any = None, *, timeout: float = 10
    ) -> Any:
        """Returns a service's answer. A HoldfastError without its answer: the outcome is unknown.

        The service has the timeout in seconds, from 0.001 to 60.
        """
        future, done = self._future()
        self._session.request(service, method, data, timeout, done)
        return await future

    def on_state(self, callback: Callable[[State], object]) -> None:
        """Calls back at each change of the state from now on."""
        self._inbox.on_state.append(callback)

    def on_session(self, callback: Callable[[SessionInfo], object]) -> None:
        """Calls back with each session that a connection gets: the one before, or a new one."""
        self._inbox.on_session.append(callback)

    @property
    def state(self) -> State:
        return self._session.state

    @property
    def session_info(self) -> SessionInfo | None:
        """The session of the last connection."""
        return self._session.info

    @property
    def pending(self) -> int:
        """The number of publications without an answer."""
        return self._session.unanswered

    async def online(self) -> None:
        """Waits until it is caught up; a HoldfastError if it has stopped."""
        while self.state.kind != "online":
            if self.state.kind == "stopped":
                raise HoldfastError("stopped", self.state.reason)
            changed = asyncio.Event()

            def notice(state: State, changed: asyncio.Event = changed) -> None:
                changed.set()

            self.on_state(notice)
            try:
                await changed.wait()
            finally:
                self._inbox.on_state.remove(notice)

    async def close(self, *, drain: float = 0) -> None:
        """Closes the connection; the session lingers.

        Waits up to `drain` seconds for publications without an answer. Those that are left fail,
        as do requests, and waiting readers end.
        """
        if drain and self._publications and self.state.kind != "stopped":
            await asyncio.wait(self._publications, timeout=drain)
        self._session.leave()
        await self._closed()

    async def end(self) -> None:
        """Ends the session, and closes the client."""
        self._session.end()
        await asyncio.wait([self._inbox.stopped])
        await self._closed()

    async def _closed(self) -> None:
        await self._wire.aclose()
        if self._given is not None:
            self._given.close()

    def _leave_unread(self, session: SessionInfo) -> None:
        """Leaves channels that only the process before did read."""
        restored, self._restored = self._restored, []
        for name in restored:
            if not self._inbox.of(name).boxes:
                self._session.unsubscribe(name, lambda data, error: None)

    def _future(self) -> tuple[asyncio.Future[Any], Done]:
        future: asyncio.Future[Any] = self._loop.create_future()

        def done(value: Any, error: HoldfastError | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error)

        return future, done

    def _keep(self, urgent: bool) -> None:
        if self._store is None or self.state.kind == "stopped":
            return
        if urgent:
            self._save()
        elif not self._saving:
            self._saving = True
            self._loop.call_later(SAVE_AFTER, self._save_late)

    def _save_late(self) -> None:
        self._saving = False
        self._keep(True)

    def _save(self) -> None:
        try:
            assert self._store is not None
            self._store.save(json.dumps(self._session.export()))
        except Exception as e:
            self._store_failed(e)

    def _store_failed(self, error: Exception) -> None:
        log.warning("the session is not kept: %r", error)
        self._inbox.notify(
            self._inbox.on_state, replace(self.state, error="store_failed", reason=repr(error))
        )


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
            ready, done = self._client._future()
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
        future, done = self._client._future()
        self._client._publications.add(future)
        future.add_done_callback(self._client._publications.discard)
        name = self._session.own_channel(self.name)
        self._session.publish(name, event, data, done, persist)
        return Publication(future)

    async def publish_volatile(self, event: str, data: Any = None) -> None:
        """Publishes to current readers only; a HoldfastError if the connection is lost."""
        future, done = self._client._future()
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
