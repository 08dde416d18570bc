"""Whose turn it is to write into an SQLite file, among threads and processes alike."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Two locks on files beside the database: a gate where one waits, and the turn itself.

    SQLite's own waiting looks again every few milliseconds, so whoever writes without a pause starves the others. Here
    whoever gives the turn back comes to the gate behind the one who waits. The locks end with their process.
    """

    def __init__(self, path: str) -> None:
        self._turn = f"{path}-turn"
        self._gate = f"{path}-gate"

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, and give it back at the end."""
        gate, turn = _open(self._gate), _open(self._turn)
        try:
            fcntl.flock(gate, fcntl.LOCK_EX)
            fcntl.flock(turn, fcntl.LOCK_EX)
            fcntl.flock(gate, fcntl.LOCK_UN)
            yield
        finally:
            os.close(gate)
            os.close(turn)


def _open(path: str) -> int:
    return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
