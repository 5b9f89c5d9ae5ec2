"""Notices a connection that is silent."""

from __future__ import annotations

from collections.abc import Callable

from ._connector import Alarm, Wire


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
