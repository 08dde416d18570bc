"""Hours as people write them: 7:00-8:30, 7点到8点半, 17:00 to 18:30."""

from __future__ import annotations

import re
import unicodedata
from datetime import time

_CLOCK = r"(\d{1,2})\s*(?:[:点时]\s*(半|\d{1,2})?\s*分?)?"
_HOURS = re.compile(rf"{_CLOCK}\s*(?:-|~|–|—|到|至|\bto\b)+\s*{_CLOCK}")


def read_hours(text: str) -> tuple[time, time] | None:
    """Return from when to when a text says, within one day; None if it says nothing that can be."""
    found = _HOURS.fullmatch(unicodedata.normalize("NFKC", text).strip().casefold())
    if found is None:
        return None
    begins, ends = _clock(found[1], found[2]), _clock(found[3], found[4])
    return (begins, ends) if begins is not None and ends is not None and begins < ends else None


def _clock(hour: str, minute: str | None) -> time | None:
    minutes = 30 if minute == "半" else int(minute or 0)
    return time(int(hour), minutes) if int(hour) < 24 and minutes < 60 else None  # noqa: PLR2004 -- a clock's
