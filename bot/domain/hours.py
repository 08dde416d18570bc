"""Hours of a shift, also over midnight, and as people write them: 7:00-8:30, 7点到8点半, 22:00 to 1:00."""

from __future__ import annotations

import re
import unicodedata
from datetime import time, timedelta

LONGEST_NIGHT = timedelta(hours=12)
"""A shift over midnight that would be longer is a slip of the pen: 17:00-8:30 for 17:00-18:30."""
_CLOCK = r"(\d{1,2})\s*(?:[:点时]\s*(半|\d{1,2})?\s*分?)?"
_HOURS = re.compile(rf"{_CLOCK}\s*(?:-|~|–|—|到|至|\bto\b)+\s*{_CLOCK}")


def is_over_midnight(begins: time, ends: time) -> bool:
    """Tell whether the end is on the next day: it is no later than the begin."""
    return ends <= begins


def can_be_stood(begins: time, ends: time) -> bool:
    """Tell whether these can be the hours of a shift: an end that is earlier is on the next day, half a day later at
    most.
    """
    return not is_over_midnight(begins, ends) or _of(ends) - _of(begins) + timedelta(days=1) <= LONGEST_NIGHT


def read_hours(text: str) -> tuple[time, time] | None:
    """Return from when to when a text says, perhaps over midnight; None if it says nothing that can be."""
    found = _HOURS.fullmatch(unicodedata.normalize("NFKC", text).strip().casefold())
    if found is None:
        return None
    begins, ends = _clock(found[1], found[2]), _clock(found[3], found[4], is_end=True)
    return (begins, ends) if begins is not None and ends is not None and can_be_stood(begins, ends) else None


def _clock(hour: str, minute: str | None, *, is_end: bool = False) -> time | None:
    hours, minutes = int(hour), 30 if minute == "半" else int(minute or 0)
    if is_end and (hours, minutes) == (24, 0):
        return time()
    return time(hours, minutes) if hours < 24 and minutes < 60 else None  # noqa: PLR2004 -- a clock's


def _of(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)
