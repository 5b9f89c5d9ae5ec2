"""The life of a client's connections, without I/O."""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ._values import HoldfastError, State, Times

NO_CODE = 1006
NORMAL = 1000
UNAUTHORIZED = 4501
ELSEWHERE = 4011
MOST_MOVES = 2
"""Addresses at which a client reports a move; behind them every node takes it."""


class Timer(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    def after(self, seconds: float, task: Callable[[], None]) -> Timer:
        """Runs the task later."""


class Wire(Clock, Protocol):
    """The I/O of a session. Results are reported to it, and not from within these methods."""

    def ask_token(self, ask: int) -> None:
        """Asks the application for a token; `Session.token` or `no_token` answers."""

    def open(self, link: int, url: str) -> None:
        """Opens a connection; `Session.opened`, `refused` or `closed` answers."""

    def send(self, link: int, text: str) -> None:
        """Sends a frame; does nothing if the connection is gone."""

    def close(self, link: int) -> None:
        """Closes a connection, also one that is not open yet."""

    def now(self) -> float:
        """Returns the seconds of a clock that does not jump."""


class Alarm:
    """At most one task that runs later."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._timer: Timer | None = None

    @property
    def is_set(self) -> bool:
        return self._timer is not None

    def set(self, seconds: float, task: Callable[[], None]) -> None:
        def run() -> None:
            self._timer = None
            task()

        self.cancel()
        self._timer = self._clock.after(seconds, run)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class BackOff:
    """Random waits, so that clients that lost one node do not come back as one wave."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self.bound = times.first_wait

    def begin(self) -> None:
        self.bound = self._times.first_wait

    def next(self) -> float:
        """Returns the next wait. The longest are at least half their bound: 6 a minute at most."""
        longest = self._times.longest_wait
        wait = random.uniform(self.bound / 2 if self.bound >= longest else 0, self.bound)
        self.bound = min(longest, self.bound * 2)
        return wait


NAMES_WHO = re.compile("(iss|sub|tid)|.*(tenant|org).*", re.IGNORECASE)


def read_claims(token: str) -> tuple[float, str]:
    """Returns the end of a token in seconds since 1970, and whom it names: its issuer, subject and
    tenant, wherever they stand. 0 and nothing if it is no JWT, or without an end."""
    who: list[str] = []

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        named = [(k, v) for k, v in members if not isinstance(v, (dict, list))]
        who.extend(f"{name}={value}" for name, value in named if NAMES_WHO.fullmatch(name))
        return dict(members)

    try:
        text = base64.urlsafe_b64decode(token.split(".")[1] + "==")
        claims = json.loads(text, object_pairs_hook=pairs)
        end = float(claims["exp"]) if "exp" in claims else 0.0
    except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError):
        return 0, ""
    return end, " ".join(sorted(who))


def renew_after(left: float) -> float:
    """Returns the seconds after which a connection needs another token; 0: never, or at once."""
    return 0 if left < 5 else min(86_400.0, left - min(30.0, left / 5))


class Life(Protocol):
    """What follows the connections: the session."""

    def hello(self, attempt: int, token: str, move: bool) -> str: ...
    def detached(self) -> None: ...
    def has_stopped(self, reason: str) -> None: ...
    def renewing(self, error: str, reason: str) -> None: ...
    def refresh(self, token: str, done: Callable[[Any, HoldfastError | None], None]) -> None: ...
    def enter(self, state: State) -> None: ...


