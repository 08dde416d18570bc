"""Rows that have done their work go; what somebody may still need stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.jobs import prune
from storage.models import Chore, Conversation, InboxRow, Invite, OutboxRow, Person, new_id
from tests.dialogue import Stage
from tests.jobs.conftest import BEFORE_DAWN, rows, tick

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def night(stage: Stage) -> Stage:
    stage.clock.move(BEFORE_DAWN - stage.now)
    return stage


def add(stage: Stage, *rows: object) -> None:
    with stage.database.begin() as session:
        session.add_all(rows)


def left(stage: Stage, column) -> set[str]:
    with stage.reading() as session:
        return set(session.scalars(select(column).where(column.not_like("tick:%"))))


def test_the_inbox_keeps_what_may_come_again_and_what_is_not_done(night: Stage):
    def row(key: str, age: timedelta, state: str) -> InboxRow:
        facts = {"channel": "memory", "account": "test", "chat": "c", "partition": 0, "body": "{}"}
        return InboxRow(key=key, state=state, received_at=night.now - age, **facts)

    add(
        night, row("young", 47 * HOUR, "done"), row("old", 49 * HOUR, "done"), row("replayed", 49 * HOUR, "replayed"),
        row("bad", 90 * DAY, "quarantined"),
    )  # fmt: skip
    tick(night, "prune")

    assert left(night, InboxRow.key) == {"young", "bad"}


def test_the_outbox_and_chores_keep_a_week_of_what_ended(night: Stage):
    def row(name: str, age: timedelta, state: str) -> OutboxRow:
        at = night.now - age
        facts = {"channel": "gone", "account": "x", "chat_body": "{}", "body": "{}", "not_before": at}
        return OutboxRow(chat=name, state=state, created_at=at, expires_at=night.now + 99 * DAY, **facts)

    def chore(name: str, age: timedelta, state: str) -> Chore:
        at = night.now - age
        return Chore(kind="fetch", chat=name, args={}, state=state, not_before=at, expires_at=at + DAY)

    add(
        night, row("young", 6 * DAY, "sent"), row("sent", 8 * DAY, "sent"), row("failed", 8 * DAY, "failed"),
        row("waiting", 8 * DAY, "pending"),
        chore("young", 6 * DAY, "done"), chore("done", 8 * DAY, "done"), chore("failed", 8 * DAY, "failed"),
    )  # fmt: skip
    tick(night, "prune")

    assert left(night, OutboxRow.chat) == {"young", "waiting"}
    assert left(night, Chore.chat) == {"young"}


def test_invitations_that_nobody_used_go_a_month_after_they_expired(night: Stage):
    def invite(code: str, age: timedelta, *, used: bool = False) -> Invite:
        expired = night.now - age
        used_at = expired - HOUR if used else None
        return Invite(code_digest=code, role="inspector", made_at=expired - DAY, expires_at=expired, used_at=used_at)

    add(night, invite("young", 29 * DAY), invite("old", 31 * DAY), invite("used", 31 * DAY, used=True))
    tick(night, "prune")

    assert left(night, Invite.code_digest) == {"young", "used"}


def test_conversations_go_that_were_empty_for_months(night: Stage):
    person = Person(id=new_id(), created_at=night.now)
    add(night, person)

    def talk(chat: str, age: timedelta, draft: dict | None = None) -> Conversation:
        return Conversation(chat=chat, person_id=person.id, draft=draft, updated_at=night.now - age)

    add(night, talk("young", 89 * DAY), talk("old", 91 * DAY), talk("open", 91 * DAY, {"kind": "invite"}))
    tick(night, "prune")

    assert left(night, Conversation.chat) == {"young", "open"}


def test_a_lot_is_deleted_in_short_parts(night: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(prune, "BATCH", 3)
    facts = {"kind": "fetch", "chat": "c", "args": {}, "state": "done"}
    long_ago = night.now - 9 * DAY
    add(night, *(Chore(not_before=long_ago, expires_at=long_ago, **facts) for _ in range(8)))
    tick(night, "prune")

    with night.reading() as session:
        assert session.scalar(select(func.count(Chore.id))) == 0
    assert len(rows(night.database)) == 3
