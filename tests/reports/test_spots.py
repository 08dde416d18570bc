"""Cases gathered by kind and place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.geo import metres_between
from bot.reports.spots import spots
from tests.reports.scenario import RUBBISH, SIGNS, at, case, district, facts_of
from tests.small_city import EAST

METRE = 1 / 111_195
NEAR = district().category(RUBBISH).similar_metres
PLACES = st.tuples(st.integers(-200, 200), st.integers(-200, 200))


def placed(places, **facts):
    return [
        facts_of(case(category=RUBBISH, lat=EAST[0] + north * METRE, lon=EAST[1] + east * METRE, **facts))
        for north, east in places
    ]


def test_what_lies_at_one_point_belongs_together_however_far_apart():
    found = spots(district(), placed([(0, 0), (900, 0)], point="P-1") + placed([(0, 0)]))

    assert [len(spot.cases) for spot in found] == [2, 1]


def test_kinds_are_kept_apart():
    cases = placed([(0, 0), (0, 0)])

    assert len(spots(district(), [cases[0], cases[1]._replace(category=SIGNS)])) == 2


def test_the_first_case_is_the_middle_of_a_spot():
    """Not a chain, which would make a whole street one place."""
    cases = placed([(0, 0), (40, 0), (80, 0), (120, 0)])

    assert [len(spot.cases) for spot in spots(district(), cases)] == [2, 2]


@settings(max_examples=60)
@given(st.lists(PLACES, max_size=20))
def test_each_case_is_in_one_spot_and_no_further_from_its_first_than_allowed(places):
    cases = placed(places, reported_at=at(-1))
    found = spots(district(), cases)

    assert sorted(case.id for spot in found for case in spot.cases) == sorted(case.id for case in cases)
    for spot in found:
        first = spot.cases[0]
        assert all(metres_between(first.lat, first.lon, case.lat, case.lon) <= NEAR for case in spot.cases)


@settings(max_examples=60)
@given(st.lists(PLACES, max_size=20))
def test_nobody_begins_a_spot_within_reach_of_an_earlier_one(places):
    """Looking at every spot there is, the squares of the search left out, finds the same."""
    found = spots(district(), placed(places, reported_at=at(-1)))
    firsts = sorted((spot.cases[0] for spot in found), key=lambda case: case.id)

    assert all(
        metres_between(one.lat, one.lon, other.lat, other.lon) > NEAR
        for number, one in enumerate(firsts)
        for other in firsts[:number]
    )
