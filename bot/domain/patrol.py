"""Rounds of point leaders (巡查): how often, by which slot each is known, and on which days they are due.

A round is known by its point and its slot: a day ("2026-11-24"), an ISO week ("2026-W48"), or the week of a chief
(总点位长, "C2026-W48"), who goes through a whole circle. Daily rounds are due on working days, weekly ones on the last
working day of their week. Whatever is due and was not made is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

_DAY = timedelta(days=1)
_SUNDAY = 6
IsWorkingDay = Callable[[date], bool]


class Rhythm(StrEnum):
    """How often the leader of a point goes round (点位长 daily or weekly), or a chief (总点位长 weekly)."""

    DAILY = "daily"
    WEEKLY = "weekly"
    CHIEF = "chief"


class Result(StrEnum):
    """What a round found."""

    FINE = "fine"  # 一切正常
    DEFECTS = "defects"


class Due(NamedTuple):
    """A slot, and the day by whose end it is due."""

    day: date
    slot: str


def slot_of(rhythm: Rhythm, day: date) -> str:
    """Return the slot that a day belongs to."""
    if rhythm is Rhythm.DAILY:
        return day.isoformat()
    year, week, _ = day.isocalendar()
    return f"{'C' if rhythm is Rhythm.CHIEF else ''}{year}-W{week:02}"


def dues(rhythm: Rhythm, first: date, last: date, is_working: IsWorkingDay) -> Iterator[Due]:
    """Yield the slots that are due on one of these days, both ends counted."""
    for day in (first + _DAY * number for number in range((last - first).days + 1)):
        if is_working(day) if rhythm is Rhythm.DAILY else ends_week(day, is_working):
            yield Due(day, slot_of(rhythm, day))


def ends_week(day: date, is_working: IsWorkingDay) -> bool:
    """Tell whether a day is the last of its week that is worked; a week of holidays has none."""
    rest = (day + _DAY * number for number in range(1, _SUNDAY - day.weekday() + 1))
    return is_working(day) and not any(map(is_working, rest))
