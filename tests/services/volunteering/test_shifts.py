"""Shifts hold people to the rules of their age, also when they say another one later."""

from __future__ import annotations

from bot.domain.roles import Role
from tests.dialogue import Stage
from tests.handlers.serving import join, plan, standing

SLOT = "今天 17:00–18:30 解放路口岗"


def test_who_says_to_be_younger_loses_what_they_may_not_hold_and_keeps_nobody_company(stage: Stage):
    plan(stage)
    head = stage.staff(Role.UNIT_HEAD, unit="U-E")
    adult, small = join(stage, "adult"), join(stage, "small", "6–9 岁")
    head.presses("已登记 small 的监护人同意")
    for each in (adult, small):
        each.sends("/shifts")
        each.presses(SLOT)
    assert standing(stage) == [adult.person.id, small.person.id]

    adult.sends("志愿者")
    for label in ("改年龄段或单位", "10–13 岁", "东街街道"):
        adult.presses(label)
    adult.sees(SLOT, "报名先撤下了")
    small.sees("没有成年人同岗")
    assert standing(stage) == []
