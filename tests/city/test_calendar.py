"""The city works on the days of the national notice, unless its pack says otherwise."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.city.calendar import WorkingDays, work_calendar, working_days
from bot.city.settings import Settings
from bot.domain.worktime import Limit, add

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


def special_days() -> dict[date, bool]:
    path = Path(__file__).parent / "data" / "cn_2026_special_days.csv"
    with path.open(encoding="utf-8") as file:
        return {date.fromisoformat(row["date"]): row["status"] == "workday" for row in csv.DictReader(file)}


def test_every_day_of_2026_is_as_the_notice_says():
    special = special_days()
    expected = {day: special.get(day, day.weekday() < 5) for day in YEAR}

    assert len(special) == 25
    assert {day: WorkingDays()(day) for day in YEAR} == expected


def test_the_pack_comes_before_the_notice():
    settings = Settings(name="试验区", days_off=(date(2026, 3, 3),), days_worked=(date(2026, 3, 7),))
    works = working_days(settings)

    assert not works(date(2026, 3, 3))
    assert works(date(2026, 3, 7))
    assert works(date(2026, 3, 4))


def test_an_unknown_year_is_counted_by_weekends_and_reported_once():
    heard: list[int] = []
    works = WorkingDays(off=[date(2096, 1, 2)], report=heard.append)

    assert works(date(2096, 1, 3))
    assert not works(date(2096, 1, 2))
    assert not works(date(2096, 1, 7))
    assert works(date(2003, 1, 1))
    assert heard == [2096, 2003]
    assert works.unknown_years == (2003, 2096)


def test_a_known_year_is_not_reported():
    works = WorkingDays()
    works(date(2026, 1, 1))

    assert works.unknown_years == ()


def test_deadlines_run_by_the_hours_and_days_of_the_pack():
    settings = Settings(name="试验区", working_hours=((time(9), time(17)),), days_off=(date(2026, 3, 3),))
    monday = datetime(2026, 3, 2, 16, tzinfo=SHANGHAI)

    due = add(monday, Limit(2, "work_hours"), work_calendar(settings))

    assert due == datetime(2026, 3, 4, 10, tzinfo=SHANGHAI)


def test_a_limit_of_the_pack_counts_as_it_is():
    settings = Settings(name="试验区")
    friday_before_spring_festival = datetime(2026, 2, 13, 17, tzinfo=SHANGHAI)

    due = add(friday_before_spring_festival, settings.accept_limit, work_calendar(settings))

    assert due == datetime(2026, 2, 14, 9, tzinfo=SHANGHAI)


def test_a_december_deadline_asks_about_the_next_year_only_when_it_reaches_it():
    heard: list[int] = []
    calendar = work_calendar(Settings(name="试验区"), heard.append)
    last = next(year for year in range(2026, 2100) if year_is_last(year))

    add(datetime(last, 12, 20, tzinfo=UTC), Limit(1, "work_hours"), calendar)
    assert heard == []
    add(datetime(last, 12, 20, tzinfo=UTC), Limit(30, "work_days"), calendar)
    assert heard == [last + 1]


def year_is_last(year: int) -> bool:
    works = WorkingDays()
    works(date(year, 6, 1))
    works(date(year + 1, 6, 1))
    return works.unknown_years == (year + 1,)


def test_hours_that_overlap_are_refused():
    settings = Settings(name="试验区", working_hours=((time(8), time(13)), (time(12), time(18))))

    with pytest.raises(ValueError, match="overlap"):
        work_calendar(settings)
