"""Which days a city works: the national calendar with its make-up days, and what the pack says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from zoneinfo import ZoneInfo

import chinese_calendar

from bot.city.settings import Settings
from bot.domain.workcalendar import WorkCalendar

SATURDAY = 5
_YEARS = range(2020, 2060)


class WorkingDays:
    """Working days by the State Council's yearly notice; the days of the pack come before it.

    The notice of a year appears late in the year before. A year that is not known yet is counted by its weekends and
    the pack's days alone; `unknown_years` names it, and `report` is called once with it.
    """

    def __init__(
        self,
        off: Collection[date] = (),
        worked: Collection[date] = (),
        report: Callable[[int], None] | None = None,
    ) -> None:
        self._days = dict.fromkeys(off, False) | dict.fromkeys(worked, True)  # and those that were asked about
        self._report = report
        self._unknown: set[int] = set()

    @property
    def unknown_years(self) -> tuple[int, ...]:
        """Return the years asked about whose notice is not known, in order."""
        return tuple(sorted(self._unknown))

    def __call__(self, day: date) -> bool:
        """Say whether people work on that day."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = self._national(day)
        return found

    def _national(self, day: date) -> bool:
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            self._admit(day.year)
            return day.weekday() < SATURDAY

    def _admit(self, year: int) -> None:
        if year not in self._unknown:
            self._unknown.add(year)
            if self._report:
                self._report(year)


class Holidays:
    """Statutory holidays, weekends within them included, and the pack's days off; an ordinary weekend is none."""

    def __init__(self, off: Collection[date] = (), worked: Collection[date] = ()) -> None:
        self._pack = dict.fromkeys(off, True) | dict.fromkeys(worked, False)

    def __call__(self, day: date) -> bool:
        """Say whether that day is a holiday."""
        return self._pack[day] if day in self._pack else _is_holiday(day)


def holidays(settings: Settings) -> Holidays:
    """Return the holidays of a city."""
    return Holidays(settings.days_off, settings.days_worked)


def _is_holiday(day: date) -> bool:
    try:
        is_off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return False
    return bool(is_off and name)


def working_days(settings: Settings, report: Callable[[int], None] | None = None) -> WorkingDays:
    """Return the working days of the city; `report` hears of each year that is not known, once."""
    return WorkingDays(settings.days_off, settings.days_worked, report)


def fingerprint(settings: Settings) -> str:
    """Return what changes when any deadline could: a digest of the zone, the hours, and which days are worked.

    All years of the notice from 2020 on are looked at, and whether more of them are known by now.
    """
    pack = (settings.days_off, settings.days_worked)
    hours = [f"{start}-{end}" for start, end in settings.working_hours]
    days = [",".join(sorted(map(str, each))) for each in pack]
    return sha256("|".join((settings.time_zone, *hours, *days, *map(_notice, _YEARS))).encode()).hexdigest()


@cache
def _notice(year: int) -> str:
    """Return which days of a year are worked by the State Council's notice; nothing where that is not known."""
    first = date(year, 1, 1)
    length = (date(year + 1, 1, 1) - first).days
    try:
        return "".join("01"[chinese_calendar.is_workday(first + timedelta(days=day))] for day in range(length))
    except NotImplementedError:
        return ""


def work_calendar(settings: Settings, report: Callable[[int], None] | None = None) -> WorkCalendar:
    """Return the calendar by which the city's deadlines run.

    It remembers what it has counted, so keep one and make a new one when the settings or the notice change. Raises
    ValueError for working hours that overlap or run backwards.
    """
    return WorkCalendar(ZoneInfo(settings.time_zone), settings.working_hours, working_days(settings, report))
