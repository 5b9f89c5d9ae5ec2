"""Reads and writes the JSON of the wire."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from ._values import Cursor, Event, HoldfastError

LIMIT = 65_536
"""Most bytes of one frame, before a welcome names another limit."""

HEAD = 64
"""Most bytes that the type, the id and the number of a frame take."""

Frame = dict[str, Any]


class NonsenseError(Exception):
    """The server sent what is no frame."""


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def size(text: str) -> int:
    return len(text.encode()) + HEAD


def too_large(bytes_: int, limit: int) -> HoldfastError:
    return HoldfastError("too_large", f"{bytes_} bytes, of {limit}")


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def parse(text: str) -> Frame:
    try:
        frame = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NonsenseError("a frame is not JSON") from None
    if not isinstance(frame, dict):
        raise NonsenseError("a frame is no JSON object")
    return frame


def member(frame: Frame, name: str) -> Any:
    if name not in frame:
        raise NonsenseError(f"{name}: missing")
    return frame[name]


def text(frame: Frame, name: str) -> str:
    value = member(frame, name)
    if not isinstance(value, str) or not value:
        raise NonsenseError(f"{name}: no text")
    return value


def number(frame: Frame, name: str, least: int) -> int:
    value = member(frame, name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 1 << 53:
        raise NonsenseError(f"{name}: no whole number from {least}")
    return value


def optional(frame: Frame, name: str) -> int:
    """Returns a whole number, or 0."""
    return number(frame, name, 0) if frame.get(name) is not None else 0


def position(frame: Frame) -> Cursor:
    return Cursor(text(frame, "epoch"), number(frame, "seq", 0))


def cursor(frame: Frame, name: str) -> Cursor:
    pair = member(frame, name)
    if not isinstance(pair, list) or len(pair) != 2:
        raise NonsenseError(f"{name}: no cursor")
    return position({"epoch": pair[0], "seq": pair[1]})


def event(frame: Frame) -> Event:
    source = frame.get("from")
    source = source if isinstance(source, dict) else {}
    return Event(
        text(frame, "channel"),
        text(frame, "event"),
        member(frame, "data"),
        None if frame.get("class") == "volatile" else position(frame),
        optional(frame, "at"),
        source.get("user"),
        source.get("service"),
    )


def refusal(error: Frame) -> HoldfastError:
    message = str(error.get("message", ""))
    return HoldfastError(text(error, "code"), message, error.get("retryable") is True)
