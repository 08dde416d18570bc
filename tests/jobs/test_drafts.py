"""Drafts that nobody goes on with are closed kindly."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.jobs import drafts
from bot.port import Capabilities
from storage.models import Conversation
from tests.dialogue import Actor, Stage
from tests.jobs.conftest import rows, tick
from tests.small_city import small_city


def open_drafts(stage: Stage) -> int:
    with stage.reading() as session:
        return sum(draft is not None for draft in session.scalars(select(Conversation.draft)))


def labels(who: Actor) -> list[str]:
    return [label for shown in who.messages for label in shown.labels]


def test_a_draft_beyond_its_hours_loses_its_buttons_and_says_so(stage: Stage):
    wang = stage.person("wang")
    wang.sends("东街小学 路面破损")
    stage.advance(hours=23)
    tick(stage, "drafts")
    assert "提交" in labels(wang)

    count = wang.counts()
    stage.advance(hours=2)
    tick(stage, "drafts")
    assert wang.counts() == count
    assert labels(wang) == []
    wang.sees("放得太久，没有提交", "东街小学")
    assert open_drafts(stage) == 0

    wang.presses("提交")
    assert stage.cases == []


def test_the_pack_says_how_long_a_draft_may_lie(make_stage):
    stage = make_stage(city=small_city(draft_hours=1))
    wang = stage.person("wang")
    wang.sends("东街小学 路面破损")
    stage.advance(hours=1, minutes=10)
    tick(stage, "drafts")

    assert labels(wang) == []


def test_where_nothing_can_be_edited_nobody_is_bothered(make_stage):
    stage = make_stage(capabilities=Capabilities(edits=False))
    wang = stage.person("wang")
    wang.sends("东街小学 路面破损")
    count = wang.counts()
    stage.advance(hours=25)
    tick(stage, "drafts")

    assert wang.counts() == count
    assert open_drafts(stage) == 0


def test_an_addition_is_closed_too(stage: Stage):
    stage.staff("point_leader", unit="U-E", point="P-1")
    wang = stage.person("wang")
    wang.sends("东街小学 路面破损")
    wang.presses("提交")
    wang.presses("补充")
    wang.sends("还有一个坑")
    stage.advance(hours=25)
    tick(stage, "drafts")

    wang.sees("放得太久，没有提交", "还有一个坑")
    assert open_drafts(stage) == 0


@pytest.mark.parametrize(("begun", "is_told"), [(True, True), (False, False)])
def test_who_began_to_hand_in_a_result_is_told_and_the_report_below_is_closed_with_it(
    stage: Stage, begun: bool, is_told: bool
):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    wang = stage.person("wang")
    wang.sends("东街农贸市场 路面破损")
    wang.presses("提交")
    leader.presses("签收")
    leader.sends("东街小学 路面破损")
    leader.presses("办结")
    if begun:
        leader.sends_photo()
    stage.advance(hours=25)
    tick(stage, "drafts")

    assert open_drafts(stage) == 0
    assert ("没有提交。办好了请再点一次“办结”" in leader.transcript) is is_told
    leader.sees("放得太久，没有提交", "东街小学")


def test_many_drafts_are_closed_in_short_parts(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(drafts, "BATCH", 2)
    for number in range(5):
        stage.person(f"p{number}").sends("东街小学 路面破损")
    stage.advance(hours=25)
    tick(stage, "drafts")

    assert open_drafts(stage) == 0
    assert len([row for row in rows(stage.database) if row.key.startswith("tick:drafts")]) == 3


@pytest.mark.parametrize(
    ("asked_by", "label", "question"),
    [("leader", "退回", "为什么"), ("leader", "办结", "照片"), ("dispatcher", "改派", "派给谁")],
)
def test_an_open_question_is_closed_on_its_card_and_the_next_words_are_a_report(
    stage: Stage, asked_by: str, label: str, question: str
):
    staff = {
        "leader": stage.staff("point_leader", unit="U-E", point="P-1", name="leader"),
        "dispatcher": stage.staff("dispatcher", name="dispatcher"),
    }
    wang, who = stage.person("wang"), staff[asked_by]
    wang.sends("东街农贸市场 路面破损")
    wang.presses("提交")
    staff["leader"].presses("签收")
    staff["dispatcher"].sends(f"/case {stage.case.number}")
    who.presses(label)
    shown = who.last
    assert question in shown.text
    assert "取消" in shown.labels
    count = who.counts()
    stage.advance(hours=23)
    tick(stage, "drafts")
    assert "取消" in shown.labels

    stage.advance(hours=2)
    tick(stage, "drafts")
    assert who.counts() == count
    assert shown.labels == []
    assert shown.text.startswith("放得太久，没有继续")
    assert question in shown.text
    assert open_drafts(stage) == 0

    who.presses("取消")
    who.sends("东街小学 路灯不亮")
    who.sees("您要上报的问题", "东街小学")


def test_an_invitation_that_was_not_finished_is_closed_too(stage: Stage):
    dispatcher = stage.staff("dispatcher", name="dispatcher")
    dispatcher.sends("/invite")
    dispatcher.presses("点位长")
    stage.advance(hours=25)
    tick(stage, "drafts")

    assert dispatcher.last.text.startswith("放得太久")
    assert open_drafts(stage) == 0
