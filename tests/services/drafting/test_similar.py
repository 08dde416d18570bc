"""Cases like the one that is being reported."""

from __future__ import annotations

from bot.domain.case import Action
from bot.services.casework import cases
from bot.services.casework.cases import Filing
from bot.services.drafting import similar
from storage.models import Case, Follower, new_id
from tests.dialogue import Stage
from tests.small_city import EAST, ROAD_DAMAGE

METRE = 1 / 111_195
LAT, LON = EAST


def file(stage: Stage, lat: float = LAT, lon: float = LON) -> int:
    reporter = stage.staff("volunteer", name="wang")
    with stage.desk() as desk:
        person = desk.session.merge(reporter.person)
        return cases.file(desk, Filing(new_id(), person, ROAD_DAMAGE, words="坑", lat=lat, lon=lon)).id


def test_within_fifty_metres(stage: Stage):
    file(stage)
    with stage.desk() as desk:
        found = {
            metres: bool(similar.find(desk, ROAD_DAMAGE, LAT + metres * METRE, LON)) for metres in (0, 49, 51, 5000)
        }
    assert found == {0: True, 49: True, 51: False, 5000: False}


def test_of_the_same_category_only(stage: Stage):
    file(stage)
    with stage.desk() as desk:
        assert similar.find(desk, "06012", LAT, LON) == []


def test_the_nearest_comes_first(stage: Stage):
    far, near = file(stage, LAT + 40 * METRE), file(stage, LAT + 10 * METRE)
    with stage.desk() as desk:
        assert [case.id for case in similar.find(desk, ROAD_DAMAGE, LAT, LON)] == [near, far]


def test_an_open_one_of_any_age_a_closed_one_for_a_day(stage: Stage):
    case_id = file(stage)
    stage.advance(days=60)
    dispatcher = stage.staff("dispatcher")
    with stage.desk() as desk:
        assert len(similar.find(desk, ROAD_DAMAGE, LAT, LON)) == 1
        case = desk.session.get_one(Case, case_id)
        cases.act(desk, case, Action.FORCE_CLOSE, desk.session.merge(dispatcher.person), reason="测试")
    stage.advance(hours=23)
    with stage.desk() as desk:
        assert len(similar.find(desk, ROAD_DAMAGE, LAT, LON)) == 1
    stage.advance(hours=2)
    with stage.desk() as desk:
        assert similar.find(desk, ROAD_DAMAGE, LAT, LON) == []


def test_without_a_position_nothing_is_similar(stage: Stage):
    file(stage)
    with stage.desk() as desk:
        assert similar.find(desk, ROAD_DAMAGE, None, None) == []


def test_two_alike_within_one_transaction_see_each_other(stage: Stage):
    reporter = stage.staff("volunteer")
    with stage.desk() as desk:
        person = desk.session.merge(reporter.person)
        first = cases.file(desk, Filing(new_id(), person, ROAD_DAMAGE, lat=LAT, lon=LON))
        assert similar.find(desk, ROAD_DAMAGE, LAT, LON) == [first]


def test_following_twice_changes_nothing(stage: Stage):
    case_id = file(stage)
    other = stage.staff("volunteer")
    with stage.desk() as desk:
        person, case = desk.session.merge(other.person), desk.session.get_one(Case, case_id)
        similar.follow(desk, case, person)
        similar.follow(desk, case, person)
        assert desk.session.query(Follower).filter_by(case_id=case_id, person_id=person.id).count() == 1
    other.sees("处理中")


def test_the_same_trouble_again_is_linked(stage: Stage):
    first = file(stage)
    dispatcher = stage.staff("dispatcher")
    with stage.desk() as desk:
        case = desk.session.get_one(Case, first)
        cases.act(desk, case, Action.FORCE_CLOSE, desk.session.merge(dispatcher.person), reason="测试")
    stage.advance(days=10)
    second = file(stage)
    stage.advance(days=50)
    third = file(stage)
    with stage.reading() as session:
        assert session.get_one(Case, second).relapse_of == first
        assert session.get_one(Case, third).relapse_of is None
