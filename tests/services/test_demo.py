"""The cast of the demo: made once, able to do everything, speaking one language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.city.finder import find_places
from bot.domain.roles import Role
from bot.services import demo, people
from storage.database import Database
from storage.models import Assignment, BoundChat, Identity, Person
from tests.small_city import small_city

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CITY = small_city()


@pytest.fixture
def session(migrated_url):
    database = Database(migrated_url)
    with database.begin() as session:
        demo.prepare(session, CITY, NOW)
        session.flush()
        yield session
    database.close()


def person(session, name) -> Person:
    return session.get_one(Person, session.get_one(Identity, ("web", demo.REALM, name)).person_id)


def test_preparing_twice_changes_nothing(session):
    def counts():
        return [session.scalar(select(func.count()).select_from(table)) for table in (Person, Assignment, BoundChat)]

    before = counts()
    demo.prepare(session, CITY, NOW)
    assert counts() == before


def test_wherever_a_case_goes_the_leader_has_it(session):
    leader = person(session, "demo-leader")
    for point in CITY.points:
        assert people.holders(session, [Role.LEADER], NOW, point=point) == [leader.id]
    for unit in CITY.units:
        assert people.holders(session, [Role.UNIT_HEAD], NOW, unit=unit) == [leader.id]
        assert session.get(BoundChat, ("web:page:demo-unit", unit)) is not None
    assert session.get(BoundChat, ("web:page:demo-leaders", "")) is not None


def test_everyone_who_has_a_seat_can_be_written_to(session):
    for persona in demo.PERSONAS:
        if not persona.is_group:
            chat = people.private_chat(session, person(session, persona.id).id)
            assert chat is not None
            assert chat.id == persona.chat_id


def test_who_verifies_did_not_handle_it(session):
    assert person(session, "demo-inspector").id != person(session, "demo-leader").id
    assert Role.INSPECTOR not in people.roles_of(session, person(session, "demo-leader"), NOW)


def test_the_whole_cast_changes_its_language(session):
    demo.speak(session, "en")
    assert {person(session, each.id).language for each in demo.PERSONAS} == {"en"}
    assert person(session, "demo-leader").name == "Demo point leader"
    assert set(session.scalars(select(BoundChat.language))) == {"en"}


def test_the_sample_story_plays_where_the_finder_finds_it():
    scene = demo.scene(CITY, "zh_CN")
    assert (scene.crossing, scene.point) == ("解放路与西街口", "东街农贸市场")
    assert scene.round is None or CITY.classes[scene.round.class_code].rhythm
    assert find_places(CITY, f"{scene.crossing} 路面破损")[0].kind == "crossing"
    assert find_places(CITY, f"{scene.point}门口 垃圾成堆")[0].code == "P-1"
