"""Days as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.days import read_days

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-03-05", TODAY, date(2026, 3, 5)),
        ("2026年3月5日", TODAY, date(2026, 3, 5)),
        ("3月5日", TODAY, date(2026, 3, 5)),
        ("3月5号", TODAY, date(2026, 3, 5)),
        ("3/5", TODAY, date(2026, 3, 5)),
        ("3-5", TODAY, date(2026, 3, 5)),
        ("5号", TODAY, date(2026, 3, 5)),
        (" 2日 ", TODAY, TODAY),
        ("1号", TODAY, date(2026, 4, 1)),  # the first that is not over
        ("31号", TODAY, date(2026, 3, 31)),
        ("1月3日", TODAY, date(2027, 1, 3)),
        ("3月5日到3月9日", date(2026, 3, 5), date(2026, 3, 9)),
        ("3月5日至9日", date(2026, 3, 5), date(2026, 3, 9)),
        ("2026-03-05..2026-03-09", date(2026, 3, 5), date(2026, 3, 9)),
        ("2026-03-05 to 2026-03-09", date(2026, 3, 5), date(2026, 3, 9)),
        ("3/5 - 3/9", date(2026, 3, 5), date(2026, 3, 9)),
        ("今天", TODAY, TODAY),
        ("Tomorrow", TODAY, date(2026, 3, 3)),
        ("明天到后天", date(2026, 3, 3), date(2026, 3, 4)),
    ],
)
def test_days_are_read_as_they_are_written(text: str, first: date, last: date):
    assert read_days(text, TODAY) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", "明年", "2月30日", "13月1日", "0号", "2026-02-27", "2027-03-04", "3月9日到3月5日", "3/5..3/7..3/9", "3号楼"],
)
def test_what_names_no_day_to_come_names_none(text: str):
    assert read_days(text, TODAY) is None
