"""A session of `holdfast.v1` on the client's side, without I/O."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from . import _frames as frames
from ._asking import Questions, Requests
from ._connector import Alarm, Connector, Wire, read_claims
from ._frames import NonsenseError
from ._publishing import UNKNOWN, Done, Ids, Line, Publications, Unanswered
from ._readings import Readings
from ._values import (
    Bounds,
    Cursor,
    Event,
    From,
    Gap,
    HoldfastError,
    SessionInfo,
    State,
    Times,
)

TOKEN_ERRORS = {"token_failed", "token_timeout", "token_old", "token_refused"}

VERSION = 1
"""Of what is kept in a store."""


class Listener(Protocol):
    """Takes the reports of a session, in order."""

    def entered(self, state: State) -> None: ...
    def welcomed(self, session: SessionInfo) -> None: ...
    def event(self, event: Event, size: int) -> None: ...
    def gap(self, gap: Gap) -> None: ...
    def unsubscribed(self, channel: str, code: str) -> None: ...

    def changed(self, urgent: bool) -> None:
        """Notes a change of what a store keeps; urgent: to be kept before this returns."""


class Heartbeat:
    """Sends a ping after one heartbeat of silence, and gives the connection up after two."""

    def __init__(self, wire: Wire, ask: Callable[[], None], give_up: Callable[[], None]) -> None:
        self._wire, self._ask, self._give_up, self.alarm = wire, ask, give_up, Alarm(wire)
        self._period = self._heard = 0.0
        self._asked = False

    def start(self, seconds: float) -> None:
        self._period = seconds
        self.heard()
        self.alarm.set(seconds, self._look)

    def heard(self) -> None:
        self._heard = self._wire.now()
        self._asked = False

    def _look(self) -> None:
        silence = self._wire.now() - self._heard
        if silence >= 2 * self._period:
            return self._give_up()
        if silence >= self._period and not self._asked:
            self._asked = True
            self._ask()
        self.alarm.set((2 if self._asked else 1) * self._period - silence, self._look)


class Session:
    """Takes frames, closes and the application's calls, and asks a `Wire` for the rest.

    It does no I/O, and belongs to one thread. Callbacks are called within the call that feeds it.
    """

    def __init__(
        self,
        wire: Wire,
        listener: Listener,
        urls: Sequence[str],
        name: str = "python",
        version: str = "1",
        times: Times = Times(),
        bounds: Bounds = Bounds(),
    ) -> None:
        self._listener, self._times = listener, times
        self._client = {"name": name, "version": version, "instance": secrets.token_urlsafe(12)}
        self._connector = Connector(wire, urls, times, self)
        self._readings = Readings()
        send, ids = self._connector.send, Ids()
        self._questions = Questions(wire, ids, times, send, self._readings.received)
        self._requests = Requests(wire, ids, bounds, send)
        self._publications = Publications(wire, ids, times, bounds, self)
        self._heartbeat = Heartbeat(wire, lambda: send('{"type":"ping"}'), self._silent)
        self._ack = Alarm(wire)
        self._ack_due = False
        self._resume = self._owner = ""
        self.paused = False  # Set while the connection is not read, as events wait.
        self.info: SessionInfo | None = None
        self.state = State("connecting")
        # What feeds it.
        self.start = self._connector.attempt
        self.token, self.no_token = self._connector.token, self._connector.no_token
        self.opened, self.refused = self._connector.opened, self._connector.refused
        self.closed = self._connector.closed

    # ---- frames

    def received(self, link: int, text: str) -> None:
        """Takes a text frame."""
        if not self._connector.listens_to(link):
            return
        self._heartbeat.heard()
        try:
            frame = frames.parse(text)
            kind = frame.get("type")
            if kind == "ping":
                self._connector.send('{"type":"pong"}')
            elif kind == "welcome":
                self._welcome(frame)
            elif kind == "error":
                self._error(frame)
            elif self._connector.attached:
                self._handle(kind, frame, len(text))
        except NonsenseError as e:
            self._connector.give_up("nonsense", f"nonsense from the server: {e}")

    def _handle(self, kind: Any, frame: frames.Frame, size: int) -> None:
        if kind == "event":
            event = frames.event(frame)
            if not self._questions.leaves(event.channel) and self._readings.takes(event):
                self._listener.event(event, size)
        elif kind == "reply":
            id_, data = frames.text(frame, "id"), frames.member(frame, "data")
            if not self._publications.answered(id_, data):
                self._answered(id_, data, None)
        elif kind == "expiring":
            self._connector.expiring()
        elif kind == "reconnect":
            self._connector.move_after(frames.number(frame, "after", 0) / 1_000)
        elif kind in ("subscribed", "live", "gap", "unsubscribed"):
            channel = frames.text(frame, "channel")
            if kind == "unsubscribed":
                self._unsubscribed(channel, frames.text(frame, "code"))
            elif not self._questions.leaves(channel):
                self._moves(kind, channel, frame)

    def _welcome(self, frame: frames.Frame) -> None:
        resumed, id_ = frames.member(frame, "resumed") is True, frames.text(frame, "session")
        beat = min(frames.number(frame, "heartbeat", 1), 86_400)
        limits = frames.member(frame, "limits")
        limit = frames.number(limits if isinstance(limits, dict) else {}, "frame", 1)
        if self._connector.attached or (resumed and id_ != self._resume):
            raise NonsenseError("a welcome that was not asked for")
        generation = frames.optional(frame, "generation")
        self.info = SessionInfo(id_, resumed, generation, str(frame.get("node", "")))
        self._resume = id_
        self._connector.welcomed(frames.optional(frame, "time"))
        self._heartbeat.start(beat)
        self._readings.welcomed(id_)
        self.enter(State("catching-up"))
        self._listener.welcomed(self.info)
        if self._connector.attached:
            self._questions.connected()
            self._requests.welcomed(limit)
            if self._ack_due:
                self._ack.set(self._times.ack, self._send_acks)
            self._publications.connected(resumed, limit)
            self._listener.changed(False)

    def _moves(self, kind: str, channel: str, frame: frames.Frame) -> None:
        if kind == "gap":
            self._listener.gap(self._readings.gap(channel, frame))
            return
        if self._readings.position(kind, channel, frame):
            self._listener.changed(False)
        self._check_online()

    def _unsubscribed(self, channel: str, code: str) -> None:
        self._readings.ended(channel, code)
        self._listener.unsubscribed(channel, code)
        self._listener.changed(False)
        self._check_online()

    def _check_online(self) -> None:
        if self.state.kind == "catching-up" and self._readings.are_live(self._resume):
            self.enter(State("online"))

    def _error(self, frame: frames.Frame) -> None:
        error = frames.refusal(frame)
        id_ = frame.get("id")
        if not isinstance(id_, str) or not id_:
            self._connector.wait_at_least(frames.optional(frame, "retryAfter") / 1_000)
        elif not self._publications.refused(id_, frame):
            self._answered(id_, None, error)

    def _answered(self, id_: str, data: Any, error: HoldfastError | None) -> None:
        if not self._questions.answered(id_, data, error):
            self._requests.answered(id_, data, error)

    def _silent(self) -> None:
        if self.paused:
            self._connector.give_up("slow_readers", "events wait for their readers too long")
        else:
            self._connector.give_up("silent", "silent for two heartbeats")

    # ---- the application

    def subscribe(self, channel: str, start: From, done: Done, token: str | None = None) -> None:
        """Subscribes to a `topic:` or `run:` channel, on each connection until it is answered.

        With a channel token it goes on behind the last event, if it was read before.
        """
        frame: frames.Frame = {"type": "subscribe", "channel": channel, "from": start}
        if token is not None:
            self._readings.by_token(channel)
            frame["token"] = token
        self._ask(frame, done)

    def keeps(self, channel: str) -> bool:
        """Returns whether it is read by channel tokens: if one ends, another may follow."""
        return self._readings.is_by_token(channel)

    def unsubscribe(self, channel: str, done: Done) -> None:
        if not self._connector.stopped:
            self._readings.drop(channel)
            self._listener.changed(False)
        self._ask({"type": "unsubscribe", "channel": channel}, done)

    def _ask(self, frame: frames.Frame, done: Done) -> None:
        if self._connector.stopped:
            done(None, self._stopped())
        elif not frame["channel"].startswith(("topic:", "run:")):
            done(None, HoldfastError("forbidden", "every session reads its own channels"))
        elif (size := frames.size(frames.dumps(frame))) > frames.LIMIT:
            done(None, frames.too_large(size, frames.LIMIT))
        else:
            self._questions.ask(frame, done)

    def publish(
        self, channel: str, event: str, data: Any, done: Done, persist: bool = False
    ) -> None:
        """Publishes durably: stored once, in the order of the calls. Results in `Stored`."""
        body = frames.dumps({"channel": channel, "event": event, "data": data})[1:-1]
        if self._connector.stopped:
            done(None, self._stopped())
        else:
            self._publications.publish(channel, body, done, persist)

    def publish_volatile(self, channel: str, event: str, data: Any, done: Done) -> None:
        """Publishes to current readers only; fails without a connection."""
        head = {"type": "publish", "id": "", "channel": channel, "event": event}
        if not self._requests.connected and not self._connector.stopped:
            return done(None, HoldfastError("disconnected", "there is no connection", True))
        self._request(head | {"class": "volatile", "data": data}, self._times.attempt, done)

    def request(self, service: str, method: str, data: Any, timeout: float, done: Done) -> None:
        """Sends a request to a service, which has the timeout in seconds, up to 60, to answer."""
        head = {"type": "request", "id": "", "service": service, "method": method}
        self._request(head | {"timeout": round(timeout * 1_000), "data": data}, timeout, done)

    def _request(self, frame: frames.Frame, timeout: float, done: Done) -> None:
        if self._connector.stopped:
            done(None, self._stopped())
        else:
            self._requests.ask(frame, timeout, done)

    def handled(self, channel: str, cursor: Cursor) -> None:
        """Notes that the application has handled all events of the channel up to the cursor."""
        if not self._readings.handled(channel, cursor):
            return
        self._listener.changed(False)
        if not self._ack_due:
            self._ack_due = True
            self._ack.set(self._times.ack, self._send_acks)

    def _send_acks(self) -> None:
        if not self._connector.attached:
            return
        self._ack_due = False
        cursors = self._readings.take_unacked()
        if cursors:
            self._connector.send(frames.dumps({"type": "ack", "cursors": cursors}))

    def end(self) -> None:
        """Ends the session."""
        self._send_acks()
        self._connector.end('{"type":"close"}')

    def leave(self) -> None:
        """Closes the connection, and stays away; the session lingers."""
        self._send_acks()
        self._connector.leave()

    def own_channel(self, name: str) -> str:
        """Returns the full name of `user` or `session`, once it is known."""
        own = self._readings.named(name + ":") if name in ("user", "session") else None
        return own or name

    @property
    def unanswered(self) -> int:
        return self._publications.count

    def reads(self, link: int) -> bool:
        """Returns whether a connection is the welcomed one."""
        return self._connector.attached and self._connector.listens_to(link)

    def _stopped(self) -> HoldfastError:
        return HoldfastError("stopped", self.state.reason)

    # ---- what a store keeps

    def export(self) -> dict[str, Any]:
        """Returns what another process needs to go on: it gets again what was not handled."""
        kept = [(o.line.channel, o.n, o.body) for o in self._publications.all() if o.persist]
        session = {"version": VERSION, "owner": self._owner, "session": self._resume}
        return session | {"channels": self._readings.to_keep(), "unanswered": kept}

    def restore(self, kept: dict[str, Any]) -> list[str]:
        """Goes on with the session of another process, before `start`.

        Returns the channels that it had subscribed to.
        """
        if kept["version"] != VERSION:
            raise ValueError(f"version {kept['version']}, and not {VERSION}")
        readings = {name: frames.cursor(kept["channels"], name) for name in kept["channels"]}
        unanswered = [(str(c), int(n), str(body)) for c, n, body in kept["unanswered"]]
        self._owner, self._resume = str(kept["owner"]), str(kept["session"])
        names = self._readings.restore(readings)
        self._publications.start = UNKNOWN
        for channel, n, body in unanswered:
            line = self._publications.line(channel)
            one = self._publications.add(line, body, n, lambda stored, error: None, True)
            one.sendings = 1  # Perhaps; it may be stored.
        return names

    # ---- what the parts ask for

    def hello(self, attempt: int, token: str, move: bool) -> str:
        who = read_claims(token)[1]
        if self._owner and who and who != self._owner:
            self._forget()
        self._owner = who or self._owner
        client = self._client | {"attempt": attempt}
        hello: dict[str, Any] = {"type": "hello", "token": token, "client": client}
        if move:
            hello["move"] = True
        if self._resume:
            hello |= {"resume": self._resume, "channels": self._readings.to_resume()}
        return frames.dumps(hello)

    def _forget(self) -> None:
        """Begins anew for another user: what is the former one's must not be sent as this one's."""
        self._resume = ""
        names = self._readings.clear()
        self._publications.forget(HoldfastError("forbidden", "the token is another user's"))
        for name in names:
            self._listener.unsubscribed(name, "forbidden")

    def post(self, id_: str, one: Unanswered) -> None:
        head = f'{{"type":"publish","id":"{id_}","n":{one.n},'
        self._connector.send(head + one.body + "}")

    def changed(self, urgent: bool) -> None:
        self._listener.changed(urgent and any(o.persist for o in self._publications.all()))

    def below(self, line: Line, expected: int) -> int:
        return expected

    def detached(self) -> None:
        self._heartbeat.alarm.cancel()
        self._publications.disconnected()
        self._questions.disconnected()
        self._requests.disconnected()

    def has_stopped(self, reason: str) -> None:
        self._listener.changed(True)
        self._ack.cancel()
        failure = HoldfastError("stopped", reason)
        self._publications.fail(failure)
        self._questions.fail(failure)
        self._requests.fail(failure)

    def refresh(self, token: str, done: Done) -> None:
        frame = {"type": "refresh", "id": "", "token": token}
        self._requests.ask(frame, self._times.attempt, done)

    def renewing(self, error: str, reason: str) -> None:
        """Names what is wrong with the next token, while the session goes on; empty: nothing."""
        named = replace(self.state, error=error, reason=reason)
        if named != self.state and (error or self.state.error in TOKEN_ERRORS):
            self.enter(named)

    def enter(self, state: State) -> None:
        self.state = state
        self._listener.entered(state)
