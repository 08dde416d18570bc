"""Nags as those who get them see them: gathered, in working hours, few, and in the order of need."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.domain.case import Action
from storage.models import Alarm, Nag
from tests.dialogue import Stage
from tests.jobs.nagging import NAG, act, live, nags, open_case, said, told
from tests.small_city import small_city


def test_a_leader_who_does_nothing_is_reminded_in_time_by_one_card(stage: Stage):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    open_case(stage)
    before = leader.counts()
    live(stage, "09:45")
    assert leader.counts() == before

    live(stage, "10:00")
    assert leader.counts() == before + 1
    leader.sees("有 1 件等您办", stage.case.number, "道路破损 · 东街农贸市场", "待签收，今天 11:00 到期")
    leader.sees("1 打开", "1 稍后提醒", "1 处理中")

    live(stage, "10:45")
    assert leader.counts() == before + 1, "80 % is written into the card that is there"
    live(stage, "11:00")
    assert leader.counts() == before + 2, "what has come due comes anew"
    assert "其中 1 件已超期" in leader.last.text
    live(stage, "23:00")
    assert leader.counts() == before + 2
    live(stage, "08:00", day=3)
    assert leader.counts() == before + 3, "each day begins with what is overdue"
    assert said(stage, "acknowledge") == [
        ("02 10:00", "acknowledge", "0.5"),
        ("02 10:36", "acknowledge", "0.8"),
        ("02 11:00", "acknowledge", "due"),
        ("02 11:00", "acknowledge", "rung 1"),
        ("02 17:00", "acknowledge", "rung 2"),
        ("03 08:00", "acknowledge", "2026-03-03"),
    ]


def test_the_clock_goes_on_whoever_signs_is_nagged_for_the_handling(stage: Stage):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    open_case(stage)
    live(stage, "10:00")
    leader.presses("签收")
    live(stage, "18:00", day=4)

    assert told(stage, leader) == [
        ("acknowledge", "0.5"),
        ("handle", "0.5"),
        ("handle", "0.8"),
        ("handle", "due"),
        ("handle", "rung 1"),
    ]
    leader.sees("处置中，已到期（今天 09:00）")


def test_dispatchers_are_nagged_for_what_waits_for_them(make_stage: Any):
    stage: Stage = make_stage(city=small_city(opening="dispatcher"))
    dispatcher = stage.staff("dispatcher")
    open_case(stage)
    live(stage, "11:00")

    assert told(stage, dispatcher) == [("accept", "0.5"), ("accept", "0.8"), ("accept", "due"), ("accept", "rung 1")]
    dispatcher.sees("待立案，已到期（今天 11:00）")


def test_inspectors_are_nagged_for_verifying_never_whoever_handled_it(stage: Stage):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    inspector = stage.staff("inspector")
    open_case(stage)
    leader.presses("签收")
    leader.presses("办结")
    leader.sends_photo(caption="修好了")
    leader.presses("办结")
    live(stage, "15:00")

    assert told(stage, inspector) == [("verify", "0.5"), ("verify", "0.8"), ("verify", "due"), ("verify", "rung 1")]
    assert told(stage, leader) == []


def test_what_is_done_leaves_the_card_in_silence(stage: Stage):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    dispatcher = stage.staff("dispatcher")
    first, second = open_case(stage), open_case(stage)
    live(stage, "10:00")
    leader.sees("有 2 件等您办", first.number, second.number)
    sent = leader.counts()
    act(stage, first, Action.VOID, dispatcher, reason="重复")
    live(stage, "10:15")

    card = leader.sees("有 1 件等您办", second.number)
    assert first.number not in card.text
    assert leader.counts() == sent

    act(stage, second, Action.VOID, dispatcher, reason="重复")
    live(stage, "10:30")
    assert leader.sees("都办好了").labels == []
    with stage.reading() as session:
        assert session.scalars(select(Nag)).all() == []
        assert session.scalars(select(Alarm)).all() == []


def test_a_request_that_waits_too_long_is_on_the_card_of_whoever_decides_it_and_from_the_next_day_higher_up(
    stage: Stage,
):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    dispatcher, executive = stage.staff("dispatcher"), stage.staff("executive")
    case = open_case(stage)
    act(stage, case, Action.SIGN, leader)
    act(stage, case, Action.ASK_EXTENSION, leader, reason="等材料")
    live(stage, "10:50")
    assert nags(dispatcher) == 0

    live(stage, "11:10")
    assert told(stage, dispatcher) == [("decide", "due")]
    dispatcher.sees(NAG, "申请延期待批")
    assert nags(executive) == 0

    live(stage, "09:00", day=3)
    assert nags(executive) == 1
    executive.sees(NAG, "申请延期待批")
    assert [name for clock, name in told(stage, dispatcher) if clock == "decide"] == ["due", "2026-03-03"]

    executive.presses("1 打开")
    executive.presses("批准")
    live(stage, "09:05", day=3)
    dispatcher.sees("都办好了")
    live(stage, "09:00", day=4)
    assert [name for clock, name in told(stage, executive) if clock == "decide"] == ["2026-03-03"]
