"""Deadlines keep their laws in every unit and zone, and fall where people expect them."""

from __future__ import annotations

import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.worktime import (
    Limit,
    WorkCalendar,
    add,
    advance,
    amount,
    elapsed,
    length,
    next_working_moment,
    remaining,
    share,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = ((time(8), time(12)), (time(14), time(18)))
UNITS = ("urgent_hours", "work_hours", "work_days", "calendar_days")
WORKING = UNITS[1:3]
SPECIAL = {
    date(2026, 10, 1): False,
    date(2026, 10, 2): False,
    date(2026, 10, 5): False,
    date(2026, 10, 6): False,
    date(2026, 10, 7): False,
    date(2026, 10, 10): True,
}


def working(day: date) -> bool:
    return SPECIAL.get(day, day.weekday() < 5)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


CITY = WorkCalendar(SHANGHAI, OFFICE, working)
CALENDARS = (
    CITY,
    WorkCalendar(ZoneInfo("Europe/Berlin"), OFFICE, working),
    # Hours that the change of clocks cuts, repeats or skips.
    WorkCalendar(ZoneInfo("Europe/Berlin"), ((time(0, 30), time(2, 10)), (time(2, 20), time(4))), lambda _day: True),
    WorkCalendar(ZoneInfo("America/St_Johns"), ((time(0), time(1, 30)), (time(22, 7), time(0))), lambda _day: True),
    WorkCalendar(ZoneInfo("Pacific/Apia"), ((time(6), time(20)),), working),
    WorkCalendar(ZoneInfo("Asia/Kathmandu"), ((time(0), time(0)),), lambda day: day.day % 3 == 0),
)
calendars = st.sampled_from(CALENDARS)
moments = st.datetimes(datetime(2011, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(), timedelta(days=120))
units = st.sampled_from(UNITS)
QUARTER = timedelta(minutes=15)
MARCH_NIGHT = datetime(2026, 3, 29, 0, 45, tzinfo=UTC)


@given(moments, spans, units, calendars)
def test_what_was_granted_is_what_elapses(start, span, unit, calendar):
    assert elapsed(start, advance(start, span, unit, calendar), unit, calendar) == span


@given(moments, spans, spans, units, calendars)
def test_two_limits_after_each_other_are_their_sum(start, one, other, unit, calendar):
    between = advance(start, one, unit, calendar)

    assert advance(between, other, unit, calendar) == advance(start, one + other, unit, calendar)


@given(moments, st.timedeltas(timedelta(), timedelta(days=9)), spans, units, calendars)
def test_who_starts_later_is_due_no_earlier(start, delay, span, unit, calendar):
    assert advance(start, span, unit, calendar) <= advance(start + delay, span, unit, calendar)


@given(moments, spans, spans, units, calendars)
def test_more_time_is_later(start, one, other, unit, calendar):
    assume(one != other)
    less, more = sorted((one, other))

    assert advance(start, less, unit, calendar) < advance(start, more, unit, calendar)


@given(moments, moments, moments, units, calendars)
def test_elapsed_time_adds_up_in_any_order(one, two, three, unit, calendar):
    parts = elapsed(one, two, unit, calendar) + elapsed(two, three, unit, calendar)

    assert parts == elapsed(one, three, unit, calendar)


@given(moments, spans.filter(bool), st.sampled_from(WORKING), st.sampled_from((CITY, CALENDARS[1], CALENDARS[4])))
def test_a_deadline_in_working_units_never_falls_in_closed_hours(start, span, unit, calendar):
    due = advance(start, span, unit, calendar).astimezone(calendar.zone)

    assert working(due.date())
    assert any(opens < due.time() <= closes for opens, closes in calendar.hours)


@given(moments, calendars)
def test_nobody_is_nagged_in_closed_hours(at, calendar):
    moment = next_working_moment(at, calendar)

    assert calendar.is_open(moment)
    assert moment >= at
    assert calendar.worked(at, moment) == timedelta()


@given(moments, st.integers(0, 300), st.sampled_from((CITY, CALENDARS[1], CALENDARS[5])))
def test_working_time_equals_a_count_by_quarters(start, quarters, calendar):
    """An independent and slow definition: a quarter counts when the wall clock shows working hours at its start."""
    start = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)
    hours = [(opens, closes if closes > opens else time.max) for opens, closes in calendar.hours]
    readings = [(start + n * QUARTER).astimezone(calendar.zone) for n in range(quarters)]

    counted = sum(
        calendar.is_working_day(at.date()) and any(opens <= at.time() < closes for opens, closes in hours)
        for at in readings
    )

    assert calendar.worked(start, start + quarters * QUARTER) == counted * QUARTER


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        # Monday ten o'clock and one working day is Tuesday ten o'clock.
        ("2026-03-02T10:00", Limit(1, "work_days"), "2026-03-03T10:00"),
        # A weekend lies between.
        ("2026-03-06T10:00", Limit(1, "work_days"), "2026-03-09T10:00"),
        # Filed in the evening: the whole next day, until it closes.
        ("2026-03-02T20:00", Limit(1, "work_days"), "2026-03-03T18:00"),
        # Filed at opening: that very day, until it closes.
        ("2026-03-02T08:00", Limit(1, "work_days"), "2026-03-02T18:00"),
        # Filed in the lunch break: the afternoon and the next morning.
        ("2026-03-02T13:00", Limit(1, "work_days"), "2026-03-03T12:00"),
        # The National Day week is skipped, its make-up Saturday counts.
        ("2026-09-30T16:00", Limit(2, "work_days"), "2026-10-09T16:00"),
        ("2026-10-09T16:00", Limit(1, "work_days"), "2026-10-10T16:00"),
        ("2026-10-10T17:00", Limit(2, "work_hours"), "2026-10-12T09:00"),
        # Over lunch, over night.
        ("2026-03-02T11:00", Limit(4, "work_hours"), "2026-03-02T17:00"),
        ("2026-03-02T17:00", Limit(4, "work_hours"), "2026-03-03T11:00"),
        # Exactly used up at noon is due at noon, not at two.
        ("2026-03-02T10:00", Limit(2, "work_hours"), "2026-03-02T12:00"),
        # Half an hour before the close, half a unit.
        ("2026-03-02T17:30", Limit(0.5, "work_hours"), "2026-03-02T18:00"),
        # Urgent hours and natural days know neither night nor holiday.
        ("2026-09-30T23:00", Limit(2, "urgent_hours"), "2026-10-01T01:00"),
        ("2026-09-30T23:00", Limit(7, "calendar_days"), "2026-10-07T23:00"),
        # A quarter of a working year.
        ("2026-11-02T10:00", Limit(60, "work_days"), "2027-01-25T10:00"),
    ],
)
def test_limits_fall_where_people_expect_them(start, limit, due):
    assert add(local(start), limit, CITY) == local(due)


