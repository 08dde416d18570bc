"""Answers to nags: 稍后提醒, 处理中, more of them, and what is urgent."""

from __future__ import annotations

from typing import Any

import pytest

from bot.city.model import City, Condition
from bot.domain.case import Action
from bot.port import Capabilities
from bot.services import tokens
from tests.dialogue import Actor, Stage
from tests.jobs.nagging import act, live, nags, open_case, said, told
from tests.small_city import small_city


@pytest.fixture
def leader(stage: Stage) -> Actor:
    return stage.staff("point_leader", unit="U-E", point="P-1")


def urgent_city() -> City:
    """The small city, where a broken road is to be secured within four hours, day and night."""
    condition = Condition(code="06013-1", category="06013", name="塌陷", amount=4, unit="urgent_hours", urgent=True)
    return City(small_city()._all | {("condition", "06013-1"): condition})


def test_whoever_wants_to_be_reminded_later_is_left_in_peace_until_then(stage: Stage, leader: Actor):
    case = open_case(stage)
    live(stage, "10:00")
    leader.presses("1 稍后提醒")
    leader.sees(
        "什么时候再提醒您？时限照常走", "1 小时后（今天 11:00）", "下午（今天 14:00）", "下个工作日上午（明天 08:00）"
    )
    sent = leader.counts()
    leader.presses("下午（今天 14:00）")
    leader.sees("有 1 件等您办", "今天 14:00 再提醒您", "1 打开")
    assert leader.sees("有 1 件等您办").labels == ["1 打开"]

    live(stage, "10:45")
    assert told(stage, leader) == [("acknowledge", "0.5"), ("acknowledge", "(0.8)")]
    assert leader.counts() == sent
    live(stage, "14:00")
    assert leader.counts() > sent
    assert stage.case.acknowledge_due == case.acknowledge_due, "its clock has gone on"


def test_the_reminder_they_asked_for_comes_though_the_day_has_had_its_messages(stage: Stage, leader: Actor):
    open_case(stage)
    live(stage, "11:00")
    assert nags(leader) == 2
    leader.presses("1 稍后提醒")
    leader.presses("下午（今天 14:00）")
    live(stage, "13:59")
    assert nags(leader) == 2
    live(stage, "14:00")
    assert nags(leader) == 3
    assert leader.last.choice("1 稍后提醒") is not None


def test_whoever_is_on_it_hears_nothing_before_it_is_due(stage: Stage, leader: Actor):
    open_case(stage)
    leader.presses("签收")
    live(stage, "09:00", day=3)
    sent = leader.counts()
    leader.presses("1 处理中")
    leader.sees("您说正在处理；明天 09:00 前不再打扰")
    live(stage, "17:00", day=3)
    assert told(stage, leader) == [("handle", "0.5"), ("handle", "(0.8)")]
    assert leader.counts() == sent
    live(stage, "09:00", day=4)
    assert leader.counts() == sent + 1
    assert told(stage, leader)[2:] == [("handle", "due"), ("handle", "rung 1")]

    leader.presses("1 处理中")
    live(stage, "18:00", day=4)
    assert leader.counts() == sent + 1
    live(stage, "08:00", day=5)
    assert leader.counts() == sent + 2, "daily"


def test_nobody_can_silence_a_rung(stage: Stage, leader: Actor):
    head = stage.staff("unit_head", unit="U-E")
    open_case(stage)
    leader.presses("签收")
    live(stage, "08:30", day=4)
    leader.presses("1 稍后提醒")
    leader.presses("下个工作日上午（明天 08:00）")
    live(stage, "15:00", day=4)
    assert ("handle", "rung 1") in told(stage, leader)
    assert ("handle", "rung 2") in told(stage, head)


