"""Being away, with somebody who stands in: /away, /here, /back."""

from __future__ import annotations

import pytest

from bot.domain.case import State
from bot.services import history, tokens
from storage.models import Assignment, Event
from tests.dialogue import Actor, Stage


@pytest.fixture
def deputy(stage: Stage) -> Actor:
    return stage.staff("point_leader", unit="U-E", point="P-2", name="zhao")


def report(stage: Stage, words: str = "东街农贸市场 路面破损") -> Actor:
    reporter = stage.person("wang", shown_as="王某某")
    reporter.sends_photo(caption=words)
    reporter.presses("提交")
    return reporter


def leaves(leader: Actor, deputy: str = "zhao · 点位长 · 东街街道", day: str = "到明天") -> None:
    leader.sends("/away")
    leader.presses(day)
    leader.presses(deputy)


def test_two_taps_and_new_cases_go_to_the_stand_in_until_the_day_is_over(stage: Stage, leader: Actor, deputy: Actor):
    leader.sends("请假")
    leader.sees("请假到哪天", "今天", "到明天", "到本周日", "取消")
    leader.presses("到明天")
    leader.sees("2026年3月2日至2026年3月3日请假。请谁代办", "zhao · 点位长 · 东街街道")
    leader.presses("zhao · 点位长 · 东街街道")
    leader.sees("您2026年3月2日至2026年3月3日请假，由zhao代办")
    deputy.sees("li2026年3月2日至2026年3月3日请假，由您代办", "现在有 0 件在办")

    report(stage)
    deputy.sees(stage.case.number, "点位长请假，由代理人代接", "签收", "退回")
    leader.sees_nothing_of(stage.case.number)
    deputy.presses("签收")
    assert stage.case.handler_id == deputy.person.id

    stage.advance(days=2)
    report(stage, "东街农贸市场 垃圾成堆")
    leader.sees(stage.case.number, "签收")
    deputy.sees_nothing_of(stage.case.number)


def test_what_was_in_hand_can_be_finished_by_the_stand_in_and_the_history_says_for_whom(
    stage: Stage, leader: Actor, deputy: Actor
):
    inspector = stage.staff("inspector", name="zhou")
    report(stage)
    leader.presses("签收")
    leaves(leader)
    deputy.sees("现在有 1 件在办")
    deputy.sends("/tasks")
    deputy.presses(f"{stage.case.number} 道路破损")
    deputy.sees(stage.case.number, "li请假，由zhao代办", "办结", "退回", "申请延期")
    deputy.presses("办结")
    deputy.sends_photo(caption="已修补")
    deputy.presses("办结")

    assert stage.case.state == State.PENDING_VERIFICATION
    inspector.presses("核查不通过")
    inspector.presses("没有处理干净")
    assert "办结" in deputy.last.labels, "what comes back calls whoever is there"
    with stage.reading() as session:
        replied = session.query(Event).filter_by(action="reply").one()
        assert replied.actor == f"person:{deputy.person.id}"
        assert replied.facts["for"] == [leader.person.id]
        assert history.verify_all(session) == []


def test_what_was_not_taken_yet_can_be_taken_by_the_stand_in(stage: Stage, leader: Actor):
    office = stage.staff("unit_head", unit="D-CG", name="chen")
    report(stage)
    leader.sends("/away")
    leader.presses("今天")
    leader.sends("chen")
    office.sees("现在有 1 件在办")
    office.sends("/tasks")
    office.presses(f"{stage.case.number} 道路破损")
    office.sees(stage.case.number, "li请假，由chen代办", "签收")
    office.presses("签收")
    assert stage.case.handler_id == office.person.id
    with stage.reading() as session:
        assert session.query(Event).filter_by(action="sign").one().facts["for"] == [leader.person.id]


def test_back_again_it_is_theirs_and_the_stand_in_may_no_more(stage: Stage, leader: Actor, deputy: Actor):
    report(stage)
    leader.presses("签收")
    leaves(leader)
    deputy.sends(f"/case {stage.case.number}")
    old = deputy.tap("办结")
    leader.sends("/back")
    leader.sees("欢迎回来")
    deputy.sees("li回来了，您不用再代办了")

    stage.receives(old)
    deputy.sees("这一步要由别人来办")
    leader.presses("办结")
    leader.sees("请发办好后的照片")


def test_back_still_leaves_a_list_of_an_open_report(stage: Stage, leader: Actor, deputy: Actor):
    leaves(leader)
    leader.sends("东街小学 路面破损")
    leader.sends("/back")
    leader.sees_nothing_of("欢迎回来")
    leader.presses("取消")
    leader.sends("销假")
    leader.sees("欢迎回来")


