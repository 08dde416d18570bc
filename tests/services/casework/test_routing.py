"""Who gets a case."""

from __future__ import annotations

import pytest

from bot.services.casework.routing import Candidate, candidates, choose, owner
from storage.models import Case
from tests.dialogue import Stage
from tests.small_city import EAST, LAT, LON, MARKET, OUTSIDE, ROAD_DAMAGE, WEST, small_city

CITY = small_city()
LEADER = Candidate("leader", "U-E", "P-1")
EAST_UNIT, WEST_UNIT, OFFICE = Candidate("unit", "U-E"), Candidate("unit", "U-W"), Candidate("unit", "D-CG")


def test_a_named_point_comes_first_its_leader_then_its_units_the_expert_first():
    assert candidates(CITY, ROAD_DAMAGE, point="P-1") == [LEADER, OFFICE, EAST_UNIT]


def test_the_nearest_point_in_reach_counts_as_named():
    lat, lon = MARKET
    assert candidates(CITY, ROAD_DAMAGE, lat + 0.0003, lon)[0] == LEADER
    assert candidates(CITY, ROAD_DAMAGE, lat + 0.0009, lon)[0] == EAST_UNIT


def test_a_named_point_counts_more_than_a_nearer_one():
    assert candidates(CITY, ROAD_DAMAGE, *MARKET, point="P-2")[0] == Candidate("leader", "U-E", "P-2")


@pytest.mark.parametrize(("at", "unit"), [(EAST, EAST_UNIT), (WEST, WEST_UNIT)])
def test_without_a_point_the_area_has_it_and_then_the_usual_unit(at: tuple[float, float], unit: Candidate):
    lat, lon = at
    assert candidates(CITY, ROAD_DAMAGE, lat + 0.003, lon) == [unit, OFFICE]


def test_elsewhere_the_usual_unit_has_it():
    assert candidates(CITY, ROAD_DAMAGE, *OUTSIDE) == [OFFICE]
    assert candidates(CITY, ROAD_DAMAGE) == [OFFICE]


def test_nobody_comes_twice():
    found = candidates(CITY, ROAD_DAMAGE, LAT, LON + 0.0001)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("leader", "head", "expected"),
    [
        ("joined", "joined", ("leader", "")),
        (None, "joined", ("unit_head", "not_joined")),
        ("away", "joined", ("unit_head", "unreachable")),
        (None, None, ("dispatcher", "not_joined")),
        ("away", "away", ("dispatcher", "unreachable")),
        ("joined", None, ("leader", "")),
    ],
)
def test_who_cannot_be_asked_gives_way(stage: Stage, leader: str | None, head: str | None, expected: tuple[str, str]):
    if leader:
        stage.staff("point_leader", unit="U-E", point="P-1", joined=leader == "joined")
    if head:
        stage.staff("unit_head", unit="U-E", joined=head == "joined")
    with stage.desk() as desk:
        found = owner(desk, LEADER)
    assert (found.kind, found.stepped_in) == expected
    assert found.unit == "U-E", "there is always a lead unit"
    assert (found.person_id is None) == (found.kind == "dispatcher")


def test_who_handed_it_back_is_not_asked_again_in_another_function(stage: Stage):
    chen = stage.staff("point_leader", unit="U-E", point="P-1", name="chen")
    stage.staff("unit_head", unit="D-CG", name="chen")
    head = stage.staff("unit_head", unit="U-E")
    with stage.desk() as desk:
        case = Case(category=ROAD_DAMAGE, point="P-1", tried=["leader:P-1", f"person:{chen.person.id}"])
        found = choose(desk, case)
    assert found is not None
    assert found.person_id == head.person.id
