"""Joining by one-time codes: made in chat by those who may, used once, in time."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from bot.domain.roles import Role
from bot.services.staffing import invites
from storage.models import Assignment
from tests.dialogue import Actor, Stage

CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")


def code_seen_by(actor: Actor) -> str:
    return CODE.search(actor.sees("邀请码").text).group()


def made(stage: Stage, role: Role, **for_whom) -> str:
    with stage.database.begin() as session:
        return invites.make(session, stage.city, role, stage.now, **for_whom)


def functions(stage: Stage, actor: Actor) -> set[tuple[str, str, str]]:
    with stage.reading() as session:
        mine = session.scalars(select(Assignment).where(Assignment.person_id == actor.person.id))
        return {(held.role, held.unit, held.point) for held in mine}


def test_headquarters_invites_a_leader_for_a_point_who_joins_by_the_link(stage: Stage):
    hq, li = stage.staff("dispatcher"), stage.person("li")
    hq.sends("/invite")
    hq.presses("点位长")
    hq.sends("东街农贸市场")
    code = code_seen_by(hq)

    li.opens(code)
    li.sees("您现在是：点位长 · 东街农贸市场")
    assert functions(stage, li) == {("point_leader", "U-E", "P-1")}


def test_an_invitation_lies_over_an_open_report_and_can_be_cancelled(stage: Stage):
    hq = stage.staff("dispatcher")
    hq.sends("解放路与西街口 路面破损")
    hq.sends("/invite")
    assert "取消" in hq.last.labels
    hq.presses("点位长")
    assert "取消" in hq.last.labels
    hq.sends("哪里也不是")
    hq.sees("没有找到", "取消")
    hq.presses("取消")
    hq.sees("好的，不改了")
    hq.sends("/invite")
    hq.presses("点位长")
    hq.sends("取消")
    hq.sends("/invite")
    hq.presses("点位长")
    hq.sends("东街农贸市场")
    hq.sees("邀请码")
    assert stage.cases == []

    hq.sends("提交")
    assert stage.case.place == "解放路与西街路口"


def test_only_the_open_question_of_an_invitation_can_be_tapped(stage: Stage):
    hq = stage.staff("dispatcher")
    hq.sends("/invite")
    hq.presses("点位长")
    hq.sends("农贸市场")
    hq.presses("西街农贸市场")

    hq.sees("邀请码")
    assert [shown.labels for shown in hq.messages] == [[]] * hq.counts()


@pytest.mark.parametrize("written", ["{code}", "/start {code}", " {lower} ", "{bare}", "{parted}"])
def test_the_code_works_as_text_however_it_is_typed(stage: Stage, written: str):
    zhou = stage.person("zhou")
    code = made(stage, Role.INSPECTOR)
    zhou.sends(written.format(code=code, lower=code.lower(), bare=code.replace("-", ""), parted=code.replace("-", " ")))
    zhou.sees("您现在是：督查员")


@pytest.mark.parametrize("words", ["backyard", "dark park"])
def test_words_as_long_as_a_code_are_a_report(stage: Stage, words: str):
    wang = stage.person("wang")
    wang.sends(words)
    wang.sees(f"说明：{words}")


def test_a_code_works_once(stage: Stage):
    code = made(stage, Role.INSPECTOR)
    first, second = stage.person("first"), stage.person("second")
    first.sends(code)
    second.sends(code)
    first.sends(code)

    second.sees("已经有人用过")
    first.sees("您已经用过了")
    assert functions(stage, second) == set()
    assert len(functions(stage, first)) == 1


def test_a_code_expires(stage: Stage):
    code = made(stage, Role.INSPECTOR)
    stage.advance(hours=stage.city.settings.invite_hours)
    late = stage.person("late")
    late.sends(code)
    late.sees("过期")
    assert functions(stage, late) == set()


def test_a_wrong_code_is_said_kindly(stage: Stage):
    wang = stage.person("wang")
    wang.sends("2222-2222")
    wang.sees("没有这个邀请码")


def test_a_unit_head_invites_for_the_own_unit_only(stage: Stage):
    head = stage.staff("unit_head", unit="U-E")
    head.sends("/invite")
    head.sees_nothing_of("督查员", "管理员")
    head.presses("点位长")
    head.sends("西街农贸市场")
    head.sees("只能为自己的单位邀请")
    head.sends("东街小学")
    head.sees("邀请码（点位长 · 东街小学）")


def test_one_leader_may_answer_for_several_points(stage: Stage):
    code = made(stage, Role.LEADER, points=("P-1", "P-2"))
    li = stage.person("li")
    li.sends(code)
    li.sees("点位长 · 东街农贸市场 (+1)")
    assert {point for _, _, point in functions(stage, li)} == {"P-1", "P-2"}


def test_an_invitation_for_an_unknown_unit_is_refused(stage: Stage):
    with stage.database.begin() as session, pytest.raises(invites.BadInvite) as refused:
        invites.make(session, stage.city, Role.UNIT_HEAD, stage.now, unit="U-X")
    assert refused.value.key == "invite.unknown_unit"


def test_a_forged_tap_invites_nobody(stage: Stage):
    wang = stage.person("wang")
    wang.presses_token("invite.0.administrator")
    wang.presses_token("invite_for.0.unit:U-E")
    wang.sees_nothing_of("邀请码（")
