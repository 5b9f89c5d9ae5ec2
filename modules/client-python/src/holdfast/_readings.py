"""The channels that a session reads, each with its positions."""

from __future__ import annotations

from . import _frames as frames
from ._values import Cursor, Event, Gap


class Reading:
    """The positions of a channel."""

    def __init__(self, received: Cursor | None = None, handled: Cursor | None = None) -> None:
        self.received, self.handled, self.acked = received, handled, handled
        self.live = self.away = False
        self.left = False  # The server has ended it, and it is asked for again.


class Readings:
    """What was received, handled and acknowledged of each channel."""

    def __init__(self) -> None:
        self._all: dict[str, Reading] = {}
        self._by_token: set[str] = set()

    def _of(self, channel: str) -> Reading:
        return self._all.setdefault(channel, Reading())

    # ---- what the server says

    def welcomed(self, session: str) -> None:
        """Notes that a connection is welcomed: channels are caught up from here on."""
        for name in [n for n in self._all if n.startswith("session:") and n[8:] != session]:
            del self._all[name]
        for reading in self._all.values():
            reading.live = reading.away = False

    def takes(self, event: Event) -> bool:
        """Returns whether an event is new; then the cursor moves to it."""
        if event.cursor is None:
            return True
        reading = self._of(event.channel)
        if event.cursor.is_covered_by(reading.received):
            return False
        reading.received = event.cursor
        return True

    def gap(self, channel: str, frame: frames.Frame) -> Gap:
        """Takes the report of a gap, behind which the cursor is then."""
        start, end = frames.cursor(frame, "from"), frames.cursor(frame, "to")
        self._of(channel).received = end
        return Gap(channel, start, end, str(frame.get("reason", "")))

    def position(self, kind: str, channel: str, frame: frames.Frame) -> bool:
        """Takes `subscribed` or `live`; returns whether the channel has its first position."""
        at = frames.position(frame)
        recovered = kind == "subscribed" and frames.member(frame, "recovered") is True
        reading = self._of(channel)
        reading.live, reading.away, reading.left = kind == "live", False, False
        if reading.received is None or (recovered and not at.is_covered_by(reading.received)):
            reading.received = at
            if reading.handled is None:
                reading.handled = reading.acked = at
                return True
        return False

    def ended(self, channel: str, code: str) -> None:
        """Notes that the server has ended the reading.

        With `internal` the channel is still the session's, but can't be read on this connection.
        One that is read by channel tokens keeps its position.
        """
        left = code == "forbidden" and self.is_by_token(channel)
        if code != "internal" and not left:
            self.drop(channel)
        elif channel in self._all:
            self._all[channel].away, self._all[channel].left = True, left

    def are_live(self, session: str) -> bool:
        own = {"tenant", f"session:{session}"}
        live = all(reading.live or reading.away for reading in self._all.values())
        return live and own <= self._all.keys()

    # ---- what the application wants, and has done

    def by_token(self, channel: str) -> None:
        """Notes that it is read by channel tokens: if one ends, another may follow."""
        self._by_token.add(channel)

    def is_by_token(self, channel: str) -> bool:
        return channel in self._by_token

    def drop(self, channel: str) -> None:
        self._all.pop(channel, None)
        self._by_token.discard(channel)

    def clear(self) -> list[str]:
        """Forgets all; returns the channels that were subscribed to."""
        before, self._all = self._all, {}
        self._by_token.clear()
        return subscribed(before)

    def received(self, channel: str) -> Cursor | None:
        reading = self._all.get(channel)
        return None if reading is None else reading.received

    def named(self, start: str) -> str | None:
        """Returns the channel with this beginning, if it is known."""
        return next((name for name in self._all if name.startswith(start)), None)

    def handled(self, channel: str, cursor: Cursor) -> bool:
        """Notes what the application is done with; returns whether that is new."""
        reading = self._all.get(channel)
        if reading is None or cursor.is_covered_by(reading.handled):
            return False
        reading.handled = cursor
        return True

    def take_unacked(self) -> dict[str, Cursor]:
        """Returns what was handled since the last time, by channel."""
        cursors = {}
        for name, reading in self._all.items():
            if reading.handled is not None and reading.handled != reading.acked:
                reading.acked = cursors[name] = reading.handled
        return cursors

    # ---- what a hello and a store have

    def to_resume(self) -> dict[str, Cursor]:
        read = ((name, r.received) for name, r in self._all.items() if not r.left)
        return {name: received for name, received in read if received is not None}

    def to_keep(self) -> dict[str, Cursor]:
        return {n: r.handled for n, r in self._all.items() if r.handled is not None}

    def restore(self, kept: dict[str, Cursor]) -> list[str]:
        """Takes what a store had; returns the channels that were subscribed to."""
        self._all = {name: Reading(at, at) for name, at in kept.items()}
        return subscribed(self._all)


def subscribed(names: dict[str, Reading]) -> list[str]:
    """Returns the channels among these that a session does not read anyway."""
    return [name for name in names if name.startswith(("topic:", "run:"))]
