"""Rows that have done their work go; what somebody may still need stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.city.settings import Retention
from bot.jobs import prune
from storage.models import (
    Absence,
    Alarm,
    Card,
    Chore,
    Conversation,
    InboxRow,
    Invite,
    Menu,
    OutboxRow,
    Person,
    Reminder,
    WebFile,
    WebMessage,
    new_id,
)
from storage.models.base import id_at
from tests.dialogue import Stage
from tests.jobs.conftest import BEFORE_DAWN, rows, tick
from tests.small_city import small_city

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
        row("bad", 29 * DAY, "quarantined"),
    )  # fmt: skip
    tick(night, "prune")

    assert left(night, InboxRow.key) == {"young", "bad"}


def test_what_nobody_looked_at_in_quarantine_is_given_up_when_the_pack_says_so_and_the_log_tells(
    night: Stage, caplog: pytest.LogCaptureFixture
):
    facts = {"channel": "memory", "account": "test", "chat": "c", "partition": 0, "body": "{}", "state": "quarantined"}
    add(night, *(InboxRow(key=str(age), received_at=night.now - age * DAY, **facts) for age in (29, 31, 90)))
    tick(night, "prune")

    assert left(night, InboxRow.key) == {"29"}
    assert "quarantine: 2 rows were given up, since nobody looked for 30 days" in caplog.text


def test_the_outbox_and_chores_keep_a_week_of_what_ended(night: Stage):
    def row(name: str, age: timedelta, state: str, *, expired: timedelta = -99 * DAY) -> OutboxRow:
        at = night.now - age
        facts = {"channel": "gone", "account": "x", "chat_body": "{}", "body": "{}", "not_before": at}
        return OutboxRow(chat=name, state=state, created_at=at, expires_at=night.now - expired, **facts)

    def chore(name: str, age: timedelta, state: str) -> Chore:
        at = night.now - age
        return Chore(kind="fetch", chat=name, args={}, state=state, not_before=at, expires_at=at + DAY)

    add(
        night, row("young", 6 * DAY, "sent"), row("sent", 8 * DAY, "sent"), row("failed", 8 * DAY, "failed"),
        row("waiting", 8 * DAY, "pending"), row("nobodys", 11 * DAY, "pending", expired=8 * DAY),
        row("tried", 9 * DAY, "pending", expired=6 * DAY),
        chore("young", 6 * DAY, "done"), chore("done", 8 * DAY, "done"), chore("failed", 8 * DAY, "failed"),
    )  # fmt: skip
    tick(night, "prune")

    assert left(night, OutboxRow.chat) == {"young", "waiting", "tried"}
    assert left(night, Chore.chat) == {"young"}


def test_who_was_away_is_forgotten_after_three_months(night: Stage):
    with night.database.begin() as session:
        person = Person(id=new_id(), created_at=night.now)
        session.add(person)
        for days in (89, 91):
            until = night.now - days * DAY
            session.add(Absence(person_id=person.id, stand_in_id=person.id, since=until - DAY, until=until))
    tick(night, "prune")

    with night.reading() as session:
        assert [absence.until for absence in session.scalars(select(Absence))] == [night.now - 89 * DAY]


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


def test_messages_of_the_page_go_in_time_but_for_the_cards_of_open_cases(night: Stage):
    def said(chat: str, age: timedelta, *, by: str = "") -> WebMessage:
        return WebMessage(id=new_id(), chat_id=chat, sender=by, body="{}", sent_at=night.now - age)

    def card(name: str, case_id: int, receipt: dict | None) -> Card:
        facts = {"chat": f"web:page:{name}", "chat_body": "{}", "view": "reporter", "body": "", "receipt": receipt}
        return Card(subject=f"case:{case_id}", **facts)

    wang = night.person("wang")
    for words in ("东街小学 路面破损", "西街农贸市场 路灯不亮"):
        wang.sends(words)
        wang.presses("提交")
    going_on, ended = (case.id for case in night.cases)
    wang.presses("撤回")
    wang.presses("确定撤回")
    rows_ = {
        "young": said("a", 29 * DAY), "old": said("b", 31 * DAY), "theirs": said("c", 31 * DAY, by="v"),
        "live": said("d", 31 * DAY), "over": said("e", 31 * DAY),
    }  # fmt: skip
    add(night, *rows_.values())
    add(
        night,
        WebFile(message_id=rows_["theirs"].id, position=0, blob="0" * 64, mime="image/jpeg", name="", size=1),
        card("d", going_on, {"id": str(rows_["live"].id)}), card("e", ended, {"id": str(rows_["over"].id)}),
        card("f", going_on, None),
    )  # fmt: skip
    tick(night, "prune")

    assert left(night, WebMessage.chat_id) == {"a", "d"}
    with night.reading() as session:
        assert session.scalar(select(func.count(WebFile.message_id))) == 0


def test_the_pack_says_how_long_messages_are_kept_as_they_came(make_stage):
    stage = make_stage(city=small_city(retention=Retention(raw_days=1)))
    stage.clock.move(BEFORE_DAWN - stage.now)
    facts = {"channel": "memory", "account": "test", "chat": "c", "partition": 0, "body": "{}", "state": "done"}
    add(
        stage, WebMessage(chat_id="c", sender="", body="{}", sent_at=stage.now - 25 * HOUR),
        InboxRow(key="old", received_at=stage.now - 25 * HOUR, **facts),
        InboxRow(key="young", received_at=stage.now - 23 * HOUR, **facts),
    )  # fmt: skip
    tick(stage, "prune")

    assert left(stage, WebMessage.chat_id) == set()
    assert left(stage, InboxRow.key) == {"young"}


def test_cards_of_drafts_and_questions_go_and_those_of_cases_stay(night: Stage):
    def card(subject: str, age: timedelta) -> Card:
        facts = {"chat": "c", "chat_body": "{}", "view": "x", "body": "{}"}
        return Card(id=id_at(night.now - age) + 1, subject=subject, **facts)

    add(
        night, card("draft:1", 31 * DAY), card("question:1", 32 * DAY), card("question:2", 29 * DAY),
        card("case:1", 33 * DAY), card("nag:1", 34 * DAY),
    )  # fmt: skip
    tick(night, "prune")

    assert left(night, Card.subject) == {"question:2", "case:1", "nag:1"}


def test_numbers_that_nobody_will_answer_any_more_are_free_again(night: Stage):
    def menu(number: int, age: timedelta, card: Card | None = None) -> Menu:
        at = night.now - age
        return Menu(chat="c", number=number, token="t", label="x", written_at=at, card_id=card.id if card else None)

    def card(subject: str, *, closed: bool = False) -> Card:
        facts = {"chat": "c", "chat_body": "{}", "view": "x", "body": "{}", "closed": closed}
        return Card(id=new_id(), subject=subject, **facts)

    live, over, nag = card("case:1"), card("case:2", closed=True), card("nag:1")
    add(night, live, over, nag)
    add(
        night, menu(1, 6 * DAY), menu(2, 8 * DAY), menu(3, 99 * DAY, live), menu(4, 8 * DAY, over),
        menu(5, 29 * DAY, nag), menu(6, 31 * DAY, nag), menu(7, 6 * DAY, over),
    )  # fmt: skip
    tick(night, "prune")

    with night.reading() as session:
        assert set(session.scalars(select(Menu.number))) == {1, 3, 5, 7}


def test_reminders_are_kept_for_more_than_a_year_and_ended_cases_need_no_alarm(night: Stage):
    wang = night.person("wang")
    wang.sends("东街小学 路面破损")
    wang.presses("提交")
    wang.presses("撤回")
    wang.presses("确定撤回")
    facts = {"case_id": night.case.id, "clock": "handle", "reason": "", "person_id": 1}
    add(
        night, Alarm(case_id=night.case.id, at=night.now),
        Reminder(name="young", at=night.now - 399 * DAY, **facts),
        Reminder(name="old", at=night.now - 401 * DAY, **facts),
    )  # fmt: skip
    tick(night, "prune")

    with night.reading() as session:
        assert session.scalars(select(Reminder.name)).all() == ["young"]
        assert session.scalars(select(Alarm.case_id)).all() == []


def test_the_rungs_of_a_case_that_is_still_open_are_not_forgotten(night: Stage):
    wang = night.person("wang")
    wang.sends("东街小学 路面破损")
    wang.presses("提交")
    facts = {"case_id": night.case.id, "clock": "handle", "reason": "0.0", "person_id": 1, "at": night.now - 401 * DAY}
    add(night, *(Reminder(name=name, **facts) for name in ("rung 1", "due", "2025-01-27")))
    tick(night, "prune")

    with night.reading() as session:
        assert session.scalars(select(Reminder.name)).all() == ["rung 1"]


def test_a_lot_is_deleted_in_short_parts(night: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(prune, "BATCH", 3)
    facts = {"kind": "fetch", "chat": "c", "args": {}, "state": "done"}
    long_ago = night.now - 9 * DAY
    add(night, *(Chore(not_before=long_ago, expires_at=long_ago, **facts) for _ in range(8)))
    tick(night, "prune")

    with night.reading() as session:
        assert session.scalar(select(func.count(Chore.id))) == 0
    assert len(rows(night.database)) == 3
