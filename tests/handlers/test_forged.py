"""Taps that no card of ours offered: whatever their token says, they are answered kindly and nobody gains anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from bot.domain.roles import Role
from bot.handlers import router
from bot.services import tokens
from storage.models import Assignment, BoundChat, Case, Conversation, Event, Follower, Invite, OutboxRow
from tests.dialogue import Actor, Group, Stage
from tests.small_city import ROAD_DAMAGE

router.load()
PRESSES = sorted(router._presses)
ODD = ("", "0", "1", "-1", "²", "9" * 30, "💥", ":::", "1:", "1:0", "1:9")
MEANT = {
    "bind": ("U-E", "U-W", "nowhere"),
    "dispatch_to": ("1:U-W", "1:D-CG", "1:nowhere"),
    "invite": ("dispatcher", "point_leader", "unit_head", "citizen", "nobody"),
    "invite_for": ("point:nowhere", "unit:nowhere", "unit:", "what:P-1", "unit:U-E", "point:P-3", "point:P-1"),
    "lang": ("xx",),
    "rate": ("1:5", "1:99999999999999", "1:５"),
    "report_category": (f"is:{ROAD_DAMAGE}", "is:nothing", "in:06:²", "in:06:99999999999999999999", "in:06:0"),
    "report_more": ("words", "photos"),
    "report_place": ("c0", "r0", "c99999999999999999999"),
    "report_same": ("9223372036854775808",),
    "why": ("1:reject:0", "1:return:0", "1:void:0", "1:dispute:９", "1:nothing:0", "1:force_close:0"),
}


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Thousands of taps: once is enough, and SQLite is the quicker (odd words are tried on both)."""
    return request.param


def press_all(stage: Stage, action: str, subjects: Iterable[int], *places: tuple[Actor, Group | None]) -> None:
    """Bring the action with every odd extra and subject, all in one batch; nobody waits for all those answers."""
    pairs = [(subject, extra) for extra in (*ODD, *MEANT.get(action, ())) for subject in subjects]
    forged = [tokens.write(action, *pair) for pair in pairs] + [f"{action}.{'z' * 40}.1"]
    stage._runner.run(stage.inbox.put([who._press(token, "", on) for who, on in places for token in forged]))
    while stage.engine.work().rows:
        pass
    with stage.database.begin() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.state == "pending", OutboxRow.card_id.is_(None)))


def holdings(stage: Stage) -> dict[str, Any]:
    """All that somebody could have gained: functions, invitations, groups, and the case as it stands."""
    case = stage.case
    with stage.reading() as session:
        tables = (Assignment, Invite, BoundChat, Follower, Case, Event)
        counts = {table.__tablename__: session.scalar(select(func.count()).select_from(table)) for table in tables}
    kept = ("state", "version", "round", "unit", "owner_id", "handler_id", "category", "rating", "transfers", "tried")
    return {**counts, **{name: getattr(case, name) for name in kept}}


def draft_of(stage: Stage, who: Actor) -> Any:
    with stage.reading() as session:
        return session.get_one(Conversation, (who.chat.key, who.person.id)).draft


@pytest.fixture
def reported(stage: Stage) -> Actor:
    """A case that waits to be taken, and its reporter's next report half done."""
    stage.staff(Role.LEADER, unit="U-E", point="P-1", name="leader")
    wang = stage.person("wang")
    wang.sends("东街农贸市场 路面破损")
    wang.presses("提交")
    wang.sends("东街小学 路面破损")
    return wang


def strangers(stage: Stage) -> dict[str, Actor]:
    """Those who have no business with the case."""
    former = stage.staff(Role.LEADER, unit="U-E", point="P-1", name="former")
    with stage.database.begin() as session:
        held = session.scalars(select(Assignment).where(Assignment.person_id == former.person.id)).one()
        held.until = stage.now - timedelta(days=1)
    return {
        "citizen": stage.person("li"),
        "former": former,
        "elsewhere": stage.staff(Role.LEADER, unit="U-W", point="P-3", name="elsewhere"),
        "member": stage.person("member"),
    }


def test_nobody_gains_anything_by_a_forged_tap(stage: Stage, reported: Actor):
    case, draft = stage.case, draft_of(stage, reported)
    group = stage.group("东街街道", unit="U-E")
    who = strangers(stage)
    for each in who.values():
        each.sends("解放路 路灯不亮")
    before = holdings(stage)
    subjects = (case.id, draft["id"])

    for action in PRESSES:
        press_all(stage, action, subjects, *((each, group if name == "member" else None) for name, each in who.items()))
        assert holdings(stage) == before, action

    assert draft_of(stage, reported) == draft


@pytest.mark.parametrize("role", [Role.LEADER, Role.UNIT_HEAD, Role.INSPECTOR, Role.DISPATCHER])
def test_no_forged_tap_of_staff_breaks_anything(stage: Stage, reported: Actor, role: Role):
    who = stage.staff(role, unit="" if role is Role.DISPATCHER else "U-E", name="staff")
    subjects = (stage.case.id,)

    def begin():
        who.sends("取消")
        if role in {Role.UNIT_HEAD, Role.DISPATCHER}:
            who.sends("/invite")
            who.presses("点位长")

    press_under_way(stage, who, subjects, begin)


def test_no_forged_tap_of_the_reporter_breaks_anything(stage: Stage, reported: Actor):
    def begin():
        reported.sends("取消")
        reported.sends("东街小学 路灯不亮")

    press_under_way(stage, reported, (stage.case.id,), begin)


def press_under_way(stage: Stage, who: Actor, subjects: tuple[int, ...], begin: Callable[[], None]) -> None:
    """Bring every action about these and about what has been begun; begin anew when one of them had an effect on it."""
    begin()
    draft = draft_of(stage, who)
    for action in PRESSES:
        about = (*subjects, draft["id"]) if draft and "id" in draft else subjects
        press_all(stage, action, about, (who, None))
        if draft_of(stage, who) != draft:
            begin()
            draft = draft_of(stage, who)