def test_the_most_pressing_are_first_and_the_others_on_further_pages(stage: Stage, leader: Actor):
    cases = []
    for _ in range(12):
        stage.advance(minutes=1)
        cases.append(open_case(stage))
    live(stage, "11:30")
    sent = leader.counts()
    first = leader.sees("有 12 件等您办", cases[0].number, cases[4].number, "更多（还有 7 件）")
    assert cases[5].number not in first.text
    leader.presses("更多（还有 7 件）")
    leader.sees("6. ", cases[5].number, cases[9].number, "上一页", "更多（还有 2 件）", "10 打开")
    leader.presses("更多（还有 2 件）")
    leader.sees("11. ", cases[11].number, "上一页")
    leader.presses("11 处理中")
    leader.sees("12. ", "您说正在处理")
    leader.presses("上一页")
    leader.presses("上一页")
    leader.sees("1. ", cases[0].number)
    assert leader.counts() == sent

    leader.presses("2 打开")
    assert cases[1].number in leader.last.text
    leader.sees("签收", "退回")


def test_what_is_urgent_is_on_top_and_calls_at_night(make_stage: Any):
    stage: Stage = make_stage(city=urgent_city())
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    slow = open_case(stage, category="06012")
    live(stage, "21:00")
    sent = nags(leader)
    urgent = open_case(stage)
    leader.presses("签收")
    live(stage, "07:59", day=3)

    assert nags(leader) == sent + 3
    assert said(stage)[-4:] == [
        ("02 23:00", "handle", "0.5"),
        ("03 00:12", "handle", "0.8"),
        ("03 01:00", "handle", "due"),
        ("03 01:00", "handle", "rung 1"),
    ]
    text = leader.sees("有 2 件等您办").text
    assert text.index(urgent.number) < text.index(slow.number)


def test_an_urgent_case_may_be_put_off_for_an_hour_at_night(make_stage: Any):
    stage: Stage = make_stage(city=urgent_city())
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    live(stage, "21:00")
    open_case(stage)
    leader.presses("签收")
    live(stage, "23:00")
    sent = nags(leader)
    leader.presses("1 稍后提醒")
    leader.presses("1 小时后（明天 00:00）")
    live(stage, "23:59")
    assert nags(leader) == sent
    live(stage, "00:00", day=3)
    assert nags(leader) == sent + 1


def test_a_tap_on_what_is_done_or_somebody_elses_is_answered_kindly(stage: Stage, leader: Actor):
    other, dispatcher = stage.staff("point_leader", unit="U-E"), stage.staff("dispatcher")
    case = open_case(stage)
    live(stage, "10:00")
    for action in ("nag_later", "nag_on_it", "nag_until"):
        other.presses_token(tokens.write(action, case.id, "0:morning"))
        assert "已经过时" in other.last.text
    assert told(stage, leader) == [("acknowledge", "0.5")]
    act(stage, case, Action.VOID, dispatcher, reason="重复")
    leader.presses("1 稍后提醒")
    assert "已经过时" in leader.last.text
    other.presses_token(tokens.write("nag_page", 0, "99"))
    assert "没有等您办的事" in other.last.text


def test_an_answer_that_comes_too_late_silences_nothing(stage: Stage, leader: Actor):
    open_case(stage)
    live(stage, "10:00")
    leader.presses("1 稍后提醒")
    live(stage, "14:30")
    leader.presses("下午（今天 14:00）")
    assert leader.sees("有 1 件等您办").labels == ["1 打开", "1 稍后提醒", "1 处理中"]


def test_it_speaks_the_readers_language(stage: Stage, leader: Actor):
    leader.sends("/lang en")
    leader.presses("English")
    open_case(stage)
    live(stage, "10:00")
    leader.sees("1 case waits for you", "to be taken, due today 11:00", "1 Later", "1 On it")
    leader.presses("1 Later")
    leader.sees("When shall you be reminded again? The clock goes on.", "In an hour (today 11:00)")


def test_where_messages_cannot_be_edited_nobody_is_flooded(make_stage: Any):
    stage: Stage = make_stage(capabilities=Capabilities(edits=False))
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    for _ in range(6):
        stage.advance(minutes=3)
        open_case(stage)
    live(stage, "18:00")
    assert nags(leader) == 2
