"""Digests at the city's times: the morning's, the week's, the month's, and at noon before a test."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.city.model import City, Settings
from bot.jobs.timetable import Daily, Tick, job
from bot.reports.period import Kind, Period, period_of
from bot.services.casework import clocks
from bot.services.desk import Desk
from bot.services.digesting import digests

log = logging.getLogger(__name__)

LIVES = {Kind.DAILY: 0, Kind.FLASH: 0, Kind.WEEKLY: 3, Kind.MONTHLY: 7}
"""How many days after its own a digest is still worth sending, by whoever slept through its time."""
_DAY = timedelta(days=1)
_LONGEST_HOLIDAYS = 31


# --- the days --------------------------------------------------------------------------------------------------------


def goes_out(day: date, city: City) -> bool:
    """Tell whether digests go out on a day: one that is worked, or near a test, or any if the pack says so."""
    return city.settings.digests.on_days_off or is_near_test(day, city) or clocks.calendar(city).is_working_day(day)


def is_near_test(day: date, city: City) -> bool:
    """Tell whether a day is that of a test, or one of the days before it."""
    settings = city.settings.digests
    return any(0 <= (test - day).days <= settings.test_days for test in settings.tests)


def begins_week(day: date, city: City) -> bool:
    """Tell whether a day is the first of its week on which digests go out."""
    return _is_first(day, (day - number * _DAY for number in range(1, day.weekday() + 1)), city)


def begins_month(day: date, city: City) -> bool:
    """Tell whether a day is the first of its month on which digests go out."""
    return _is_first(day, (day.replace(day=number) for number in range(1, day.day)), city)


def since_last(day: date, city: City, zone: ZoneInfo) -> Period:
    """Return the days that the morning's digest of a day covers: those since the last morning that had one."""
    first = next((each for each in _before(day) if goes_out(each, city)), day - _DAY)
    return Period(first, day - _DAY, zone)


def _is_first(day: date, earlier: Iterator[date], city: City) -> bool:
    return goes_out(day, city) and not any(goes_out(each, city) for each in earlier)


def _before(day: date) -> Iterator[date]:
    return (day - number * _DAY for number in range(1, _LONGEST_HOLIDAYS))


# --- the jobs --------------------------------------------------------------------------------------------------------


def _at(kind: Kind) -> Callable[[Settings], Iterator[time]]:
    def times(settings: Settings) -> Iterator[time]:
        at: time | None = getattr(settings.digests, kind.value)
        return iter(() if at is None else (at,))

    return times


@job("digest_daily", Daily(_at(Kind.DAILY), goes_out), catches_up=False)
def send_daily(desk: Desk, tick: Tick) -> None:
    """Tell in the morning what was done since the last one."""
    zone = _zone(desk)
    _send(desk, tick, Kind.DAILY, since_last(tick.slot.astimezone(zone).date(), desk.city, zone))


@job("digest_flash", Daily(_at(Kind.FLASH), is_near_test), catches_up=False)
def send_flash(desk: Desk, tick: Tick) -> None:
    """Tell at noon how today goes."""
    today = tick.slot.astimezone(_zone(desk)).date()
    _send(desk, tick, Kind.FLASH, Period(today, today, _zone(desk)))


@job("digest_weekly", Daily(_at(Kind.WEEKLY), begins_week), catches_up=False)
def send_weekly(desk: Desk, tick: Tick) -> None:
    """Tell of the last week."""
    _send(desk, tick, Kind.WEEKLY, period_of(Kind.WEEKLY, tick.slot, _zone(desk)))


@job("digest_monthly", Daily(_at(Kind.MONTHLY), begins_month), catches_up=False)
def send_monthly(desk: Desk, tick: Tick) -> None:
    """Tell of the last month."""
    _send(desk, tick, Kind.MONTHLY, period_of(Kind.MONTHLY, tick.slot, _zone(desk)))


def _send(desk: Desk, tick: Tick, kind: Kind, period: Period) -> None:
    """Order it for all, unless it comes too late to be news."""
    zone = _zone(desk)
    last_day = tick.slot.astimezone(zone).date() + LIVES[kind] * _DAY
    until = datetime.combine(last_day + _DAY, time(), zone).astimezone(UTC)
    if desk.now >= until:
        log.warning("the %s digest of %s is too old to be sent", kind, tick.slot.isoformat())
        return
    digests.send(desk, kind, period, tick.slot, until)


def _zone(desk: Desk) -> ZoneInfo:
    return ZoneInfo(desk.city.settings.time_zone)
