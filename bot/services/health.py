"""Whether the program can do its work: the one definition, for `/healthz`, the log and the administrators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal_column, or_, select
from sqlalchemy.orm import Session

from bot.services import mishaps
from storage.models import InboxRow, JobRun, OutboxRow, Trouble
from storage.queries import uses

LOOKED_AT = frozenset({"inbox", "outbox", "channel", "clock", "quarantine", "calls", "calls_spent", mishaps.KIND})
"""The kinds of trouble that are found by looking into the database."""
CREDENTIALS = "credentials"
NOTED = frozenset({"disk", "database", CREDENTIALS})
"""Those that chores find, and note until they are over."""
INBOX_AGE = timedelta(minutes=5)
OUTBOX_AGE = timedelta(minutes=15)
_LATELY = timedelta(hours=1)
_REFUSALS = 5
"""When so many chats in a row refuse, and none takes anything, it is not the chats."""
_MOST = 0.8
_PENDING: ColumnElement[str] = literal_column("'pending'")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong: its kind, what it is about (an account, a job, a disk), and figures to tell."""

    kind: str
    about: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Queue:
    """How many rows wait, and for how long the oldest of them has."""

    waiting: int
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class Health:
    """What waits where, what was set aside, and what is wrong."""

    inbox: Queue
    outbox: Queue
    quarantined: int
    findings: tuple[Finding, ...]


def look(session: Session, now: datetime, expected: Mapping[str, datetime]) -> Health:
    """Look how things are; `expected` is the slot that each job must have worked by now."""
    inbox, outbox = _queue(session, InboxRow, now), _queue(session, OutboxRow, now)
    set_aside = select(func.count()).select_from(InboxRow).where(InboxRow.state == "quarantined")
    quarantined = session.scalar(set_aside) or 0
    findings = [
        *([Finding("inbox", facts=_age(inbox.waiting, inbox.oldest))] if inbox.oldest > INBOX_AGE else ()),
        *_outboxes(session, now),
        *(Finding("clock", job) for job in _late(session, expected)),
        *([Finding("quarantine", facts={"n": quarantined})] if quarantined else ()),
        *_mishaps(session, now),
        *_uses(session, now),
        *_noted(session),
    ]
    return Health(inbox, outbox, quarantined, tuple(findings))


def _queue(session: Session, table: type[InboxRow | OutboxRow], now: datetime) -> Queue:
    since = InboxRow.received_at if table is InboxRow else OutboxRow.created_at
    count, oldest = session.execute(select(func.count(), func.min(since)).where(table.state == _PENDING)).one()
    return Queue(count, now - oldest if count else timedelta())


def _outboxes(session: Session, now: datetime) -> Iterator[Finding]:
    """An account whose credentials fail, or that everybody refuses, is one trouble; messages that wait another."""
    old = OutboxRow.created_at < now - OUTBOX_AGE
    dead = func.sum(case((OutboxRow.reason.like("credentials%"), 1), else_=0))
    waits = (OutboxRow.state == _PENDING, OutboxRow.expires_at > now)
    may_go = or_(OutboxRow.attempts > 0, OutboxRow.not_before <= now)
    account = (OutboxRow.channel, OutboxRow.account)
    figures = (func.sum(case((old, 1), else_=0)), func.min(OutboxRow.created_at), dead)
    refused = set(_refused(session, now))
    for channel, name, count, oldest, is_dead in session.execute(
        select(*account, *figures).where(*waits, may_go).group_by(*account)
    ):
        if is_dead:
            refused.add(f"{channel}/{name}")
        elif count:
            yield Finding("outbox", f"{channel}/{name}", _age(int(count), now - oldest))
    known = lasting(session, CREDENTIALS)
    yield from (Finding("channel", each) for each in sorted(refused - known))


def lasting(session: Session, kind: str) -> set[str]:
    """Return what the troubles of a kind that are not over are about."""
    return set(session.scalars(select(Trouble.about).where(Trouble.kind == kind, Trouble.gone_at.is_(None))))


def _refused(session: Session, now: datetime) -> Iterator[str]:
    lately, account = OutboxRow.created_at > now - _LATELY, (OutboxRow.channel, OutboxRow.account)
    blocked = (OutboxRow.state == "failed", lately, OutboxRow.reason.like("blocked%"))
    chats = func.count(OutboxRow.chat.distinct())
    for channel, name in session.execute(
        select(*account).where(*blocked).group_by(*account).having(chats >= _REFUSALS)
    ):
        taken = (OutboxRow.state == "sent", lately, OutboxRow.channel == channel, OutboxRow.account == name)
        if session.scalar(select(OutboxRow.id).where(*taken).limit(1)) is None:
            yield f"{channel}/{name}"


def _late(session: Session, expected: Mapping[str, datetime]) -> Iterator[str]:
    worked = {run.job: run.slot for run in session.scalars(select(JobRun))}
    yield from (job for job, slot in sorted(expected.items()) if job not in worked or worked[job] < slot)


def _mishaps(session: Session, now: datetime) -> Iterator[Finding]:
    if facts := mishaps.lately(session, now):
        yield Finding(mishaps.KIND, facts=facts)


def _uses(session: Session, now: datetime) -> Iterator[Finding]:
    """Calls that a platform sells by number: most of a month's are made, or all."""
    for use in uses.of_month(session, now):
        if use.allowed and use.calls >= _MOST * use.allowed:
            facts = {"n": use.calls, "limit": use.allowed}
            yield Finding("calls", f"{use.channel}/{use.account}", facts)
            if use.calls >= use.allowed:
                yield Finding("calls_spent", f"{use.channel}/{use.account}", facts)


def _noted(session: Session) -> Iterator[Finding]:
    noted = select(Trouble).where(Trouble.kind.in_(NOTED), Trouble.gone_at.is_(None))
    for row in session.scalars(noted.order_by(Trouble.since)):
        yield Finding(row.kind, row.about, row.facts)


def _age(count: int, oldest: timedelta) -> dict[str, int]:
    return {"n": count, "minutes": round(oldest.total_seconds() / 60)}
