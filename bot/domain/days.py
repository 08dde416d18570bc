"""Days as people write them: 2026-03-05, 3月5日, 5号, 3/5, 明天, and from one to another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

_PARTING = re.compile(r"\s*(?:\.\.|到|至|~|～|—|–|\bto\b|\buntil\b|\s-\s)\s*")
_DAY = re.compile(r"(?:(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*)?(\d{1,2})\s*[日号]?")
_NAMED = {"今天": 0, "today": 0, "明天": 1, "tomorrow": 1, "后天": 2}
_SOON = 366
_TWO_MONTHS = 62  # every number of a day comes within so many


def read_days(text: str, today: date) -> tuple[date, date] | None:
    """Return the first and the last day that a text names (one day: from today until then); None if it names none.

    A day without its month or year is the next of that number that is not over. Days that are over, an end before the
    beginning, and ends more than a year ahead are none.
    """
    parts = [part for part in _PARTING.split(text.strip()) if part]
    days = [_read(part, today) for part in parts]
    if not 0 < len(days) <= 2 or None in days:  # noqa: PLR2004 -- from one to another
        return None
    first, last = (today if len(days) == 1 else days[0]), days[-1]
    assert first is not None  # noqa: S101 -- looked at above
    assert last is not None  # noqa: S101
    is_sound = today <= first <= last <= today + timedelta(days=_SOON)
    return (first, last) if is_sound else None


def _read(text: str, today: date) -> date | None:
    if (ahead := _NAMED.get(text.strip().casefold())) is not None:
        return today + timedelta(days=ahead)
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert day is not None  # noqa: S101 -- the pattern has it
    if year is not None and month is not None:
        return _date(year, month, day)
    if month is None:
        return next((each for each in _coming(today) if each.day == day), None)
    dates = (_date(today.year + more, month, day) for more in range(2))
    return next((each for each in dates if each is not None and each >= today), None)


def _coming(today: date) -> Iterator[date]:
    return (today + timedelta(days=ahead) for ahead in range(_TWO_MONTHS))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
