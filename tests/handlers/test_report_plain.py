"""Platforms that have less: no buttons, no edits."""

from __future__ import annotations

from bot.domain.roles import Role
from bot.port import Capabilities
from tests.small_city import EAST, ROAD_DAMAGE


def test_without_buttons_a_number_is_a_tap(make_stage):
    stage = make_stage(capabilities=Capabilities(buttons=False))
    wang = stage.person("wang")
    wang.sends_photo(caption="农贸市场门口 路面破损")
    assert wang.messages[0].labels == []
    wang.sends("2")
    wang.sends("提交")

    assert (stage.case.point, stage.case.category) == ("P-3", ROAD_DAMAGE)
    wang.sees(stage.case.number)


def test_without_edits_every_end_is_still_told(make_stage):
    stage = make_stage(capabilities=Capabilities(edits=False))
    wang = stage.person("wang")
    wang.sends("路灯不亮")
    wang.presses("取消")
    wang.sees("取消了")
    wang.sends("路灯不亮")
    wang.sends_location(*EAST)
    wang.presses("提交")
    wang.sees(stage.case.number)
    wang.presses("补充")
    wang.sends("还是不亮")
    wang.presses("提交")

    wang.sees("已补充")


def test_without_edits_an_event_is_one_message_to_the_reporter_and_each_tap_is_answered(make_stage):
    stage = make_stage(capabilities=Capabilities(edits=False))
    leader = stage.staff(Role.LEADER, unit="U-E", point="P-1", name="li")
    inspector, wang = stage.staff(Role.INSPECTOR, name="zhou"), stage.person("wang")
    wang.sends_photo(caption="东街农贸市场 路面破损")
    wang.presses("提交")
    before = wang.counts()
    leader.presses("签收")
    assert [shown.text for shown in wang.messages[before:]] == [wang.sees("已签收").text]

    leader.presses("办结")
    leader.sends_photo(caption="已修补")
    before = wang.counts()
    leader.presses("办结")
    inspector.presses("核查通过")
    assert wang.counts() == before + 1, "the question whether it is well, and no track"
    inspector.sees(stage.case.number, "已办结")
    before = wang.counts()
    wang.presses("不满意")
    wang.sends("又坏了")
    assert [shown.text[:4] for shown in wang.messages[before:]] == ["A030", "A030"]
    wang.sees("重新办理")


def test_a_tap_whose_effect_cannot_be_shown_is_answered_in_words(make_stage):
    stage = make_stage(capabilities=Capabilities(edits=False))
    leader = stage.staff(Role.LEADER, unit="U-E", point="P-1", name="li")
    group, wang = stage.group("东街", unit="U-E"), stage.person("wang")
    wang.sends_photo(caption="东街农贸市场 路面破损")
    wang.presses("提交")
    leader.presses("签收", on=group)
    assert "记下了" in group.last.text
