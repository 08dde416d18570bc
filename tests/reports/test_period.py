"""Days in the zone of the district, and the days they are compared with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reports.period import Kind, Period, period_of

CHINA, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
DAYS = st.dates(date(2001, 1, 1), date(2030, 12, 31))
ZONES = st.sampled_from([CHINA, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")])


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(DAYS)
    return Period(first, first + timedelta(days=draw(st.integers(0, 45))), draw(ZONES))


def whole(first: date, last: date) -> Period:
    return Period(first, last, CHINA)


def test_a_day_begins_at_midnight_by_the_clocks_of_the_district():
    day = whole(date(2026, 3, 2), date(2026, 3, 2))

    assert (day.start, day.end) == (datetime(2026, 3, 1, 16, tzinfo=UTC), datetime(2026, 3, 2, 16, tzinfo=UTC))
    assert day.holds(day.start)
    assert not day.holds(day.end)


def test_a_day_on_which_the_clocks_are_changed_is_as_long_as_it_is():
    assert Period(date(2026, 3, 29), date(2026, 3, 29), BERLIN).end - Period(
        date(2026, 3, 29), date(2026, 3, 29), BERLIN
    ).start == timedelta(hours=23)


@given(periods())
def test_the_days_of_a_period_follow_each_other_without_gap_and_are_the_period(period: Period):
    days = period.each_day()

    assert [day.end for day in days[:-1]] == [day.start for day in days[1:]]
    assert (days[0].start, days[-1].end) == (period.start, period.end)


@given(periods())
def test_the_last_period_ends_where_this_one_begins(period: Period):
    before = period.before()

    assert before.end == period.start
    assert before.is_month if period.is_month else before.days == period.days


@given(periods())
def test_a_year_ago_has_the_same_dates_of_the_year_before(period: Period):
    then = period.year_ago()
    for day, earlier in ((period.first, then.first), (period.last, then.last)):
        assert (earlier.year, earlier.month) == (day.year - 1, day.month)
        assert earlier.day == day.day or (day.month, day.day, earlier.day) == (2, 29, 28)


@given(periods(), st.integers(0, 60 * 24 * 60))
def test_what_is_not_over_ends_now_and_is_compared_with_as_much(period: Period, minutes: int):
    now = period.start + timedelta(minutes=minutes)
    so_far = period.so_far(now)

    assert so_far.end == min(period.end, now)
    assert so_far.before().end <= period.start
    if so_far.until and not period.is_month:
        local, then = so_far.end.astimezone(period.zone), so_far.before().end.astimezone(period.zone)
        assert then.date() in {local.date() - timedelta(days=period.days), period.before().last + timedelta(days=1)}


def test_a_month_is_compared_with_the_month_before_and_others_with_as_many_days():
    assert whole(date(2026, 3, 1), date(2026, 3, 31)).before() == whole(date(2026, 2, 1), date(2026, 2, 28))
    assert whole(date(2026, 3, 1), date(2026, 3, 30)).before() == whole(date(2026, 1, 30), date(2026, 2, 28))
    assert whole(date(2026, 3, 9), date(2026, 3, 9)).month_so_far() == whole(date(2026, 3, 1), date(2026, 3, 9))


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (Kind.DAILY, date(2026, 3, 1), date(2026, 3, 1)),
        (Kind.FLASH, date(2026, 3, 2), date(2026, 3, 2)),
        (Kind.WEEKLY, date(2026, 2, 23), date(2026, 3, 1)),
        (Kind.MONTHLY, date(2026, 2, 1), date(2026, 2, 28)),
        (Kind.ASKED, date(2026, 3, 2), date(2026, 3, 2)),
    ],
)
def test_each_kind_speaks_of_its_days(kind, first, last):
    now = datetime(2026, 3, 1, 17, tzinfo=UTC)  # one in the night of Monday the second in China, Sunday elsewhere
    period = period_of(kind, now, CHINA)

    assert (period.first, period.last) == (first, last)
    assert period.end <= now


def test_a_flash_is_compared_with_yesterday_until_the_same_hour():
    noon = datetime(2026, 3, 2, 4, tzinfo=UTC)

    assert period_of(Kind.FLASH, noon, CHINA).before().end == noon - timedelta(days=1)
