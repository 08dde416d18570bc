"""Platforms that have less: no buttons, no edits."""

from __future__ import annotations

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
