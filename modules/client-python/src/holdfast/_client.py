"""Holdfast for applications."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from ssl import SSLContext
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from ._channel import Channel
from ._inbox import Inbox
from ._publishing import promised
from ._session import Session
from ._store import Store
from ._values import Bounds, HoldfastError, SessionInfo, State, Stored, Times
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
        future, done = promised()
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
