"""What acts do to a case: clocks, rounds, who may, and never nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.domain.case import OPEN_STATES, Action, Missing, NotNow, NotYours, State, allowed, find
from bot.services import people
from bot.services.casework import cases, demands, stances
from bot.services.casework.cases import Filing
from bot.services.casework.routing import Owner
from bot.services.desk import Desk
from storage.models import Assignment, Case, Event, Person, new_id
from tests.dialogue import Actor, Stage, photo_of_result
from tests.small_city import ROAD_DAMAGE, small_city

# The rules are the same on any database; the dialogues run on both.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def wang(stage: Stage) -> Actor:
    return stage.staff("volunteer", name="wang")


def file(desk: Desk, actor: Actor, **more: object) -> Case:
    person = desk.session.merge(actor.person)
    known = {"draft_id": new_id(), "point": "P-1", "words": "坑"}
    return cases.file(desk, Filing(reporter=person, category=ROAD_DAMAGE, **(known | more)))  # type: ignore[arg-type]


def act(desk: Desk, case: Case, action: Action, actor: Actor | None, **more: object) -> None:
    cases.act(desk, case, action, desk.session.merge(actor.person) if actor else None, **more)  # type: ignore[arg-type]


def test_filing_a_draft_twice_is_filing_it_once(stage: Stage, wang: Actor):
    with stage.desk() as desk:
        first = file(desk, wang, draft_id=7)
        assert file(desk, wang, draft_id=7) is first
    assert len(stage.cases) == 1


def test_what_is_not_certain_waits_for_headquarters(stage: Stage, wang: Actor):
    with stage.desk() as desk:
        assert file(desk, wang, sure=False).state == State.PENDING_OPENING
        assert file(desk, wang, point="").state == State.PENDING_OPENING
        assert file(desk, wang).state == State.PENDING_SIGNING


def test_the_limit_of_the_condition_is_copied_when_it_opens(stage: Stage, wang: Actor):
    with stage.desk() as desk:
        case = file(desk, wang)
        assert (case.limit_amount, case.limit_unit, case.condition) == (2, "work_days", "06013-1")
        assert case.handle_due == datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
        other = file(desk, wang)
        other_limit = small_city().settings.default_limit
        other.category = "09009"
        cases.clocks.set_limit(desk, other)
        assert (other.limit_amount, other.limit_unit) == (other_limit.amount, other_limit.unit)


def test_the_clocks_over_a_long_life(stage: Stage, wang: Actor):
    head, office = (
        stage.staff("unit_head", unit="U-E", name="head"),
        stage.staff("unit_head", unit="D-CG", name="office"),
    )
    dispatcher, inspector = stage.staff("dispatcher"), stage.staff("inspector")
    with stage.desk() as desk:
        case = file(desk, wang)
        due = case.handle_due
        assert due is not None
        desk.now += timedelta(hours=1)
        act(desk, case, Action.RETURN, head, reason="不归我管")
        act(desk, case, Action.REASSIGN, dispatcher, owner=Owner("D-CG", office.person.id, "unit_head"))
        act(desk, case, Action.SIGN, office)
        assert case.handle_due == due, "neither handing back nor reassigning moves the deadline"
        photo_of_result(desk, case)
        act(desk, case, Action.REPLY, office, words="好了")
        act(desk, case, Action.FAIL, inspector, reason="没好")
        assert case.handle_due == due, "rework does not start it again"
        act(desk, case, Action.ASK_EXTENSION, office, reason="要等材料")
        act(desk, case, Action.GRANT_EXTENSION, dispatcher)
        assert case.handle_due > due
        extended = case.handle_due
        act(desk, case, Action.ASK_SUSPENSION, office, reason="要列入工程")
        act(desk, case, Action.GRANT_SUSPENSION, dispatcher)
        desk.now += timedelta(days=7)
        act(desk, case, Action.RESUME, office)
        assert case.handle_due == extended + timedelta(days=7), "suspension shifts it"
        assert case.state == State.REWORK, "and it goes back to where it was"


def test_a_round_ends_when_it_is_handed_on_or_comes_back(stage: Stage, wang: Actor):
    head, dispatcher, inspector = (
        stage.staff("unit_head", unit="U-E"),
        stage.staff("dispatcher"),
        stage.staff("inspector"),
    )
    with stage.desk() as desk:
        case = file(desk, wang)
        act(desk, case, Action.SIGN, head)
        assert case.round == 1
        act(desk, case, Action.REASSIGN, dispatcher, owner=Owner("U-E", head.person.id, "unit_head"))
        act(desk, case, Action.SIGN, head)
        photo_of_result(desk, case)
        act(desk, case, Action.REPLY, head, words="好了")
        assert case.round == 2
        act(desk, case, Action.FAIL, inspector, reason="没好")
        assert case.round == 3
        with pytest.raises(Missing, match=r"missing\.after_photo"):
            act(desk, case, Action.REPLY, head, words="好了")
        photo_of_result(desk, case)
        act(desk, case, Action.REPLY, head, words="好了")
        act(desk, case, Action.PASS, inspector)
        assert case.state == State.CLOSED
        act(desk, case, Action.DISPUTE, wang, reason="没好")
        assert (case.round, case.handler_id) == (4, head.person.id)


def test_whoever_was_merged_is_still_who_handled_it(stage: Stage, wang: Actor):
    head, inspector = stage.staff("unit_head", unit="U-E"), stage.staff("inspector")
    with stage.desk() as desk:
        case = file(desk, wang)
        act(desk, case, Action.SIGN, head)
        photo_of_result(desk, case)
        act(desk, case, Action.REPLY, head, words="好了")
        desk.session.get_one(Person, head.person.id).merged_into = inspector.person.id
        desk.session.flush()
        with pytest.raises(Missing, match=r"missing\.other_eyes"):
            act(desk, case, Action.PASS, inspector)


def test_who_handled_an_earlier_round_does_not_verify_a_later_one(stage: Stage, wang: Actor):
    head, office = (
        stage.staff("unit_head", unit="U-E", name="head"),
        stage.staff("unit_head", unit="D-CG", name="office"),
    )
    stage.staff("dispatcher", name="head")
    with stage.desk() as desk:
        case = file(desk, wang)
        act(desk, case, Action.SIGN, head)
        act(desk, case, Action.REASSIGN, head, owner=Owner("D-CG", office.person.id, "unit_head"))
        act(desk, case, Action.SIGN, office)
        photo_of_result(desk, case)
        act(desk, case, Action.REPLY, office, words="好了")
        with pytest.raises(Missing, match=r"missing\.other_eyes"):
            act(desk, case, Action.PASS, head)


def test_a_function_that_has_ended_gives_no_stance(stage: Stage, wang: Actor):
    dispatcher = stage.staff("dispatcher")
    with stage.desk() as desk:
        case = file(desk, wang)
        person = desk.session.merge(dispatcher.person)
        assert stances.Stance.DISPATCHER in stances.stances(desk, case, person)
        desk.session.query(Assignment).filter_by(person_id=person.id).update({"until": desk.now})
        people.forget_functions(desk.session)
        assert stances.stances(desk, case, person) == frozenset()


def test_a_refused_act_changes_nothing(stage: Stage, wang: Actor):
    head = stage.staff("unit_head", unit="U-E")
    with stage.desk() as desk:
        case = file(desk, wang)
        events = desk.session.query(Event).count()
        before = {column.key: getattr(case, column.key) for column in Case.__table__.columns}
        with pytest.raises(NotNow):
            act(desk, case, Action.PASS, head)
        with pytest.raises(NotYours):
            act(desk, case, Action.SIGN, wang)
        with pytest.raises(Missing):
            act(desk, case, Action.RETURN, head, reason="  ")
        assert before == {column.key: getattr(case, column.key) for column in Case.__table__.columns}
        assert desk.session.query(Event).count() == events


def test_wherever_a_case_wanders_it_is_always_somebodys_turn(stage: Stage, wang: Actor):
    head, dispatcher = stage.staff("unit_head", unit="U-E"), stage.staff("dispatcher")
    actors = [wang, head, dispatcher, stage.staff("inspector"), stage.staff("executive")]
    brought = {"reason": "因", "words": "词", "owner": Owner("U-E", head.person.id, "unit_head")}
    seen, chance = set(), Random(7)
    with stage.desk() as desk:
        for _ in range(7):
            case = file(desk, wang)
            for _ in range(12):
                seen.add(State(case.state))
                if State(case.state) in OPEN_STATES:
                    assert case.owner_kind
                    assert case.unit or case.owner_kind == "dispatcher"
                moves = [(action, actor) for actor in actors for action in moving(desk, case, actor)]
                if not moves:
                    break
                action, actor = chance.choice(moves)
                if action is Action.REPLY:
                    photo_of_result(desk, case)
                act(desk, case, action, actor, **brought)
    assert len(seen) >= 7


def moving(desk: Desk, case: Case, actor: Actor) -> list[Action]:
    """Return what this person may do to bring the case elsewhere, short of ending it, or what they may ask for."""
    person = desk.session.merge(actor.person)
    stand = stances.stances(desk, case, person)
    rows = [find(State(case.state), action, stand) for action in allowed(State(case.state), stand)]
    actions = [row.action for row in rows if row.to in OPEN_STATES or row.action is Action.ASK_SUSPENSION]
    return sorted(action for action in actions if demands.may(desk, case, action, person))
