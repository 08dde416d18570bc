"""What is no case here is sent where it belongs, and nobody floods the city."""

from __future__ import annotations

import pytest

from bot.city.settings import Advice, PersonLimits
from tests.dialogue import Stage
from tests.small_city import EAST, FIRE, OUTSIDE, small_city

TRAFFIC = Advice(code="traffic", words=("闯红灯",), advice="交通违法请打 122。")


@pytest.fixture
def advised(make_stage):
    return make_stage(city=small_city(emergencies=(FIRE,), not_ours=(TRAFFIC,)))


def test_an_emergency_is_sent_where_it_belongs_with_a_way_to_go_on(advised: Stage):
    wang = advised.person("wang")
    wang.sends("解放路与西街口 垃圾桶着火了")
    wang.sees("119")
    wang.sees_nothing_of("提交")
    wang.presses("只是设施或环境问题，继续上报")
    wang.presses("提交")

    assert len(advised.cases) == 1


def test_a_behaviour_is_no_case(advised: Stage):
    wang = advised.person("wang")
    wang.sends_photo(caption="解放路与西街口 有人闯红灯")
    wang.sees("122")
    wang.presses("取消")

    assert advised.cases == []


def test_advice_speaks_english_too(advised: Stage):
    li = advised.person("li", language="en")
    li.sends("The bin is on fire")

    li.sees("Call 119 at once.", "Cancel")


def test_outside_the_boundary_one_is_told_where_to_turn(stage: Stage):
    wang = stage.person("wang")
    wang.sends("路灯不亮")
    wang.sends_location(*OUTSIDE)
    wang.sees("不在小城区范围内", "12345")
    wang.sends_location(*EAST)
    wang.presses("提交")

    assert (stage.case.lat, stage.case.lon) == EAST


def test_the_pack_limits_what_one_person_sends_and_keeps_what_they_wrote(make_stage):
    stage = make_stage(city=small_city(limits=PersonLimits(reports_an_hour=2)))
    wang = stage.person("wang")
    for text in ("东街小学 路灯不亮", "东街农贸市场 垃圾没人收", "解放路与西街口 路面破损"):
        wang.sends(text)
        wang.presses("提交")
    wang.sees("今天 10:00 以后")
    assert len(stage.cases) == 2
    stage.advance(minutes=61)
    wang.presses("提交")

    assert len(stage.cases) == 3


def test_a_warning_cannot_be_passed_by_word(advised: Stage):
    wang = advised.person("wang")
    wang.sends("解放路与西街口 垃圾没人收")
    wang.sends("现在着火了")
    wang.sends("提交")

    assert advised.cases == []
    wang.sees("119")
