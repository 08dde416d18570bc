"""Two processes at one case at once, on PostgreSQL: one act counts, the other is done again on what came of the first.

SQLite has one writer, so there the second always sees the first.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from bot.domain.case import Action, Refusal, State
from bot.domain.roles import Role
from bot.services.casework import cases, routing
from bot.services.casework.replies import settled
from bot.services.casework.routing import Candidate
from bot.services.desk import Desk
from storage.models import Attachment, Case, Person, new_id
from tests.dialogue import Actor, Stage

Deed = Callable[[Desk, Case], object]


@pytest.fixture(params=[pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def people(stage: Stage) -> dict[str, Actor]:
    group = {
        "leader": stage.staff(Role.LEADER, unit="U-E", point="P-1", name="leader"),
        "colleague": stage.staff(Role.LEADER, unit="U-E", point="P-1", name="colleague"),
        "dispatcher": stage.staff(Role.DISPATCHER, name="dispatcher"),
        "inspector": stage.staff(Role.INSPECTOR, name="inspector"),
        "li": stage.person("li"),
        "wang": stage.person("wang"),
    }
    group["li"].sends("你好")
    group["wang"].sends("东街农贸市场 路面破损")
    group["wang"].presses("提交")
    return group


def does(who: Actor, action: Action, **more: object) -> Deed:
    person_id = who.person.id
    return lambda desk, case: cases.act(desk, case, action, desk.session.get_one(Person, person_id), **more)


def sends_on(who: Actor, unit: str) -> Deed:
    person_id = who.person.id

    def act(desk: Desk, case: Case) -> object:
        owner = routing.owner(desk, Candidate("unit", unit))
        return cases.act(desk, case, Action.REASSIGN, desk.session.get_one(Person, person_id), owner=owner)

    return act


def replies(stage: Stage, who: Actor) -> Deed:
    case, person_id = stage.case, who.person.id

    def act(desk: Desk, found: Case) -> object:
        photo = {"id": new_id(), "case_id": case.id, "person_id": person_id, "purpose": "after", "round": found.round}
        desk.session.add(Attachment(**photo, state="stored", sent_at=stage.now))
        desk.session.flush()
        return cases.act(desk, found, Action.REPLY, desk.session.get_one(Person, person_id), words="已修补")

    return act


def race(stage: Stage, first: Deed, second: Deed) -> bool:
    """Let the second begin before the first is committed, and again if it was beaten; tell whether it counted."""
    case_id = stage.case.id
    with pytest.raises((StaleDataError, IntegrityError)):
        _overlap(stage, case_id, first, second)
    with suppress(Refusal), stage.desk() as desk:
        second(desk, desk.session.get_one(Case, case_id))
        return True
    return False


def _overlap(stage: Stage, case_id: int, first: Deed, second: Deed) -> None:
    with stage.database.begin() as session:
        late = session.get_one(Case, case_id)
        with stage.desk() as desk:
            first(desk, desk.session.get_one(Case, case_id))
        post = stage.house.post(session, stage.now)
        second(stage.house.desk(session, post, stage.now), late)
        session.flush()


def test_of_two_who_sign_one_has_it(stage: Stage, people: dict[str, Actor]):
    leader, colleague = people["leader"], people["colleague"]

    assert not race(stage, does(leader, Action.SIGN), does(colleague, Action.SIGN))
    assert stage.case.handler_id == leader.person.id


def test_signing_what_was_just_passed_on_fails(stage: Stage, people: dict[str, Actor]):
    assert not race(stage, sends_on(people["dispatcher"], "U-W"), does(people["leader"], Action.SIGN))
    assert (stage.case.unit, stage.case.handler_id) == ("U-W", None)


def test_withdrawing_what_was_just_signed_fails(stage: Stage, people: dict[str, Actor]):
    assert not race(stage, does(people["leader"], Action.SIGN), does(people["wang"], Action.WITHDRAW))
    assert stage.case.state == State.HANDLING


def test_who_replies_twice_has_replied_once(stage: Stage, people: dict[str, Actor]):
    people["leader"].presses("签收")

    assert not race(stage, replies(stage, people["leader"]), replies(stage, people["leader"]))
    assert stage.case.state == State.PENDING_VERIFICATION


def test_who_joins_while_it_closes_sees_it_closed(stage: Stage, people: dict[str, Actor]):
    people["leader"].presses("签收")
    with stage.desk() as desk:
        replies(stage, people["leader"])(desk, desk.session.get_one(Case, stage.case.id))

    assert race(stage, does(people["inspector"], Action.PASS), does(people["li"], Action.FOLLOW))
    people["li"].sees(stage.case.number, "已办结")
    people["wang"].sees("满意")


def test_words_added_while_somebody_signs_bring_no_old_card_back(stage: Stage, people: dict[str, Actor]):
    added = does(people["wang"], Action.SUPPLEMENT, words="坑更大了")

    assert race(stage, does(people["leader"], Action.SIGN), added)
    people["leader"].sees("坑更大了", "办结")


def test_a_photo_that_settles_while_somebody_signs_brings_no_old_card_back(stage: Stage, people: dict[str, Actor]):
    with stage.database.begin() as session:
        photo = Attachment(id=new_id(), case_id=stage.case.id, person_id=people["wang"].person.id, purpose="before")
        photo.state, photo.sent_at = "stored", stage.now
        session.add(photo)

    def settle(desk: Desk, _case: Case) -> object:
        return settled(desk, desk.session.get_one(Attachment, photo.id))

    assert race(stage, does(people["leader"], Action.SIGN), settle)
    people["leader"].sees("办结", "退回")
