"""The ladder as those see it who stand on it: heads, department, headquarters, leaders; each rung once."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.city.model import City
from bot.domain.case import Action, State
from bot.services import history
from bot.services.staffing import absences
from storage.models import Alarm, Event, Identity, Person, Reminder
from tests.dialogue import Actor, Stage
from tests.jobs.conftest import tick
from tests.jobs.nagging import act, live, nags, open_case, said, told
from tests.small_city import small_city

RUNGS = ["rung 1", "rung 2", "rung 3", "rung 4"]


def rungs(stage: Stage, actor: Actor) -> list[str]:
    """The rungs of the handle clock that somebody was told of."""
    return [name for clock, name in told(stage, actor) if clock == "handle" and name.startswith("rung")]


def sponsored_city() -> City:
    """The small city; the school's sponsor is 西街街道."""
    city = small_city()
    school = city.points["P-2"].model_copy(update={"sponsor_unit": "U-W"})
    return City(city._all | {("point", "P-2"): school})


def test_a_case_that_nobody_handles_climbs_to_the_top(make_stage: Any):
    stage: Stage = make_stage(city=sponsored_city())
    leader = stage.staff("point_leader", unit="U-E", point="P-2")
    sponsor, head = stage.staff("unit_head", unit="U-W"), stage.staff("unit_head", unit="U-E")
    trade, dispatcher = stage.staff("unit_head", unit="D-CG"), stage.staff("dispatcher")
    executive = stage.staff("executive")
    group = stage.group("领导", unit="")
    case = open_case(stage, point="P-2")
    leader.presses("签收")

    live(stage, "09:00", day=4)
    assert [rungs(stage, each) for each in (leader, head)] == [["rung 1"], []]
    live(stage, "15:00", day=4)
    assert [rungs(stage, each) for each in (sponsor, head, trade)] == [["rung 2"], ["rung 2"], []]
    head.sees(case.number, "处置中，已超期 6 小时", "超期升级，请您过问")
    assert stage.case.state == State.HANDLING, "nothing closes by itself"
    live(stage, "09:00", day=5)
    assert [rungs(stage, each) for each in (trade, dispatcher, executive)] == [["rung 3"], ["rung 3"], []]
    assert group.counts() == 0
    live(stage, "18:00", day=6)
    assert rungs(stage, executive) == ["rung 4"]
    assert rungs(stage, leader) == ["rung 1"]
    group.sees("超期通报", "共 1 件", "东街街道：1 件，最久已超期 2 天")
    group.sees_nothing_of(leader.sender.name, head.sender.name)

    live(stage, "18:00", day=11)
    assert [name for _, clock, name in said(stage) if clock == "handle" and "rung" in name] == RUNGS


def test_what_climbed_stands_in_the_history_and_on_the_case(stage: Stage):
    leader, head = stage.staff("point_leader", unit="U-E", point="P-1"), stage.staff("unit_head", unit="U-E")
    dispatcher = stage.staff("dispatcher")
    case = open_case(stage)
    leader.presses("签收")
    live(stage, "18:00", day=4)

    with stage.reading() as session:
        events = session.scalars(select(Event).where(Event.action == "escalate").order_by(Event.seq)).all()
        assert [event.facts["rung"] for event in events] == [1, 2]
        assert events[1].facts["persons"] == [head.person.id]
        assert {(event.actor, event.before, event.after) for event in events} == {("system", "handling", "handling")}
        assert history.verify_all(session) == []
    dispatcher.sends(f"/case {case.number}")
    dispatcher.sees("超期已升级：包抓单位负责人、属地单位负责人（今天 15:00）")


