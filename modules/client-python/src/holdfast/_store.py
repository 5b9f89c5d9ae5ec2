"""Where a session is kept, so that another process can go on with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Protocol

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows)
    fcntl = None  # type: ignore[assignment]


class Store(Protocol):
    """Keeps one session's state as text. Called on the event loop, so it should be quick."""

    def load(self) -> str | None: ...
    def save(self, text: str) -> None: ...
    def close(self) -> None: ...


class FileStore:
    """Keeps a session in a file, which one process uses at a time. One file for each user."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._lock: IO[bytes] | None = None

    def load(self) -> str | None:
        """Takes the file; OSError if another process has it, or it can't be read."""
        self._lock = open(f"{self._path}.lock", "ab")
        if fcntl is not None:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return self._path.read_text("utf-8") if self._path.exists() else None

    def save(self, text: str) -> None:
        fresh = Path(f"{self._path}.new")
        fresh.touch(mode=0o600)
        fresh.write_text(text, "utf-8")
        os.replace(fresh, self._path)

    def close(self) -> None:
        if self._lock is not None:
            self._lock.close()
