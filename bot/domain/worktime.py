"""Deadlines: how the four units of time count, as pure functions of a start, a limit and a working calendar.

- 紧急工作时 `urgent_hours`: hours without a break, nights and holidays included.
- 工作时 `work_hours`: hours inside working hours on working days, make-up days included.
- 工作日 `work_days`: one is a full complement of the working hours of a day. So one working day from Monday 10:00 is
  Tuesday 10:00, from Friday 10:00 it is Monday 10:00; what is filed in closed hours counts from the next opening and
  is due at that day's close.
- 自然日 `calendar_days`: 24 hours without a break each.

For every unit: `elapsed(s, advance(s, d)) == d`, `advance(advance(s, a), b) == advance(s, a + b)`, and both grow with
`s` and with `d`. A deadline in working units never falls in closed hours; one that is used up exactly at the end of a
day is due at that closing, not at the next opening.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

from bot.domain.workcalendar import WorkCalendar

__all__ = [
    "AnyLimit",
    "Limit",
    "TimeUnit",
    "WorkCalendar",
    "add",
    "advance",
    "amount",
    "elapsed",
    "length",
    "next_working_moment",
    "remaining",
    "retreat",
    "share",
]

TimeUnit = Literal["urgent_hours", "work_hours", "work_days", "calendar_days"]

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class AnyLimit(Protocol):
    """Whatever has an amount and a unit: the limit below, or the city pack's."""

    @property
    def amount(self) -> float:
        """How many units."""

    @property
    def unit(self) -> TimeUnit:
        """How they count."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A stretch of time as the rules state it, such as 4 工作时."""

    amount: float
    unit: TimeUnit


def length(limit: AnyLimit, calendar: WorkCalendar) -> timedelta:
    """Return the counted time that a limit grants, to the microsecond."""
    return _one(limit.unit, calendar) * limit.amount


def amount(span: timedelta, unit: TimeUnit, calendar: WorkCalendar) -> float:
    """Return counted time in its unit: eight working hours are 1.0 `work_days` where a day has eight."""
    return span / _one(unit, calendar)


def advance(start: datetime, span: timedelta, unit: TimeUnit, calendar: WorkCalendar) -> datetime:
    """Return the first moment (UTC) by which so much time of the unit has passed; ValueError if it is negative."""
    if _works(unit):
        return calendar.after(start, span)
    if span < timedelta():
        raise ValueError("a limit cannot be negative")
    return _utc(start) + span


def retreat(end: datetime, span: timedelta, unit: TimeUnit, calendar: WorkCalendar) -> datetime:
    """Return the first moment (UTC) from which so much time of the unit is left until the end.

    Raises ValueError if the span is negative.
    """
    if _works(unit):
        return calendar.before(end, span)
    if span < timedelta():
        raise ValueError("a limit cannot be negative")
    return _utc(end) - span


def add(start: datetime, limit: AnyLimit, calendar: WorkCalendar) -> datetime:
    """Return when the limit runs out (UTC), counted from an aware start."""
    return advance(start, length(limit, calendar), limit.unit, calendar)


def elapsed(start: datetime, end: datetime, unit: TimeUnit, calendar: WorkCalendar) -> timedelta:
    """Return the time that counts in this unit between two aware moments; negative when the end comes first."""
    return calendar.worked(start, end) if _works(unit) else _utc(end) - _utc(start)


def remaining(now: datetime, due: datetime, unit: TimeUnit, calendar: WorkCalendar) -> timedelta:
    """Return the time that still counts until it is due; negative by how much it is overdue."""
    return elapsed(now, due, unit, calendar)


def share(start: datetime, now: datetime, limit: AnyLimit, calendar: WorkCalendar) -> float:
    """Return how much of the limit is used: 1.0 at the deadline, more when overdue (lights turn at 0.8 and at 1.0).

    Raises ZeroDivisionError for a limit of nothing.
    """
    return elapsed(start, now, limit.unit, calendar) / length(limit, calendar)


def next_working_moment(at: datetime, calendar: WorkCalendar) -> datetime:
    """Return the moment itself (UTC) inside working hours, else the next opening: nobody is nagged at night."""
    return calendar.opening(at)


def _works(unit: TimeUnit) -> bool:
    return unit in {"work_hours", "work_days"}


def _one(unit: TimeUnit, calendar: WorkCalendar) -> timedelta:
    return {"calendar_days": _DAY, "work_days": calendar.day}.get(unit, _HOUR)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time without zone")
    return at.astimezone(UTC)