def test_a_case_opened_again_is_a_new_reason_rework_is_none(stage: Stage):
    leader, inspector = stage.staff("point_leader", unit="U-E", point="P-1"), stage.staff("inspector")
    reporter = stage.person("wang")
    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")
    leader.presses("签收")
    live(stage, "10:00", day=4)
    assert rungs(stage, leader) == ["rung 1"]
    finish(leader)
    inspector.presses("核查不通过")
    inspector.sends("还没修好")
    live(stage, "11:00", day=4)
    assert rungs(stage, leader) == ["rung 1"]
    finish(leader)
    inspector.presses("核查通过")
    reporter.presses("不满意")
    reporter.sends("又坏了")
    live(stage, "18:00", day=6)
    assert rungs(stage, leader) == ["rung 1", "rung 1"]


def finish(leader: Actor) -> None:
    leader.presses("办结")
    leader.sends_photo(caption="修好了")
    leader.presses("办结")


def test_an_extension_that_runs_out_too_climbs_anew(stage: Stage):
    leader, dispatcher = stage.staff("point_leader", unit="U-E", point="P-1"), stage.staff("dispatcher")
    case = open_case(stage)
    leader.presses("签收")
    act(stage, case, Action.ASK_EXTENSION, leader, reason="等材料")
    act(stage, case, Action.GRANT_EXTENSION, dispatcher)
    live(stage, "18:00", day=5)
    assert rungs(stage, leader) == []
    live(stage, "18:00", day=6)
    assert rungs(stage, leader) == ["rung 1"]
    assert ("06 09:00", "handle", "due") in said(stage)


def test_a_suspended_case_is_silent_and_goes_on_where_it_was(stage: Stage):
    leader, dispatcher = stage.staff("point_leader", unit="U-E", point="P-1"), stage.staff("dispatcher")
    case = open_case(stage)
    leader.presses("签收")
    live(stage, "10:00", day=3)
    act(stage, case, Action.ASK_SUSPENSION, leader, reason="等材料")
    act(stage, case, Action.GRANT_SUSPENSION, dispatcher)
    live(stage, "10:00", day=10)
    assert told(stage, leader) == [("handle", "0.5")]
    with stage.reading() as session:
        assert session.scalars(select(Alarm)).all() == []
    act(stage, case, Action.RESUME, dispatcher)
    live(stage, "18:00", day=11)
    assert [name for _, name in told(stage, leader)] == ["0.5", "0.8", "due", "rung 1"]


def test_missing_heads_are_climbed_over_and_headquarters_learns_of_them(stage: Stage):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    stage.staff("unit_head", unit="U-E", joined=False)
    trade, dispatcher = stage.staff("unit_head", unit="D-CG"), stage.staff("dispatcher")
    first, second = open_case(stage), open_case(stage)
    for case in (first, second):
        act(stage, case, Action.SIGN, leader)
    live(stage, "15:00", day=4)

    assert rungs(stage, trade) == ["rung 2", "rung 2"]
    sent = nags(dispatcher)
    assert sent == 1
    dispatcher.sees("联系不上：东街街道（属地单位负责人），涉及 2 件", first.number, second.number)
    live(stage, "18:00", day=5)
    assert rungs(stage, trade) == ["rung 2", "rung 2", "rung 3", "rung 3"]


def test_where_nobody_has_the_turn_any_more_the_next_rung_is_called_at_once(stage: Stage):
    leader, head = stage.staff("point_leader", unit="U-E", point="P-1"), stage.staff("unit_head", unit="U-E")
    open_case(stage)
    leader.presses("签收")
    with stage.database.begin() as session:
        for identity in session.scalars(select(Identity).where(Identity.person_id == leader.person.id)):
            identity.reachable = False  # blocked the bot
    live(stage, "09:00", day=3)

    assert told(stage, head) == [("handle", "0.5")]
    head.sees("处置中，明天 09:00 到期")


def test_with_nobody_at_all_nothing_fails_and_each_mark_is_noted_once(stage: Stage):
    open_case(stage)
    live(stage, "18:00", day=5)

    marks = said(stage)
    assert len(marks) == len(set(marks))
    assert {("02 11:00", "acknowledge", "rung 1"), ("04 09:00", "handle", "due")} <= set(marks)
    with stage.reading() as session:
        assert set(session.scalars(select(Reminder.person_id))) == {-1}


