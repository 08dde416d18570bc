"""Slots of rounds, and the days on which they are due."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.patrol import Rhythm, dues, ends_week, slot_of

OFF = {*(date(2026, 2, day) for day in range(15, 24)), date(2026, 2, 8)}
MADE_UP = {date(2026, 2, 14), date(2026, 2, 28)}


def works(day: date) -> bool:
    """The Spring Festival of 2026, with its two Saturdays worked."""
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


@pytest.mark.parametrize(
    ("rhythm", "day", "slot"),
    [
        (Rhythm.DAILY, date(2026, 11, 24), "2026-11-24"),
        (Rhythm.WEEKLY, date(2026, 11, 24), "2026-W48"),
        (Rhythm.CHIEF, date(2026, 11, 24), "C2026-W48"),
        (Rhythm.WEEKLY, date(2027, 1, 3), "2026-W53"),
    ],
)
def test_a_day_belongs_to_one_slot_of_each_rhythm(rhythm: Rhythm, day: date, slot: str):
    assert slot_of(rhythm, day) == slot


def test_weekly_rounds_are_due_on_the_last_day_worked_and_in_a_week_of_holidays_not_at_all():
    found = dues(Rhythm.WEEKLY, date(2026, 2, 2), date(2026, 3, 6), works)

    assert [(due.day.day, due.slot[-3:]) for due in found] == [(6, "W06"), (14, "W07"), (28, "W09"), (6, "W10")]
    assert not ends_week(date(2026, 2, 13), works)


def test_daily_rounds_are_due_on_days_worked():
    found = dues(Rhythm.DAILY, date(2026, 2, 12), date(2026, 2, 25), works)

    assert [due.day.day for due in found] == [12, 13, 14, 24, 25]
