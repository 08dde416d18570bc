"""A clock that is told from outside what time it is and how fast it runs, also by programs of their own."""

from __future__ import annotations

import os
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import SystemClock

VARIABLE = "CRASH_CLOCK"
"""Names the clock's file to a program that is started; without it, a program goes by the machine's clock."""
_FORM = struct.Struct("ddd")


class MovedClock:
    """Shows `shown` at the real time `set_at` (seconds since 1970), and runs `speed` times as fast as time does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT)

    def move(self, to: datetime, speed: float = 1.0) -> None:
        """Set it, for everyone who looks at it."""
        os.pwrite(self._file, _FORM.pack(to.timestamp(), time.time(), speed), 0)  # noqa: TID251 -- real time passes

    def now(self) -> datetime:
        """Return what it shows."""
        shown, set_at, speed = _FORM.unpack(os.pread(self._file, _FORM.size, 0))
        return datetime.fromtimestamp(shown + (time.time() - set_at) * speed, UTC)  # noqa: TID251 -- real time passes


def follow() -> None:
    """Let this whole program go by the moved clock, if there is one."""
    if path := os.environ.get(VARIABLE):
        clock = MovedClock(Path(path))
        SystemClock.now = lambda _self: clock.now()  # type: ignore[method-assign]
