"""The days that a digest speaks of, in the zone of the district, and the days it compares them with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cached_property

_DAY = timedelta(days=1)
_SUNDAY = 6


class Kind(StrEnum):
    """Why a digest is made."""

    DAILY = "daily"  # each morning, of the day before
    FLASH = "flash"  # at noon before a test, of today so far
    WEEKLY = "weekly"  # of the last whole week, Monday to Sunday
    MONTHLY = "monthly"  # of the last whole month
    ASKED = "asked"  # of any days, when somebody asks


@dataclass(frozen=True)
class Period:
    """Whole days, both ends counted, as the clocks of `zone` show them; it is over at `until` where that is earlier.

    A moment belongs to exactly one of any row of periods that touch: the start belongs to it, the end does not.
    """

    first: date
    last: date
    zone: tzinfo
    until: datetime | None = None

    @cached_property
    def start(self) -> datetime:
        """The first moment, in UTC."""
        return _midnight(self.first, self.zone)

    @cached_property
    def end(self) -> datetime:
        """The moment at which it is over, in UTC."""
        end = _midnight(self.last + _DAY, self.zone)
        return end if self.until is None else min(end, self.until.astimezone(UTC))

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def holds(self, moment: datetime) -> bool:
        """Tell whether an aware moment lies in it."""
        return self.start <= moment < self.end

    def each_day(self) -> tuple[Period, ...]:
        """Return its days, one after the other; together they are the period."""
        days = (self.first + _DAY * number for number in range(self.days))
        return tuple(replace(self, first=day, last=day) for day in days)

    def so_far(self, now: datetime) -> Period:
        """Return as much of it as is over by now: what has not come yet is not counted."""
        return self if self.end <= now else replace(self, until=now)

    def before(self) -> Period:
        """Return the last period (上期): the month before a whole month, else as many days before these.

        One that is cut short is compared with as much of the one before: today until noon with yesterday until noon.
        """
        if self.is_month:
            last = self.first - _DAY
            return self._moved(last.replace(day=1), last)
        return self._moved(self.first - _DAY * self.days, self.first - _DAY)

    def year_ago(self) -> Period:
        """Return the same dates of the year before (同期); of a 29th of February, the 28th."""
        return self._moved(_year_before(self.first), _year_before(self.last))

    def month_so_far(self) -> Period:
        """Return the month of the last day, up to the end of this period (本月累计)."""
        return replace(self, first=self.last.replace(day=1))

    @property
    def is_month(self) -> bool:
        """Whether it is one whole month by the calendar."""
        return self.first.day == 1 and self.last == _last_of_month(self.first)

    def _moved(self, first: date, last: date) -> Period:
        if self.until is None:
            return replace(self, first=first, last=last)
        cut = self.until.astimezone(self.zone)
        day = first + (cut.date() - self.first)
        return replace(self, first=first, last=last, until=datetime.combine(day, cut.time(), self.zone))


def period_of(kind: Kind, now: datetime, zone: tzinfo) -> Period:
    """Return the days that a digest of this kind, made now, speaks of; one that is asked for speaks of today."""
    today = now.astimezone(zone).date()
    if kind is Kind.DAILY:
        return Period(today - _DAY, today - _DAY, zone)
    if kind is Kind.WEEKLY:
        sunday = today - _DAY * (today.weekday() + 1)
        return Period(sunday - _DAY * _SUNDAY, sunday, zone)
    if kind is Kind.MONTHLY:
        last = today.replace(day=1) - _DAY
        return Period(last.replace(day=1), last, zone)
    return Period(today, today, zone, now)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + _DAY * 4).replace(day=1) - _DAY


def _year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28) if is_leap_day else day.replace(year=day.year - 1)
