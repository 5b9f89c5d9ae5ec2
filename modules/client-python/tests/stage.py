"""A session on a virtual clock, and a node that a test plays by hand."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from typing import Any

from holdfast import Bounds, Event, Gap, SessionInfo, State, Times
from holdfast._session import Session

Frame = dict[str, Any]


class VirtualTimer:
    def __init__(self, task: Callable[[], None]) -> None:
        self.task: Callable[[], None] | None = task

    def cancel(self) -> None:
        self.task = None


class Stage:
    """Is wire and listener of a session, and keeps what it does."""

    def __init__(
        self,
        urls: tuple[str, ...] = ("ws://a",),
        bounds: Bounds = Bounds(),
        kept: dict[str, Any] | None = None,
        restart: bool = True,
    ) -> None:
        self.time = 0.0
        self.timers: list[tuple[float, int, VirtualTimer]] = []
        self.token: str | None = "t1"
        self.asks: list[int] = []
        self.openings: list[tuple[float, int, str]] = []
        self.sent: dict[int, list[Frame]] = {}
        self.closed: set[int] = set()
        self.greeted: set[int] = set()
        self.states: list[State] = []
        self.sessions: list[SessionInfo] = []
        self.events: list[Event] = []
        self.gaps: list[Gap] = []
        self.ended: list[tuple[str, str]] = []
        self.changes: list[bool] = []
        self.session = Session(self, self, urls, times=Times(), bounds=bounds)
        if kept is not None:
            self.session.restore(json.loads(json.dumps(kept)))
        if restart:
            self.session.start()

    # ---- the wire

    def ask_token(self, ask: int) -> None:
        self.asks.append(ask)
        if self.token is not None:
            self.session.token(ask, self.token)

    def open(self, link: int, url: str) -> None:
        self.openings.append((self.time, link, url))
        self.sent[link] = []

    def send(self, link: int, text: str) -> None:
        if link not in self.closed:
            self.sent[link].append(json.loads(text))

    def close(self, link: int) -> None:
        self.closed.add(link)

    def now(self) -> float:
        return self.time

    def after(self, seconds: float, task: Callable[[], None]) -> VirtualTimer:
        timer = VirtualTimer(task)
        heapq.heappush(self.timers, (self.time + seconds, id(timer), timer))
        return timer

    def run(self, seconds: float) -> None:
        """Lets time pass."""
        until = self.time + seconds
        while self.timers and self.timers[0][0] <= until:
            self.time, _, timer = heapq.heappop(self.timers)
            if timer.task is not None:
                timer.task()
        self.time = until

    # ---- the listener

    def entered(self, state: State) -> None:
        self.states.append(state)

    def welcomed(self, session: SessionInfo) -> None:
        self.sessions.append(session)

    def event(self, event: Event, size: int) -> None:
        self.events.append(event)

    def gap(self, gap: Gap) -> None:
        self.gaps.append(gap)

    def unsubscribed(self, channel: str, code: str) -> None:
        self.ended.append((channel, code))

    def changed(self, urgent: bool) -> None:
        self.changes.append(urgent)

    # ---- the node

    @property
    def link(self) -> int:
        return self.openings[-1][1]

    def opened(self) -> Frame:
        """Waits for the next connection, opens it, and takes its hello."""
        while not self.openings or self.link in self.greeted:
            self.run(0.05)
        self.greeted.add(self.link)
        self.session.opened(self.link)
        return self.sent[self.link].pop(0)

    def says(self, type_: str, **members: Any) -> None:
        self.session.received(self.link, json.dumps({"type": type_} | members))

    def welcome(self, session: str = "s1", resumed: bool = False, time: int = 0) -> None:
        limits = {"frame": 65536, "channels": 256, "publishRate": 100}
        self.says(
            "welcome",
            session=session,
            generation=1,
            connection="c",
            node="n1",
            resumed=resumed,
            linger=120,
            heartbeat=25,
            limits=limits,
            time=time,
        )
        for channel in ("tenant", "user:ann", f"session:{session}"):
            self.says("subscribed", channel=channel, epoch="e1", seq=0, recovered=True)
            self.says("live", channel=channel, epoch="e1", seq=0)

    def online(self, resumed: bool = False) -> None:
        self.opened()
        self.welcome(resumed=resumed)
        assert self.states[-1].kind == "online"

    def lose(self, code: int = 1006, reason: str = "") -> None:
        self.session.closed(self.link, code, "connection_lost", reason)

    def says_event(self, seq: int, channel: str = "tenant", epoch: str = "e1") -> None:
        self.says("event", channel=channel, epoch=epoch, seq=seq, at=1, event="e", data=seq)

    def take(self, type_: str) -> Frame:
        frame = self.sent[self.link].pop(0)
        assert frame["type"] == type_, frame
        return frame
