"""Questions about a case that went on, or cannot be answered any more: said kindly at once, and never left open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.case import State
from bot.domain.roles import Role
from bot.services import tokens
from storage.models import Assignment, Conversation
from tests.dialogue import Actor, Stage, jpeg


@pytest.fixture
def leader(stage: Stage) -> Actor:
    return stage.staff(Role.LEADER, unit="U-E", point="P-1", name="leader")


@pytest.fixture
def reporter(stage: Stage, leader: Actor) -> Actor:
    wang = stage.person("wang")
    wang.sends("东街农贸市场 路面破损")
    wang.presses("提交")
    return wang


def draft_of(stage: Stage, who: Actor) -> object:
    with stage.reading() as session:
        return session.get_one(Conversation, (who.chat.key, who.person.id)).draft


def finish(leader: Actor) -> None:
    leader.presses("签收")
    leader.presses("办结")
    leader.sends_photo(caption="已修补")
    leader.presses("办结")


def test_too_late_to_dispute_is_said_at_once_and_the_next_words_are_a_report(
    stage: Stage, leader: Actor, reporter: Actor
):
    inspector = stage.staff(Role.INSPECTOR, name="inspector")
    finish(leader)
    inspector.presses("核查通过")
    stage.advance(days=30)
    reporter.presses("不满意")

    assert not draft_of(stage, reporter)
    reporter.sends("东街小学 路灯不亮")
    reporter.sees("提交")


def test_whoever_handled_it_is_told_at_once_that_they_cannot_fail_it(stage: Stage, leader: Actor, reporter: Actor):
    both = stage.staff(Role.INSPECTOR, name="leader")
    finish(leader)
    both.presses_token(tokens.write("fail", stage.case.id, stage.case.round))

    assert not draft_of(stage, both)


def test_a_reason_that_comes_too_late_closes_the_question(stage: Stage, leader: Actor, reporter: Actor):
    dispatcher = stage.staff(Role.DISPATCHER, name="dispatcher")
    dispatcher.sends(f"/case {stage.case.number}")
    dispatcher.presses("作废")
    leader.presses("签收")
    dispatcher.sends("重复上报")

    assert stage.case.state == State.HANDLING
    assert not draft_of(stage, dispatcher)


def test_a_colleague_cannot_hand_back_what_somebody_else_has_in_hand(stage: Stage, leader: Actor, reporter: Actor):
    colleague = stage.staff(Role.LEADER, unit="U-E", point="P-1", name="colleague")
    colleague.sends(f"/case {stage.case.number}")
    leader.presses("签收")
    colleague.presses("退回")

    assert not draft_of(stage, colleague)
    colleague.presses_token(tokens.write("why", stage.case.id, f"{stage.case.round}:return:0"))
    assert stage.case.state == State.HANDLING
    assert stage.case.handler_id == leader.person.id


@pytest.mark.parametrize("taken", [False, True])
def test_whoever_no_longer_holds_a_function_can_neither_take_nor_finish(
    stage: Stage, leader: Actor, reporter: Actor, taken: bool
):
    if taken:
        leader.presses("签收")
    with stage.database.begin() as session:
        held = session.query(Assignment).filter_by(person_id=leader.person.id).one()
        held.until = stage.now - timedelta(seconds=1)
    before = stage.case.state
    leader.presses("办结" if taken else "签收")
    leader.sends(f"/case {stage.case.number}")

    assert stage.case.state == before
    leader.sees("没有查到")


def test_a_rating_is_asked_for_anew_after_a_dispute(stage: Stage, leader: Actor, reporter: Actor):
    inspector = stage.staff(Role.INSPECTOR, name="inspector")
    finish(leader)
    inspector.presses("核查通过")
    reporter.presses("满意")
    reporter.presses("不满意")
    reporter.sends("又坏了")
    leader.presses("办结")
    leader.sends_photo(jpeg((1, 90, 200)), caption="又修补了")
    leader.presses("办结")
    inspector.presses("核查通过")

    assert stage.case.rating is None


def test_a_photo_of_an_earlier_handler_says_nothing_to_the_next(stage: Stage, leader: Actor, reporter: Actor):
    dispatcher = stage.staff(Role.DISPATCHER, name="dispatcher")
    head = stage.staff(Role.UNIT_HEAD, unit="U-W", name="head")
    leader.presses("签收")
    leader.presses("办结")
    do_due, stage.chores.do_due = stage.chores.do_due, _nothing
    leader.sends_photo(caption="已修补")
    leader.presses("办结")
    dispatcher.sends(f"/case {stage.case.number}")
    dispatcher.presses_token(tokens.write("dispatch_to", stage.case.id, f"{stage.case.round}:U-W"))
    head.presses("签收")
    said = head.counts()
    stage.chores.do_due = do_due
    stage.settle()

    assert stage.case.state == State.HANDLING
    assert head.counts() == said


async def _nothing() -> int:
    return 0