def test_dates_and_a_colleague_are_found_by_typing(stage: Stage, leader: Actor):
    office = stage.staff("unit_head", unit="D-CG", name="chen-office")
    leader.sends("/away")
    leader.sends("下个月吧")
    leader.sees("没看懂“下个月吧”")
    leader.sends("3月5日到3月6日")
    leader.sees("请谁代办")
    leader.sends("nobody")
    leader.sees("没有找到叫“nobody”")
    leader.sends("chen")
    leader.sees("2026年3月5日至2026年3月6日请假，由chen-office代办")
    office.sees("由您代办")

    report(stage)
    leader.sees(stage.case.number, "签收")
    stage.advance(days=3)
    report(stage, "东街农贸市场 垃圾成堆")
    office.sees(stage.case.number, "点位长请假，由代理人代接")


def test_who_is_away_sees_it_and_changes_or_ends_it(stage: Stage, leader: Actor, deputy: Actor):
    leaves(leader)
    leader.sends("/away")
    leader.sees("请假，由zhao代办", "我回来了", "改时间或代办人")
    leader.presses("改时间或代办人")
    leader.presses("今天")
    leader.presses("zhao · 点位长 · 东街街道")
    leader.sees("您2026年3月2日请假，由zhao代办")
    leader.sends("/away")
    leader.presses("我回来了")
    leader.sees("欢迎回来")
    leader.sends("/here")
    leader.sees("您没有请假")


def test_headquarters_sees_who_is_away(stage: Stage, leader: Actor, deputy: Actor):
    dispatcher = stage.staff("dispatcher", name="sun")
    report(stage)
    leader.presses("签收")
    leaves(leader)
    dispatcher.sends("/away")
    dispatcher.sees("正在请假的（1 人）", "li（点位长 · 东街街道）", "由zhao代办")
    dispatcher.sends(f"/case {stage.case.number}")
    dispatcher.sees("li请假，由zhao代办")


def test_two_cannot_stand_in_for_each_other(stage: Stage, leader: Actor, deputy: Actor):
    leaves(leader)
    leaves(deputy, "li · 点位长 · 东街街道")
    deputy.sees("li那几天也请假，而且是请您代办")
    deputy.presses("取消")
    report(stage)
    deputy.sees(stage.case.number, "签收")


def test_stand_ins_are_followed_to_whoever_is_there(stage: Stage, leader: Actor, deputy: Actor):
    head = stage.staff("unit_head", unit="U-E", name="head")
    leaves(leader)
    leaves(deputy, "head · 单位负责人 · 东街街道")
    report(stage)
    head.sees(stage.case.number, "点位长请假，由代理人代接")
    deputy.sees_nothing_of(stage.case.number)
    head.presses("签收")
    assert stage.case.handler_id == head.person.id


def test_a_stand_in_who_has_left_office_leaves_it_to_the_one_who_is_away(stage: Stage, leader: Actor, deputy: Actor):
    leaves(leader)
    with stage.database.begin() as session:
        for held in session.query(Assignment).filter_by(person_id=deputy.person.id):
            held.until = stage.now
    report(stage)
    leader.sees(stage.case.number, "签收")


def test_standing_in_for_a_dispatcher_gives_nobody_their_powers(stage: Stage, leader: Actor):
    dispatcher = stage.staff("dispatcher", name="sun")
    second = stage.staff("dispatcher", name="tang")
    leaves(dispatcher, "tang · 创城办")
    leader.sends("/queue")
    leader.sees("不对您的岗位开放")
    report(stage)
    leader.presses("签收")
    leader.presses("申请延期")
    leader.presses("要等材料或设备")
    second.sees(stage.case.number, "批准")
    dispatcher.sees_nothing_of(stage.case.number)


def test_whoever_stood_in_and_did_it_does_not_verify_it(stage: Stage, leader: Actor):
    both = stage.staff("unit_head", unit="U-E", name="head")
    stage.staff("inspector", name="head")
    other = stage.staff("inspector", name="zhou")
    report(stage)
    leader.presses("签收")
    leaves(leader, "head · 单位负责人 · 东街街道")
    both.sends("/tasks")
    both.presses(f"{stage.case.number} 道路破损")
    both.presses("办结")
    both.sends_photo(caption="已修补")
    both.presses("办结")

    other.sees(stage.case.number, "核查通过")
    assert "核查通过" not in [label for shown in both.messages for label in shown.labels]


def test_it_is_not_for_citizens(stage: Stage):
    citizen = stage.person("wang")
    citizen.sends("/away")
    citizen.sees("不对您的岗位开放")


def test_a_question_that_lay_overnight_gives_no_leave_of_yesterday(stage: Stage, leader: Actor, deputy: Actor):
    leader.sends("/away")
    leader.presses("今天")
    stage.advance(hours=20)
    leader.presses("zhao · 点位长 · 东街街道")
    leader.sees("请假到哪天")
    leader.sees_nothing_of("由zhao代办")
    assert deputy.counts() == 0


def test_no_tap_tells_what_a_stranger_is_called(stage: Stage, leader: Actor, deputy: Actor):
    wang = report(stage)
    leader.sends("/away")
    leader.presses("到明天")
    leader.presses_token(tokens.write("away_by", wang.person.id))
    leader.sees_nothing_of("王某某")
    leader.presses("zhao · 点位长 · 东街街道")
    leader.sees("由zhao代办")
