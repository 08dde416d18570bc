"""What the words after /digest mean."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.services.digesting.asking import Asked, Unclear, understand
from tests.small_city import small_city

CITY = small_city()
NOW = datetime(2026, 11, 10, 17, 0, tzinfo=UTC)
"""One in the morning of Wednesday the 11th in China."""


def days(text: str) -> tuple[str, str]:
    period = understand(text, CITY, NOW).period
    return period.first.isoformat(), period.last.isoformat()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-01..2026-11-07", "2026-11-01", "2026-11-07"),
        ("2026-11-07..2026-11-01", "2026-11-01", "2026-11-07"),
        ("２０２６－１１－０１～２０２６－１１－０７", "2026-11-01", "2026-11-07"),
        ("2026年7月5日至11月1日", "2026-07-05", "2026-11-01"),
        ("2026.11.1 - 2026.11.7", "2026-11-01", "2026-11-07"),
        ("2026/11/1 to 2026/11/7", "2026-11-01", "2026-11-07"),
        ("11月1日到11月7日", "2026-11-01", "2026-11-07"),
        ("11-1..11-7", "2026-11-01", "2026-11-07"),
        ("12-28..1-3", "2025-12-28", "2026-01-03"),
        ("2025-12-28..1-3", "2025-12-28", "2026-01-03"),
        ("2026-11-05", "2026-11-05", "2026-11-05"),
        ("11月5号", "2026-11-05", "2026-11-05"),
        ("12-24", "2025-12-24", "2025-12-24"),
        ("2026-10", "2026-10-01", "2026-10-31"),
        ("2026年2月", "2026-02-01", "2026-02-28"),
        ("12月份", "2025-12-01", "2025-12-31"),
        ("11月", "2026-11-01", "2026-11-11"),
        ("昨天", "2026-11-10", "2026-11-10"),
        ("yesterday", "2026-11-10", "2026-11-10"),
        ("前天", "2026-11-09", "2026-11-09"),
        ("the day before yesterday", "2026-11-09", "2026-11-09"),
        ("Today", "2026-11-11", "2026-11-11"),
        ("上周", "2026-11-02", "2026-11-08"),
        ("上个星期", "2026-11-02", "2026-11-08"),
        ("last week", "2026-11-02", "2026-11-08"),
        ("本周", "2026-11-09", "2026-11-11"),
        ("本月", "2026-11-01", "2026-11-11"),
        ("上个月", "2026-10-01", "2026-10-31"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("今年", "2026-01-01", "2026-11-11"),
        ("近7天", "2026-11-04", "2026-11-10"),
        ("last 30 days", "2026-10-12", "2026-11-10"),
        ("2026-11-01..2026-12-31", "2026-11-01", "2026-11-11"),
    ],
)
def test_the_days_are_made_out(text: str, first: str, last: str):
    assert days(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-01..2026-11-07 东街街道",
        "东街街道 2026-11-01..2026-11-07",
        "东街街道11月1日至11月7日的情况",
        "东街 11-01..11-07",
        "U-E 2026-11-01..2026-11-07",
        "for U-E, 2026-11-01 to 2026-11-07",
    ],
)
def test_days_and_unit_come_in_any_order(text: str):
    asked = understand(text, CITY, NOW)

    assert asked.units == ("U-E",)
    assert (asked.period.first, asked.period.last) == (date(2026, 11, 1), date(2026, 11, 7))


def test_what_is_not_named_is_left_open():
    assert understand("", CITY, NOW) == Asked()
    assert understand("上周", CITY, NOW).units == ()
    assert understand("城管", CITY, NOW) == Asked(None, ("D-CG",))
    assert understand("全区 昨天", CITY, NOW).units == ("",)
    assert understand("Smalltown yesterday", CITY, NOW).units == ("",)


def test_a_name_of_several_units_leaves_them_all():
    assert set(understand("街道", CITY, NOW).units) == {"U-E", "U-W"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2026-02-30", "digest.ask.no_such_day"),
        ("13月1日", "digest.ask.no_such_day"),
        ("2026-13", "digest.ask.no_such_day"),
        ("2027-01-01", "digest.ask.future"),
        ("2024-01-01..2026-01-01", "digest.ask.too_long"),
        ("没有这个单位吧", "digest.ask.unclear"),
        ("上周 xyz", "digest.ask.unclear"),
        ("2026-1-1-1", "digest.ask.unclear"),
        ("99999999999999999999", "digest.ask.unclear"),
    ],
)
def test_what_makes_no_sense_is_said(text: str, key: str):
    with pytest.raises(Unclear) as caught:
        understand(text, CITY, NOW)

    assert caught.value.key == key


def test_a_29th_of_february_is_that_of_the_last_leap_year_or_none():
    assert days("2024-02-29") == ("2024-02-29", "2024-02-29")
    with pytest.raises(Unclear):
        understand("2月29日", CITY, NOW)
