"""Voluntary service: minutes within the slot, never padded; stars; bands of age; distances."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import service
from bot.domain.service import Age, Distance, Spell, Stay

SEVEN = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
SLOT = Spell(SEVEN, SEVEN + timedelta(minutes=90))


def spell(came: float, left: float) -> Spell:
    """From so many minutes after seven to so many."""
    return Spell(SEVEN + timedelta(minutes=came), SEVEN + timedelta(minutes=left))


@pytest.mark.parametrize(
    ("spells", "minutes"),
    [
        ([], 0),
        ([spell(0, 90)], 90),
        ([spell(-30, 120)], 90),  # early and late: only the slot counts
        ([spell(-30, -5)], 0),
        ([spell(95, 100)], 0),
        ([spell(2, 30), spell(45, 90)], 73),  # away for a quarter
        ([spell(2, 60), spell(30, 90)], 88),  # overlapping: no minute twice
        ([spell(10, 40), spell(15, 20)], 30),
        ([spell(2.9, 10.1)], 8),  # as the clock shows it: from 07:02 to 07:10
        ([spell(5, 5)], 0),
    ],
)
def test_minutes_within_the_slot_count_once(spells, minutes):
    assert service.minutes_served(spells, SLOT) == minutes


moments = st.integers(-200, 300)
many = st.lists(st.tuples(moments, moments).map(lambda ends: spell(min(ends), max(ends))), max_size=5)


@given(many)
def test_service_is_what_one_would_count_minute_by_minute(spells):
    counted = sum(any(each.came <= SEVEN + timedelta(minutes=m) < each.left for each in spells) for m in range(90))
    assert service.minutes_served(spells, SLOT) == counted


@given(many)
def test_spells_that_do_not_overlap_lose_nothing(spells):
    total = sum(service.minutes_served([each], SLOT) for each in spells)
    served = service.minutes_served(spells, SLOT)
    assert served == total if not service.do_overlap(spells) else served <= total


@pytest.mark.parametrize(
    ("first", "second", "minutes"),
    [
        (spell(0, 90), spell(60, 120), {1: 90, 2: 30}),  # overlapping
        (spell(0, 60), spell(60, 120), {1: 60, 2: 60}),  # touching
        (spell(0, 90), spell(30, 60), {1: 90, 2: 0}),  # contained
        (spell(30, 60), spell(0, 90), {1: 30, 2: 60}),  # the shift that began first has it, whoever came first
    ],
)
def test_a_minute_in_two_shifts_counts_in_the_one_that_began_first(first, second, minutes):
    """The first shift is from 0 to 90, the second from 0 to 120, or from where its spell begins."""
    later = Spell(max(second.came, SEVEN), SEVEN + timedelta(minutes=120))
    assert service.minutes_apart({2: Stay(later, [second]), 1: Stay(SLOT, [first])}) == minutes


stays = st.builds(Stay, many.filter(bool).map(lambda found: found[0]), many)


@given(st.dictionaries(st.integers(0, 9), stays, max_size=5))
def test_overlapping_shifts_come_to_what_one_would_count_minute_by_minute(found):
    counted = dict.fromkeys(found, 0)
    for minute in (SEVEN + timedelta(minutes=m) for m in range(-200, 300)):
        there = [
            (slot.came, key)
            for key, (slot, spells) in found.items()
            if slot.came <= minute < slot.left and any(each.came <= minute < each.left for each in spells)
        ]
        if there:
            counted[min(there)[1]] += 1
    assert service.minutes_apart(found) == counted


@pytest.mark.parametrize(
    ("hours", "stars", "missing"),
    [(0, 0, 100), (99, 0, 1), (100, 1, 200), (299, 1, 1), (600, 3, 400), (1000, 4, 500), (1500, 5, None)],
)
def test_stars_by_hours(hours, stars, missing):
    assert service.stars(hours * 60) == stars
    assert service.minutes_to_next_star(hours * 60) == (None if missing is None else missing * 60)


def test_a_minute_less_is_no_star():
    assert service.stars(100 * 60 - 1) == 0


@pytest.mark.parametrize(
    ("age", "serves", "guardian", "company"),
    [
        (Age.ADULT, True, False, False), (Age.YOUTH, True, False, False), (Age.CHILD, True, True, False),
        (Age.SMALL, True, True, True), (Age.TOO_SMALL, False, True, True),
    ],
)  # fmt: skip
def test_what_each_age_needs(age, serves, guardian, company):
    assert (age.may_serve, age.needs_guardian, age.needs_company) == (serves, guardian, company)
    assert len(age) <= 8, "it must fit its column"


@pytest.mark.parametrize(
    ("metres", "expected"), [(0, Distance.AT), (80, Distance.AT), (81, Distance.NEAR), (300, Distance.NEAR),
                             (301, Distance.FAR)]
)  # fmt: skip
def test_classes_of_distance(metres, expected):
    assert service.distance_of(metres, 80, 300) is expected


def test_a_radius_beyond_near_leaves_no_near():
    assert service.distance_of(350, 400, 300) is Distance.AT
    assert service.distance_of(401, 400, 300) is Distance.FAR


def test_quarters_begin_on_the_quarter():
    assert service.quarter_of(SEVEN + timedelta(minutes=29, seconds=59)) == SEVEN + timedelta(minutes=15)
    assert service.quarter_of(SEVEN) == SEVEN


def test_hours_are_never_rounded_up_and_names_show_one_letter():
    assert [service.hours(minutes) for minutes in (0, 1, 59, 60, 88, 110)] == [0, 0.01, 0.98, 1, 1.46, 1.83]
    assert [service.masked(name) for name in ("周某某", " Li Wei", "")] == ["周*", "L*", "*"]
