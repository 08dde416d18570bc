"""Working time as a plain list of minutes: nothing to trust but a calendar on the wall."""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOTICE = Path(__file__).parents[1] / "city" / "data" / "cn_2026_special_days.csv"
"""The State Council's notice of 2026: which weekdays are off, and which days of a weekend are worked instead."""
SATURDAY = 5
Hours = list[tuple[time, time]]


def local(day: date, at: time = time()) -> datetime:
    """Return the moment (UTC) at which the clocks of the city show this."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def date_of(moment: datetime) -> date:
    """Return the day of a moment in the city."""
    return moment.astimezone(ZONE).date()


class Days:
    """Every working minute between two days, one after the other. All moments asked about are whole minutes."""

    def __init__(self, first: date, last: date, hours: Hours) -> None:
        with NOTICE.open(encoding="utf-8") as file:
            self._special = {date.fromisoformat(row["date"]): row["status"] for row in csv.DictReader(file)}
        self.hours = hours
        self.worked = [day for day in _between(first, last) if self.is_worked(day)]
        self._minutes = [minute for day in self.worked for span in hours for minute in _minutes(day, *span)]
        self._open = set(self._minutes)
        self.a_day = len(self._minutes) // len(self.worked)

    def is_worked(self, day: date) -> bool:
        """Tell whether people work on a day."""
        return self._special.get(day, "off" if day.weekday() >= SATURDAY else "workday") == "workday"

    def is_open(self, moment: datetime) -> bool:
        """Tell whether a moment lies in working hours; a closing time does not."""
        return moment in self._open

    def next_open(self, moment: datetime) -> datetime:
        """Return the moment itself in working hours, else when they begin again."""
        return self._minutes[bisect_left(self._minutes, moment)]

    def worked_between(self, start: datetime, end: datetime) -> int:
        """Return how many working minutes lie between two moments; negative where the end comes first."""
        return bisect_left(self._minutes, end) - bisect_left(self._minutes, start)

    def after(self, start: datetime, amount: float, unit: str) -> datetime:
        """Return when so much time has been counted from the start: at the end of the last minute that it takes."""
        count = self._count(amount, unit)
        if unit not in {"work_hours", "work_days"}:
            return start + count * MINUTE
        return self._minutes[bisect_left(self._minutes, start) + count - 1] + MINUTE if count else start

    def before(self, end: datetime, amount: float, unit: str) -> datetime:
        """Return the first moment at which no more than so much time is left until the end."""
        count = self._count(amount, unit)
        if unit not in {"work_hours", "work_days"}:
            return end - count * MINUTE
        return self._minutes[bisect_left(self._minutes, end) - count - 1] + MINUTE if count else end

    def _count(self, amount: float, unit: str) -> int:
        """Return an amount of a unit in minutes; it must come to whole ones."""
        minutes = amount * {"work_hours": 60, "work_days": self.a_day, "urgent_hours": 60, "calendar_days": 1440}[unit]
        assert abs(minutes - round(minutes)) < 1e-6, f"{amount} {unit} is no whole number of minutes"
        return round(minutes)


def _between(first: date, last: date) -> Iterator[date]:
    return (first + number * DAY for number in range((last - first).days + 1))


def _minutes(day: date, opens: time, closes: time) -> Iterator[datetime]:
    start, end = local(day, opens), local(day, closes)
    return (start + number * MINUTE for number in range(round((end - start) / MINUTE)))
