"""Who reported stays between them and the program: the handling side, groups, history and log hold nothing of it."""

from __future__ import annotations

import logging

import pytest

from bot.domain.roles import Role
from bot.log import Formatter
from storage.models import Card, Case, Event, InboxRow, OutboxRow
from tests.dialogue import Actor, Stage, jpeg

SECRETS = ("whistleblower", "匿名者小明", "onlooker", "路人小红")
ROLES = {
    Role.LEADER: {"unit": "U-E", "point": "P-1"}, Role.UNIT_HEAD: {"unit": "U-E"}, Role.INSPECTOR: {},
    Role.DISPATCHER: {}, Role.EXECUTIVE: {}, Role.ADMINISTRATOR: {}, Role.VOLUNTEER: {},
}  # fmt: skip


def whole_life(stage: Stage, reporter: Actor, follower: Actor, leader: Actor, inspector: Actor) -> None:
    """Report, join, add, take, reply, close, dispute, and close again."""
    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")
    follower.sends("东街农贸市场 路面破损")
    follower.presses("提交")
    follower.presses("就是这个")
    for who in (reporter, follower):
        who.sends("/my")
        who.presses("补充")
        who.sends_photo(jpeg((9, 9, 9)), caption="坑更大了")
        who.presses("提交")
    leader.presses("签收")
    for colour in ((200, 10, 10), (10, 200, 10)):
        leader.presses("办结")
        leader.sends_photo(jpeg(colour), caption="已修补")
        leader.presses("办结")
        inspector.presses("核查通过")
        if colour == (200, 10, 10):
            follower.presses("不满意")
            follower.sends("没有修好")
    reporter.presses("满意")


@pytest.fixture
def caught(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def test_nothing_of_the_reporter_reaches_anybody_else(stage: Stage, caught: pytest.LogCaptureFixture):
    reporter = stage.person(SECRETS[0], shown_as=SECRETS[1])
    follower = stage.person(SECRETS[2], shown_as=SECRETS[3])
    staff = {role: stage.staff(role, name=f"staff-{role}", **more) for role, more in ROLES.items()}
    group = stage.group("东街街道", unit="U-E")
    whole_life(stage, reporter, follower, staff[Role.LEADER], staff[Role.INSPECTOR])
    ids = [str(who.person.id) for who in (reporter, follower)]
    for who in staff.values():
        who.sends(f"/case {stage.case.number}")
        who.sends("/tasks")
        who.sends("/queue")
    staff[Role.LEADER].sends(f"/case {stage.case.number}", to=group)

    for place in (*staff.values(), group):
        place.sees_nothing_of(*SECRETS, *ids)
    theirs = {reporter.chat.key, follower.chat.key}
    with stage.reading() as session:
        events = [f"{event.actor} {event.facts}" for event in session.query(Event)]
        cards = [card.body for card in session.query(Card) if card.chat not in theirs]
        outbox = [
            row.body + row.reason + str(row.context) for row in session.query(OutboxRow) if row.chat not in theirs
        ]
        reasons = [row.reason for row in session.query(InboxRow)]
    log = [Formatter().format(record) for record in caught.records if record.name.startswith(("bot", "storage"))]
    for kept in (*events, *cards, *outbox, *reasons, *log):
        assert not any(secret in kept for secret in (*SECRETS, *ids)), kept


@pytest.mark.parametrize("role", ROLES)
def test_a_reporter_who_is_staff_is_a_pseudonym_like_any_other(stage: Stage, role: Role):
    reporter = stage.staff(role, name="whistleblower", **ROLES[role])
    colleague = stage.staff(Role.UNIT_HEAD, unit="U-E", name="colleague")
    dispatcher = stage.staff(Role.DISPATCHER, name="dispatcher")
    reporter.sends("东街小学 路面破损")
    reporter.presses("提交")
    for who in (colleague, dispatcher):
        who.sends(f"/case {stage.case.number}")
        who.sees_nothing_of("whistleblower")
    with stage.reading() as session:
        [event] = [each for each in session.query(Event) if each.action == "report"]
    assert event.actor == stage.case.pseudonym


def test_one_reporter_has_another_pseudonym_in_each_case(stage: Stage):
    reporter = stage.person("whistleblower")
    for place in ("东街小学", "西街农贸市场"):
        reporter.sends(f"{place} 路面破损")
        reporter.presses("提交")
    with stage.reading() as session:
        assert len({case.pseudonym for case in session.query(Case)}) == 2
