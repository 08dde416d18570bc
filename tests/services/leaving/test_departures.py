"""Who left, or shut the bot out: nothing is written to them, and those who count on them know at once."""

from __future__ import annotations

import re
from typing import Any

from bot.domain.roles import Role
from bot.port import Capabilities, Opened
from storage.models import Person
from tests.dialogue import Actor, Stage


def leaves(actor: Actor) -> None:
    actor.sends(Opened(entering=False))


def report(stage: Stage, what: str = "路面破损") -> None:
    reporter = stage.person(what)
    reporter.sends_photo(caption=f"东街农贸市场 {what}")
    reporter.presses("提交")


def test_who_invites_to_a_function_hears_that_nobody_fills_it_and_what_lies_there(stage: Stage):
    leader = stage.staff(Role.LEADER, unit="U-E", point="P-1", name="li")
    head, other = stage.staff(Role.UNIT_HEAD, unit="U-E"), stage.staff(Role.UNIT_HEAD, unit="U-W")
    above = [stage.staff(Role.DISPATCHER), stage.staff(Role.ADMINISTRATOR)]
    report(stage)
    leader.presses("签收")
    heard = len(leader.messages)
    leaves(leader)
    for each in (head, *above):
        each.sees("li", "离开了单位", "手上有 1 件")
    other.sees_nothing_of("离开了单位")

    report(stage, "暴露垃圾")
    assert (stage.case.owner_id, stage.case.stepped_in) == (head.person.id, "unreachable")
    assert len(leader.messages) == heard


def test_who_comes_back_is_written_to_again(stage: Stage):
    leader = stage.staff(Role.LEADER, unit="U-E", point="P-1")
    leaves(leader)
    leader.sends("/help")
    report(stage)
    assert "签收" in leader.last.labels


def test_who_is_reached_elsewhere_is_missed_by_nobody(make_stage: Any):
    stage: Stage = make_stage(more={"other": Capabilities()})
    dispatcher, leader = stage.staff(Role.DISPATCHER), stage.staff(Role.LEADER, unit="U-E", point="P-1")
    leader.sends("/link")
    elsewhere = stage.person("li", on="other")
    elsewhere.sends(f"/link {re.findall(r'[0-9]{4}-[0-9]{4}', leader.last.text)[0]}")
    elsewhere.presses("确认，都是我")
    leader.presses("确认，都是我")
    leaves(leader)
    dispatcher.sees_nothing_of("离开了单位")
    report(stage)
    assert "签收" in elsewhere.last.labels


def test_citizens_are_missed_by_nobody_and_who_never_came_is_not_made_known(stage: Stage):
    dispatcher, citizen = stage.staff(Role.DISPATCHER), stage.person("wang")
    citizen.sends("/help")
    with stage.reading() as session:
        known = session.query(Person).count()
    leaves(citizen)
    leaves(stage.person("somebody the bot never heard of"))
    dispatcher.sees_nothing_of("离开了单位")
    with stage.reading() as session:
        assert session.query(Person).count() == known