class Connector:
    """Token, upgrade, hello, welcome; loss, wait, next attempt; the move to another connection.

    Only the current connection is listened to.
    """

    def __init__(self, wire: Wire, urls: Sequence[str], times: Times, life: Life) -> None:
        self._wire, self._urls, self._times, self._life = wire, urls, times, life
        self._back_off = BackOff(times)
        self._limit, self._pause, self._move, self._renewal = (Alarm(wire) for _ in range(4))
        # The next token is for the connection that there is; the same one again is of no use.
        self._in_band = self._renewing = False
        self._asks = self._links = self._hellos = 0
        self._opening = self._current = self._leaving = 0
        self._asking = self._unauthorized = self._ending = False
        self.attached = self.stopped = False
        self._token = ""
        self._attached_at = 0.0
        self._at_least = 0.0
        self._moves = 0  # Addresses at which the move has still to be reported.
        self._said_move = False  # In the hello that waits for its welcome.
        self._moved_lately = False  # No connection has been steady since.

    def attempt(self) -> None:
        """Tries to connect, or to move to another connection; one attempt at a time."""
        greeting = self._current and not self.attached
        if self.stopped or self._ending or self._asking or self._opening or greeting:
            return
        self._pause.cancel()
        if not self._in_band:
            self._move.cancel()
        self._asking = True
        self._asks += 1
        ask = self._asks
        if not self.attached:
            self._life.enter(State("connecting"))
        late = "the token did not come in time"
        self._limit.set(self._times.attempt, lambda: self.no_token(ask, "token_timeout", late))
        self._wire.ask_token(ask)

    def token(self, ask: int, token: str) -> None:
        if not self._asking or ask != self._asks:
            return
        if self._in_band or (self._renewing and token == self._token):
            return self._refresh(ask, token)
        self._asking = False
        self._token = token
        self._links += 1
        self._opening = self._links
        self._limit.set(self._times.attempt, self._not_open)
        self._wire.open(self._opening, self._urls[(self._opening - 1) % len(self._urls)])

    def no_token(self, ask: int, error: str, reason: str) -> None:
        if self._asking and ask == self._asks:
            self._asking = False
            if self.attached:
                self._life.renewing(error, reason)
            self._failed(NO_CODE, error, reason)

    def _refresh(self, ask: int, token: str) -> None:
        """Sends another token. If it is refused, the session goes on with the one before."""
        if token == self._token:
            return self.no_token(ask, "token_old", "there is no newer token")
        self._limit.cancel()

        def answered(data: Any, error: HoldfastError | None) -> None:
            if not self._asking or ask != self._asks:
                return
            if error is not None:
                # Another user's token is for another connection.
                self._in_band = self._in_band and error.code != "forbidden"
                return self.no_token(ask, "token_refused", str(error))
            self._asking = False
            self._token = token
            if self._in_band:
                self._in_band = False
                left = data.get("expiresIn") if isinstance(data, dict) else None
                self._renew_in(left / 1_000 if isinstance(left, (int, float)) else 0)
            else:
                self.attempt()  # A move was asked for meanwhile.
            self._life.renewing("", "")

        self._life.refresh(token, answered)

    def _renew_in(self, left: float) -> None:
        """Sets when to go on by another connection, if the token is not renewed before."""
        self._renewal.cancel()
        if (wait := renew_after(left)) > 0:
            self._renewal.set(wait, lambda: self._go_elsewhere(True))

    def _go_elsewhere(self, for_token: bool = False) -> None:
        self._in_band, self._renewing = False, for_token
        self.attempt()

    def expiring(self) -> None:
        """Asks for another token for this connection, unless one is asked for already."""
        if not (self._asking or self._opening or self._pause.is_set):
            self._in_band = True
            self.attempt()

    def _not_open(self) -> None:
        self._wire.close(self._opening)
        self._opening = 0
        self._failed(NO_CODE, "connect_timeout", "no connection in time")

    def opened(self, link: int) -> None:
        if link != self._opening:
            self._wire.close(link)
            return
        self._opening = 0
        if self._current:
            self._leaving = self._current
            self._detach()
        self._current = link
        self._said_move = self._moves > 0
        self._moves -= self._said_move
        late = "no welcome in time"
        self._limit.set(self._times.attempt, lambda: self.give_up("welcome_timeout", late))
        self._hellos += 1
        self._wire.send(link, self._life.hello(self._hellos, self._token, self._said_move))

    def listens_to(self, link: int) -> bool:
        return link == self._current and not self.stopped

    def welcomed(self, now: int) -> None:
        self._limit.cancel()
        self.attached = True
        self._unauthorized = self._said_move = False
        self._at_least = self._moves = 0
        self._close_leaving()
        self._attached_at = self._wire.now()
        # The server's clock decides, as the client's may be wrong.
        self._renew_in(read_claims(self._token)[0] - now / 1_000)

    def _check_steady(self) -> None:
        """Lets the waits begin anew after a connection that stayed for a while."""
        if self.attached and self._wire.now() - self._attached_at >= self._times.steady:
            self._back_off.begin()
            self._moved_lately = False

    def send(self, text: str) -> None:
        if self._current:
            self._wire.send(self._current, text)

    def closed(self, link: int, code: int, error: str, reason: str) -> None:
        """Handles the end of a connection, or one that could not be opened."""
        if self.stopped:
            return
        if 4_000 <= code < 5_000:
            name = reason.partition(":")[0]
            error = name if re.fullmatch("[a-z_]{1,32}", name) else "closed"
        if link == self._leaving:
            self._leaving = 0
        elif link == self._opening:
            self._opening = 0
            self._failed(code, error, reason)
        elif link == self._current:
            self._lost(code, error, reason)

    def refused(self, link: int, status: int, retry_after: float) -> None:
        """Handles an upgrade that was answered otherwise, with the least wait in seconds."""
        if link == self._opening and not self.stopped:
            self.wait_at_least(retry_after)
            code = UNAUTHORIZED if status == 401 else NO_CODE
            self._opening = 0
            self._failed(code, "upgrade_refused", f"the upgrade was answered {status}")

    def wait_at_least(self, seconds: float) -> None:
        self._at_least = max(self._at_least, seconds)

    def give_up(self, error: str, reason: str) -> None:
        """Gives up the current connection, whose close may never come."""
        if self._current:
            self._wire.close(self._current)
            self._lost(NO_CODE, error, reason)

    def move_after(self, seconds: float) -> None:
        self._check_steady()
        # If two nodes send the client to and fro, it does not follow them in a loop.
        wait = max(seconds, self._back_off.next()) if self._moved_lately else seconds
        self._moved_lately = True
        self._moves = MOST_MOVES
        self._move.set(wait, self._go_elsewhere)

    def end(self, frame: str) -> None:
        """Ends the session: the server closes the connection, and no other follows."""
        if self.stopped:
            return
        if not self.attached:
            return self._stop(NORMAL, "ended", "ended while it was not connected")
        self._ending = True
        self._abandon()
        self._wire.send(self._current, frame)
        late = "the end was not confirmed in time"
        self._limit.set(self._times.attempt, lambda: self._stop(NORMAL, "ended", late))

    def leave(self) -> None:
        """Closes the connection, and stays away. The session lingers."""
        if not self.stopped:
            self._stop(NORMAL, "left", "closed by the application")

    def _lost(self, code: int, error: str, reason: str) -> None:
        self._current = 0
        self._detach()
        if self.stopped:
            return
        if self._ending:
            self._stop(code, error, reason)
        elif code == ELSEWHERE and self._said_move:
            # Sent on by a node that has not touched the session. One that was sent no move is
            # not believed, or it would be asked in a loop.
            self._said_move = False
            self._limit.cancel()
            self._pause.set(self._take_least(0), self.attempt)
        else:
            self._moves = 0
            self._abandon()
            self._failed(code, error, reason)

    def _take_least(self, wait: float) -> float:
        wait, self._at_least = max(wait, self._at_least), 0.0
        return wait

    def _abandon(self) -> None:
        self._move.cancel()
        self._pause.cancel()
        self._asking = False
        self._close(self._opening)
        self._opening = 0

    def _failed(self, code: int, error: str, reason: str) -> None:
        """Handles an attempt that failed, or whose connection is over."""
        self._limit.cancel()
        self._close_leaving()
        refused_twice = code != UNAUTHORIZED or self._unauthorized
        if 4_500 <= code < 5_000 and not self.attached and refused_twice:
            self._stop(code, error, reason)
            return
        self._unauthorized |= code == UNAUTHORIZED
        wait = self._take_least(self._back_off.next())
        if not self.attached:
            self._life.enter(State("offline", wait, code, error, reason))
        self._pause.set(wait, self.attempt)

    def _detach(self) -> None:
        self._check_steady()
        self._move.cancel()
        self._renewal.cancel()
        self.attached = self._asking = self._in_band = self._renewing = False
        self._life.detached()

    def _stop(self, code: int, error: str, reason: str) -> None:
        self.stopped = True
        self._asking = False
        self._limit.cancel()
        self._pause.cancel()
        for link in (self._opening, self._leaving, self._current):
            self._close(link)
        self._opening = self._leaving = self._current = 0
        self._detach()
        self._life.has_stopped(reason)
        self._life.enter(State("stopped", 0, code, error, reason))

    def _close_leaving(self) -> None:
        self._close(self._leaving)
        self._leaving = 0

    def _close(self, link: int) -> None:
        if link:
            self._wire.close(link)