def test_whoever_stands_in_is_nagged_instead(stage: Stage):
    leader, other = stage.staff("point_leader", unit="U-E", point="P-1"), stage.staff("point_leader", unit="U-E")
    head, deputy = stage.staff("unit_head", unit="U-E"), stage.staff("unit_head", unit="U-E")
    open_case(stage)
    leader.presses("签收")
    with stage.desk() as desk:
        for away, stands in ((leader, other), (head, deputy)):
            persons = [desk.session.get_one(Person, each.person.id) for each in (away, stands)]
            absences.begin(desk, *persons, stage.now, stage.now + timedelta(days=20))
    live(stage, "15:00", day=4)

    assert told(stage, leader) == told(stage, head) == []
    assert [name for _, name in told(stage, other)] == ["0.5", "0.8", "due", "rung 1"]
    assert rungs(stage, deputy) == ["rung 2"]


def test_the_bulletin_names_units_gathers_and_is_edited(stage: Stage):
    stage.staff("point_leader", unit="U-E", point="P-1")
    stage.staff("point_leader", unit="U-W", point="P-3")
    dispatcher = stage.staff("dispatcher")
    group = stage.group("领导", unit="")
    found = []
    for point in ("P-1", "P-3", "P-1", "P-1"):
        stage.advance(minutes=10)
        found.append(open_case(stage, point=point))
    live(stage, "18:00", day=4)

    assert group.counts() == 2, "two new messages a day at most"
    group.sees("共 4 件", "东街街道：3 件，最久已超期", "西街街道：1 件")
    for case in found:
        act(stage, case, Action.VOID, dispatcher, reason="重复")
    live(stage, "18:05", day=4)
    assert group.counts() == 2
    group.sees("通报过的超期案件都已办理")


def test_who_slept_through_days_says_only_what_still_counts(stage: Stage, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    leader, head = stage.staff("point_leader", unit="U-E", point="P-1"), stage.staff("unit_head", unit="U-E")
    open_case(stage)
    leader.presses("签收")
    tick(stage, "nag")
    stage.advance(days=6)  # it is Sunday
    tick(stage, "nag")
    assert said(stage) == []
    assert "1 cases are looked at late, by up to 5 days" in caplog.text
    assert "slept through 8639 slots" in caplog.text
    live(stage, "08:00", day=9)

    assert [name for _, name in told(stage, leader)] == ["2026-03-09", "rung 1"]
    assert rungs(stage, head) == ["rung 2"]
    assert nags(leader) == nags(head) == 1
    assert [name for _, _, name in said(stage)] == ["2026-03-09", *RUNGS]


def test_open_cases_without_an_alarm_are_found(stage: Stage, caplog: pytest.LogCaptureFixture):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    open_case(stage)
    with stage.database.begin() as session:
        session.delete(session.scalars(select(Alarm)).one())
    stage.advance(hours=2)
    tick(stage, "alarms")
    tick(stage, "nag")

    assert told(stage, leader) == [("acknowledge", "due"), ("acknowledge", "rung 1")]
    assert "1 open cases had no alarm" in caplog.text
    caplog.clear()
    stage.advance(days=1)
    tick(stage, "alarms")
    assert "had no alarm" not in caplog.text


def test_one_case_that_cannot_be_looked_at_silences_no_other(stage: Stage, caplog: pytest.LogCaptureFixture):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    broken, _whole = open_case(stage), open_case(stage)
    with stage.database.begin() as session:
        session.merge(broken).state = "no such state"
    live(stage, "10:00")

    assert told(stage, leader) == [("acknowledge", "0.5")]
    assert f"case={broken.id} is left out" in caplog.text
    with stage.reading() as session:
        assert session.get_one(Alarm, broken.id).at > stage.now
