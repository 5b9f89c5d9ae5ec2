"""Holdfast for Python: a session of `holdfast.v1` that outlives its connections."""

from ._access import ChannelToken
from ._channel import Channel, Events, Publication, Subscription
from ._client import Holdfast, connect
from ._store import FileStore, Store
from ._values import (
    Bounds,
    Cursor,
    Event,
    From,
    Gap,
    HoldfastError,
    SessionInfo,
    State,
    Stored,
    Times,
)
from ._wire import Token

__all__ = [
    "Bounds",
    "Channel",
    "ChannelToken",
    "Cursor",
    "Event",
    "Events",
    "FileStore",
    "From",
    "Gap",
    "Holdfast",
    "HoldfastError",
    "Publication",
    "SessionInfo",
    "State",
    "Store",
    "Stored",
    "Subscription",
    "Times",
    "Token",
    "connect",
]
