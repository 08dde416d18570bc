"""When jobs are due."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.city.model import Digests
from bot.jobs import timetable
from bot.jobs.timetable import Daily, Every
from tests.small_city import small_city

CITY = small_city()
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
rhythms = st.one_of(
    st.integers(1, 100_000).map(lambda seconds: Every(timedelta(seconds=seconds))),
    st.lists(st.times(), min_size=1, max_size=3).map(lambda times: Daily(lambda _: times)),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "now", "slot"),
    [
        (Every(timedelta(hours=1)), "2026-03-02 01:59:59", "2026-03-02 01:00"),
        (Every(timedelta(hours=1)), "2026-03-02 02:00", "2026-03-02 02:00"),
        (Every(timedelta(minutes=10)), "2026-03-02 02:09", "2026-03-02 02:00"),
        (Daily(lambda _: [time(4)]), "2026-03-02 19:59", "2026-03-01 20:00"),  # 03:59 in China
        (Daily(lambda _: [time(4)]), "2026-03-02 20:00", "2026-03-02 20:00"),
        (Daily(lambda _: [time(18), time(8)]), "2026-03-02 11:00", "2026-03-02 10:00"),
        (Daily(lambda _: [time(18), time(8)]), "2026-03-02 23:00", "2026-03-02 10:00"),
    ],
)
def test_the_newest_slot(rhythm, now: str, slot: str):
    assert rhythm.slot(utc(now), CITY) == utc(slot)


def test_the_pack_says_when():
    morning, evening = (small_city(digests=Digests(daily=time(hour))) for hour in (8, 18))
    rhythm = Daily(lambda settings: filter(None, [settings.digests.daily]))

    assert rhythm.slot(utc("2026-03-02 12:00"), morning) == utc("2026-03-02 00:00")
    assert rhythm.slot(utc("2026-03-02 12:00"), evening) == utc("2026-03-02 10:00")
    assert rhythm.slot(utc("2026-03-02 12:00"), small_city(digests=Digests(daily=None))) is None


def test_only_some_days_may_be_due():
    rhythm = Daily(lambda _: [time(8)], lambda day, _: day.day == 1)

    assert rhythm.slot(utc("2026-03-30 12:00"), CITY) == utc("2026-03-01 00:00")
    assert rhythm.slot(utc("2026-02-28 23:59"), CITY) == utc("2026-02-01 00:00")
    assert rhythm.between(utc("2026-01-01 00:00"), utc("2026-05-01 00:00"), CITY) == 3


@given(rhythm=rhythms, now=moments)
def test_a_slot_is_its_own_newest_slot_and_none_lies_between_it_and_now(rhythm, now: datetime):
    slot = rhythm.slot(now, CITY)

    assert slot <= now
    assert rhythm.slot(slot, CITY) == slot
    assert rhythm.between(slot, now, CITY) == 0


@given(rhythm=rhythms, start=moments, steps=st.integers(1, 20))
def test_slots_slept_through_are_counted(rhythm, start: datetime, steps: int):
    last = slot = rhythm.slot(start, CITY)
    for _ in range(steps):
        last = rhythm.slot(last - timedelta(microseconds=1), CITY)

    assert rhythm.between(last, slot, CITY) == steps - 1


def test_every_file_of_the_folder_is_found():
    timetable.load()

    assert {"seal", "drafts", "sweep", "prune"} <= timetable.jobs.keys()
