"""What an application sees of a session: events, positions, states, refusals, options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Kind = Literal["connecting", "catching-up", "online", "offline", "stopped"]


class Cursor(NamedTuple):
    """A position in a channel. The epoch names one state of the channel's log, and is opaque."""

    epoch: str
    seq: int

    def is_covered_by(self, other: Cursor | None) -> bool:
        """Returns whether it lies at or before the other one, in the same epoch."""
        return other is not None and self.epoch == other.epoch and self.seq <= other.seq


From = Literal["latest", "earliest"] | Cursor
"""The place at which a subscription begins to read."""


@dataclass(frozen=True)
class Event:
    """An event. A volatile one has no cursor. `at` is in ms since 1970, by the server's clock."""

    channel: str
    event: str
    data: Any
    cursor: Cursor | None
    at: int
    user: str | None
    service: str | None


class Gap(NamedTuple):
    """Events that can't be delivered any more. Reading goes on behind `end`."""

    channel: str
    start: Cursor
    end: Cursor
    reason: str


class Stored(NamedTuple):
    """A publication is stored. The cursor is unknown if only a repetition was answered."""

    cursor: Cursor | None
    duplicate: bool


class SessionInfo(NamedTuple):
    """The session of a connection; not resumed: a new one."""

    id: str
    resumed: bool
    generation: int
    node: str


@dataclass(frozen=True)
class State:
    """The state of a client.

    `error` names why it is offline or stopped: a close of the server (`shutdown`, `revoked`, ...),
    or one of the client's own names, which the README lists. `code` is the close code, 1006 if
    there was none. `retry_in` is in seconds, and 0 if no attempt follows.
    """

    kind: Kind
    retry_in: float = 0
    code: int = 0
    error: str = ""
    reason: str = ""


class HoldfastError(Exception):
    """An operation was refused, or its outcome is unknown.

    The code is the server's, or one of the client's own: `disconnected` and `no_answer` (the
    outcome is unknown), `stopped`, `queue_full`, `too_large`. A retryable operation may safely be
    tried again.
    """

    def __init__(self, code: str, message: str, retryable: bool = False) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retryable = retryable


@dataclass(frozen=True)
class Times:
    """The times that a client waits, in seconds.

    `attempt`: longest wait for a token, for a connection, and for its welcome. `first_wait` and
    `longest_wait`: bounds of the random wait before an attempt. `steady`: after which a connection
    is a success. `ack`: between two frames with cursors. `retry`: before the first repetition of
    what was refused for now.
    """

    attempt: float = 10
    first_wait: float = 1
    longest_wait: float = 20
    steady: float = 10
    ack: float = 10
    retry: float = 0.1


@dataclass(frozen=True)
class Bounds:
    """Limits of what a client keeps.

    Beyond `publications`, their `bytes`, and `requests` that are unanswered, an operation fails as
    `queue_full`. If `events`, or `bytes` of them, wait for their readers, the connection is not
    read until half of them are handled.
    """

    publications: int = 1_000
    bytes: int = 8 << 20
    requests: int = 64
    events: int = 1_000