def test_a_deadline_is_told_in_utc():
    assert add(local("2026-03-02T10:00"), Limit(1, "work_days"), CITY).tzinfo is UTC


def test_a_late_case_has_less_than_nothing_left():
    now, due = local("2026-03-03T09:00"), local("2026-03-02T17:00")

    assert remaining(now, due, "work_hours", CITY) == timedelta(hours=-2)
    assert amount(remaining(now, due, "work_days", CITY), "work_days", CITY) == -0.25


def test_the_share_of_a_limit_reaches_one_at_the_deadline():
    start, limit = local("2026-03-02T10:00"), Limit(5, "work_hours")

    assert share(start, local("2026-03-02T16:00"), limit, CITY) == 0.8
    assert share(start, add(start, limit, CITY), limit, CITY) == 1.0


def test_an_uneven_amount_is_granted_to_the_microsecond():
    assert length(Limit(0.1, "work_hours"), CITY) == timedelta(minutes=6)
    assert length(Limit(1.5, "work_days"), CITY) == timedelta(hours=12)


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2026-03-02T09:13", "2026-03-02T09:13"),
        ("2026-03-02T12:00", "2026-03-02T14:00"),
        ("2026-03-02T23:00", "2026-03-03T08:00"),
        ("2026-03-06T18:00", "2026-03-09T08:00"),
        ("2025-12-31T19:00", "2026-01-01T08:00"),
    ],
)
def test_nagging_waits_for_the_next_working_moment(at, moment):
    assert next_working_moment(local(at), CITY) == local(moment)


def test_an_hour_that_the_clocks_skip_is_not_worked():
    berlin = CALENDARS[2]

    assert berlin.worked(MARCH_NIGHT, MARCH_NIGHT + timedelta(hours=1)) == timedelta(minutes=15 + 45)
    assert berlin.worked(MARCH_NIGHT - timedelta(hours=2), MARCH_NIGHT + timedelta(hours=3)) == timedelta(hours=2.5)


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((time(12), time(8)),),
        ((time(8), time(8)),),
        ((time(14), time(18)), (time(8), time(12))),
        ((time(8), time(13)), (time(12), time(18))),
    ],
)
def test_hours_that_cannot_be_counted_are_refused(hours):
    with pytest.raises(ValueError, match="working hours"):
        WorkCalendar(SHANGHAI, hours, working)


def test_a_city_that_never_works_is_an_error_and_no_endless_search():
    never = WorkCalendar(UTC, OFFICE, lambda _day: False)

    with pytest.raises(ValueError, match="hundred years"):
        add(MARCH_NIGHT, Limit(1, "work_hours"), never)


@pytest.mark.parametrize("unit", UNITS)
def test_a_time_without_zone_is_refused(unit):
    naive = datetime(2026, 3, 2, 10)  # noqa: DTZ001
    with pytest.raises(ValueError, match="without zone"):
        add(naive, Limit(1, unit), CITY)
    with pytest.raises(ValueError, match="negative"):
        add(MARCH_NIGHT, Limit(-1, unit), CITY)


def test_a_year_of_work_is_as_quick_as_an_hour():
    """Two bisections however long the limit; the bound is generous for a busy machine."""
    add(MARCH_NIGHT, Limit(500, "work_days"), CITY)
    times = [stopwatch.perf_counter()]
    for _ in range(5):
        for _ in range(200):
            add(MARCH_NIGHT, Limit(500, "work_days"), CITY)
        times.append(stopwatch.perf_counter())
    best = min(later - earlier for earlier, later in pairwise(times)) / 200

    assert best < 100e-6
