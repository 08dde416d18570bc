"""What nobody takes is said in the unit's group, which calls by name whose turn it is: once, and each day after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.roles import Role
from bot.jobs import nag
from bot.port import Capabilities
from bot.services.casework.unclaimed import SHOWN
from storage.models import Identity, Nag
from tests.dialogue import Group, Stage
from tests.jobs.nagging import live, open_case

WAITS = "还没有人签收"
DEAF = Capabilities(buttons=False, max_buttons=0, edits=False, hears=False)


def called(group: Group) -> list[tuple[str, str]]:
    """Whom the newest message in a group calls: what is read, and the id."""
    return [(span.text, span.mention) for span in group.last.message.text if span.mention]


def calls(group: Group) -> int:
    """How many messages said in a group that something waits."""
    return sum(WAITS in shown.text or "都已有人签收" in shown.text for shown in group.messages)


def test_whose_turn_it_is_is_called_when_the_time_is_nearly_up_and_each_day_after_until_somebody_takes_it(stage: Stage):
    leader = stage.staff(Role.LEADER, unit="U-E", point="P-1")
    head = stage.staff(Role.UNIT_HEAD, unit="U-E")
    group = stage.group("东街", unit="U-E")
    elsewhere, leaders = stage.group("西街", unit="U-W"), stage.group("全体", unit="")
    open_case(stage)
    number = stage.case.number
    live(stage, "10:35")
    assert calls(group) == 0

    live(stage, "10:36")
    group.sees(f"{WAITS}（1 件）", f"{number} 道路破损 · 东街农贸市场", "最迟 今天 11:00")
    assert called(group) == [("@东街农贸市场点位长（东街街道）", leader.sender.id)], "by function"
    live(stage, "23:00")
    assert calls(group) == 1
    assert "今天 11:00 就该签收了" in group.last.text, "written into the message that is there, which calls nobody"

    live(stage, "08:00", day=3)
    assert calls(group) == 2
    assert called(group)
    head.presses(f"签收 {number}", on=group)
    assert "都已有人签收" in group.last.text
    assert (group.last.labels, called(group), calls(group)) == ([], [], 2)
    live(stage, "09:00", day=4)
    assert (calls(group), calls(elsewhere), calls(leaders)) == (2, 0, 0)


def test_called_is_who_the_groups_own_platform_knows_and_who_has_not_asked_for_peace(make_stage: Any):
    stage = make_stage(more={"other": Capabilities(), "robots": DEAF.model_copy(update={"realm": "robots"})})
    leader = stage.staff(Role.LEADER, unit="U-E", point="P-1", on="robots")
    with stage.desk() as desk:
        abroad = {"channel": "robots", "realm": "another organisation", "id": "somebody else here"}
        desk.session.add(Identity(**abroad, person_id=leader.person.id, seen_at=desk.now + timedelta(hours=1)))
    here, there = stage.group("这里", unit="U-E"), stage.group("那里", unit="U-E", on="robots")
    open_case(stage)
    live(stage, "10:36")
    assert called(here) == []
    here.sees("请东街农贸市场点位长（东街街道）签收", f"签收 {stage.case.number}")
    assert called(there) == [("@东街农贸市场点位长（东街街道）", leader.sender.id)]
    assert there.last.labels == [], "nobody is heard there"

    live(stage, "08:00", day=3)
    with stage.desk() as desk:
        desk.session.get_one(Nag, (leader.person.id, stage.case.id)).silent_until = desk.now.replace(hour=9)
    open_case(stage, point="P-2")
    live(stage, "10:00", day=3)
    assert calls(there) == 3
    there.sees(f"{WAITS}（2 件）", "请东街农贸市场点位长（东街街道）签收")
    assert called(there) == []


def test_many_are_one_message_and_what_was_due_longest_comes_first(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nag, "CASES", 3)
    group = stage.group("东街", unit="U-E")
    stage.group("东街", unit="U-W")
    stage.staff(Role.UNIT_HEAD, unit="U-E")
    for _ in range(SHOWN + 2):
        open_case(stage)
    live(stage, "10:36")
    group.sees(f"{WAITS}（{SHOWN + 2} 件）", stage.cases[0].number, "还有 2 件")
    assert [card.wanted for card in stage.cards if card.view == "unclaimed"] == [1], (
        "however many are looked at at once"
    )
    assert group.last.labels == [f"签收 {case.number}" for case in stage.cases[:SHOWN]]
