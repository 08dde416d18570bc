"""Groups: bound by those who may, and what appears there."""

from __future__ import annotations

from bot.port import Opened
from storage.models import BoundChat
from tests.dialogue import Stage


def bound(stage: Stage) -> list[str]:
    with stage.reading() as session:
        return sorted(each.unit for each in session.query(BoundChat))


def report(stage: Stage) -> None:
    reporter = stage.person("wang", shown_as="王某某")
    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")


def test_a_unit_head_binds_their_group_and_new_cases_appear(stage: Stage):
    head = stage.staff("unit_head", unit="U-E")
    group = stage.group("东街工作群")
    head.sends("/bind", to=group)
    group.sees("已绑定东街街道")
    report(stage)
    group.sees(stage.case.number, "签收")
    group.sees_nothing_of("王某某")


def test_headquarters_chooses_the_unit_or_the_leaders_group(stage: Stage):
    dispatcher = stage.staff("dispatcher")
    group = stage.group("群")
    dispatcher.sends("/bind 西街街道", to=group)
    dispatcher.presses("西街街道", on=group)
    dispatcher.sends("/bind", to=group)
    dispatcher.presses("点位长群", on=group)
    assert bound(stage) == ["", "U-W"]


def test_nobody_else_binds(stage: Stage):
    citizen, head = stage.person("wang"), stage.staff("unit_head", unit="U-W")
    group = stage.group("群")
    citizen.sends("/bind", to=group)
    head.presses_token("bind.0.U-E", on=group)
    group.sees("只能绑定自己的单位")
    assert bound(stage) == []


def test_in_private_the_way_is_explained(stage: Stage):
    head = stage.staff("unit_head", unit="U-E")
    head.sends("/bind")
    head.sees("拉进群")


def test_unbound_by_command_or_when_the_bot_is_removed(stage: Stage):
    head = stage.staff("unit_head", unit="U-E")
    group = stage.group("群", unit="U-E")
    head.sends("/unbind", to=group)
    assert bound(stage) == []
    head.sends("/bind", to=group)
    head.sends(Opened(entering=False), to=group)
    assert bound(stage) == []


def test_a_number_asked_for_in_the_units_group_is_shown_there(stage: Stage):
    head = stage.staff("unit_head", unit="U-E")
    group, other = stage.group("东街", unit="U-E"), stage.group("别处", unit="U-W")
    report(stage)
    head.sends(f"/case {stage.case.number}", to=group)
    assert "签收" in group.last.labels
    head.sends(f"/case {stage.case.number}", to=other)
    other.sees("没有查到")


def test_the_head_of_several_units_names_the_one_that_is_meant(stage: Stage):
    head = stage.staff("unit_head", unit="U-E", name="head")
    stage.staff("unit_head", unit="U-W", name="head")
    group = stage.group("群")
    head.sends("/bind 西街街道", to=group)
    assert group.last.labels == ["西街街道"]
    head.sends("/bind", to=group)
    assert set(group.last.labels) == {"东街街道", "西街街道"}
