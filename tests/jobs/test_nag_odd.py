"""Nags in odd circumstances: what was looked at when a program slept, broke, or somebody went away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.case import Action
from bot.services.staffing import absences
from storage.models import Case, Nag, Person
from tests.dialogue import Actor, Stage
from tests.jobs.conftest import tick
from tests.jobs.nagging import act, live, open_case, told
from tests.small_city import small_city


@pytest.fixture
def leader(stage: Stage) -> Actor:
    return stage.staff("point_leader", unit="U-E", point="P-1")


def goes(stage: Stage, person: Actor, deputy: Actor, **length: float) -> None:
    with stage.desk() as desk:
        who, acting = (desk.session.get_one(Person, each.person.id) for each in (person, deputy))
        absences.begin(desk, who, acting, desk.now, desk.now + timedelta(**length))


def test_a_reminder_that_was_slept_through_waits_for_the_morning(stage: Stage, leader: Actor):
    open_case(stage)
    live(stage, "10:00")
    leader.presses("1 稍后提醒")
    leader.presses("下午（今天 14:00）")
    sent = leader.counts()
    stage.advance(hours=13.5)
    tick(stage, "nag")
    assert leader.counts() == sent


def test_whoever_is_away_is_not_woken(stage: Stage, leader: Actor):
    deputy = stage.staff("point_leader", unit="U-E", point="P-2")
    open_case(stage)
    live(stage, "10:00")
    leader.presses("1 稍后提醒")
    leader.presses("下午（今天 14:00）")
    sent = leader.counts()
    goes(stage, leader, deputy, days=2)
    live(stage, "14:30")
    assert leader.counts() == sent


def test_a_card_lists_nothing_that_was_only_stood_in_for(stage: Stage, leader: Actor):
    deputy = stage.staff("point_leader", unit="U-E", point="P-2")
    first = open_case(stage)
    goes(stage, leader, deputy, hours=15)
    live(stage, "11:00")
    deputy.sees(first.number)
    second = open_case(stage, point="P-2")
    live(stage, "23:59")
    stage.advance(minutes=6)
    tick(stage, "returns")
    live(stage, "08:00", day=3)
    deputy.sees("有 1 件等您办", second.number)
    leader.sees("有 1 件等您办", first.number)


def test_when_leave_ends_by_its_date_both_hear_of_it_in_the_morning_in_one_message_each(stage: Stage, leader: Actor):
    deputy, other = (stage.staff("point_leader", unit="U-E", point="P-2", name=name) for name in ("zhao", "qian"))
    goes(stage, leader, deputy, hours=15)
    goes(stage, other, deputy, hours=15)
    stage.advance(hours=16)
    tick(stage, "returns")
    assert [each.counts() for each in (leader, other, deputy)] == [0, 0, 0]
    stage.advance(hours=8)
    tick(stage, "returns")
    for each in (leader, other):
        each.sees("欢迎回来")
    deputy.sees(f"{leader.sender.name}、qian回来了")
    stage.advance(minutes=5)
    tick(stage, "returns")
    assert [each.counts() for each in (leader, other, deputy)] == [1, 1, 1]


def test_who_is_on_leave_again_is_not_welcomed(stage: Stage, leader: Actor):
    deputy, other = (stage.staff("point_leader", unit="U-E", point="P-2", name=name) for name in ("zhao", "qian"))
    goes(stage, leader, deputy, hours=15)
    stage.advance(hours=16)
    goes(stage, leader, other, days=2)
    stage.advance(hours=8)
    tick(stage, "returns")
    assert [leader.counts(), other.counts()] == [0, 0]
    deputy.sees("回来了，您不用再代办了")


def test_everybody_on_a_rung_can_open_the_case(stage: Stage, leader: Actor):
    trade = stage.staff("unit_head", unit="D-CG")
    case = open_case(stage)
    leader.presses("签收")
    live(stage, "09:00", day=5)
    trade.sees(case.number, "1 打开")
    trade.presses("1 打开")
    assert "1 打开" not in trade.last.labels
    trade.sees_nothing_of("已经过期", "不能用了")


def test_a_case_that_cannot_be_shown_silences_nobody_else(stage: Stage, leader: Actor):
    other = stage.staff("point_leader", unit="U-W", point="P-3")
    bad = open_case(stage)
    open_case(stage, point="P-3")
    live(stage, "10:00")
    with stage.database.begin() as session:
        session.execute(update(Case).where(Case.id == bad.id).values(category="gone"))
        session.execute(update(Nag).where(Nag.case_id == bad.id).values(stale=True))
    sent = other.counts()
    live(stage, "11:30")
    assert other.counts() > sent


def test_a_call_that_cannot_be_made_holds_up_no_other(stage: Stage, leader: Actor):
    other = stage.staff("point_leader", unit="U-W", point="P-3")
    dispatcher = stage.staff("dispatcher")
    bad, good = open_case(stage), open_case(stage, point="P-3")
    live(stage, "23:00")
    act(stage, bad, Action.URGE, dispatcher)
    act(stage, good, Action.URGE, dispatcher)
    with stage.database.begin() as session:
        session.execute(update(Case).where(Case.id == bad.id).values(category="gone"))
    sent = other.counts()
    stage.advance(hours=9)
    tick(stage, "calls")
    assert other.counts() > sent


def test_when_the_pack_reminds_earlier_it_counts_for_open_cases_too(stage: Stage, leader: Actor):
    open_case(stage)
    leader.presses("签收")
    tick(stage, "recount")
    stage.house.move_to(small_city(nag_shares=(0.2, 0.8)))
    stage.advance(minutes=10)
    tick(stage, "recount")
    live(stage, "17:00")
    assert told(stage, leader) == [("handle", "0.2")]
