"""Headquarters: what needs a human, worked by taps."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.domain.case import State
from storage.models import Assignment
from tests.dialogue import Actor, Stage
from tests.small_city import small_city


@pytest.fixture
def by_hand(make_stage) -> Stage:
    """A city where every case is opened by hand."""
    return make_stage(city=small_city(opening="dispatcher"))


def report(stage: Stage) -> Actor:
    reporter = stage.person("wang", shown_as="王某某")
    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")
    return reporter


def test_opened_by_a_tap_it_goes_on_by_itself(by_hand: Stage):
    dispatcher = by_hand.staff("dispatcher")
    leader = by_hand.staff("point_leader", unit="U-E", point="P-1")
    reporter = report(by_hand)
    reporter.sees("创城办正在审核")
    assert by_hand.case.state == State.PENDING_OPENING

    dispatcher.sees(by_hand.case.number, "立案", "不予立案", "作废")
    dispatcher.presses("立案")

    assert by_hand.case.state == State.PENDING_SIGNING
    leader.sees(by_hand.case.number, "签收")
    reporter.sees("已受理，由东街农贸市场点位长", "最迟")


def test_declined_with_a_reason_that_the_reporter_is_told(by_hand: Stage):
    dispatcher = by_hand.staff("dispatcher")
    reporter = report(by_hand)
    dispatcher.presses("不予立案")
    dispatcher.sends("这里下周统一翻修")

    assert by_hand.case.state == State.REJECTED
    reporter.sees(by_hand.case.number, "没有立案：这里下周统一翻修")


def test_void_until_somebody_has_taken_it(stage: Stage):
    dispatcher = stage.staff("dispatcher")
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    report(stage)
    dispatcher.sends(f"/case {stage.case.number}")
    old = dispatcher.tap("作废")
    leader.presses("签收")
    stage.receives(old)
    assert stage.case.state == State.HANDLING
    assert "作废" not in dispatcher.last.labels


def test_the_queue_is_worked_by_taps(by_hand: Stage):
    dispatcher = by_hand.staff("dispatcher")
    dispatcher.sends("/queue")
    dispatcher.sees("没有等您处理")
    report(by_hand)
    dispatcher.sends("/queue")
    dispatcher.presses(f"{by_hand.case.number} 道路破损")
    assert "立案" in dispatcher.last.labels


def test_what_somebody_left_is_in_the_queue_and_sent_on(stage: Stage):
    leader, dispatcher = stage.staff("point_leader", unit="U-E", point="P-1"), stage.staff("dispatcher")
    report(stage)
    leader.presses("签收")
    dispatcher.sends("/queue")
    dispatcher.sees("没有等您处理")
    with stage.database.begin() as session:
        held = session.scalars(select(Assignment).where(Assignment.person_id == leader.person.id)).one()
        held.until = stage.now
        session.add(Assignment(person_id=leader.person.id, role="volunteer", unit="", point="", since=stage.now))

    dispatcher.sends("/queue")
    dispatcher.sees(stage.case.number, "经办人已不在岗，请改派")
    dispatcher.presses(f"{stage.case.number} 道路破损")
    assert "改派" in dispatcher.last.labels


def test_sent_to_a_unit_found_by_typing_its_name(stage: Stage):
    dispatcher = stage.staff("dispatcher")
    office = stage.staff("unit_head", unit="U-W")
    stage.staff("point_leader", unit="U-E", point="P-1")
    report(stage)
    due = stage.case.handle_due
    stage.advance(hours=1)
    dispatcher.sends(f"/case {stage.case.number[1:]}")
    dispatcher.presses("改派")
    dispatcher.sends("西街街道")
    dispatcher.presses("派给西街街道")

    case = stage.case
    assert (case.unit, case.state, case.transfers) == ("U-W", State.PENDING_SIGNING, 1)
    assert case.handle_due == due
    office.sees(case.number, "签收")
    dispatcher.sees("已派给西街街道")


def test_an_unknown_unit_is_asked_for_again(stage: Stage):
    dispatcher = stage.staff("dispatcher")
    report(stage)
    dispatcher.presses("改派")
    dispatcher.sends("没有这个单位啊")
    dispatcher.sees("没有找到“没有这个单位啊”", "取消")


def test_the_queue_is_not_for_citizens(stage: Stage):
    citizen = stage.person("wang")
    citizen.sends("/queue")
    citizen.sees("不对您的岗位开放")
