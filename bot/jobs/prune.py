"""Every night rows that have done their work are deleted, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, delete, inspect, select, tuple_
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from bot.jobs.timetable import Daily, Tick, job
from bot.services.desk import Desk
from storage.models import Base, Chore, Conversation, InboxRow, Invite, OutboxRow
from storage.queries.conversations import IS_OPEN

INBOX_AGE = timedelta(hours=48)
"""A redelivery is known by its row: twice as long as Telegram keeps updates."""
DELIVERY_AGE = timedelta(days=7)
INVITE_AGE = timedelta(days=30)
CONVERSATION_AGE = timedelta(days=90)
BATCH = 500


@job("prune", Daily(lambda _: [time(3, 40)]), catches_up=True)
def prune(desk: Desk, _tick: Tick) -> bool:
    """Delete at most a batch of each kind; what is in quarantine stays, and so does an invitation that was used."""
    counts = [_delete(desk.session, table, *which) for table, which in _done(desk.now)]
    return BATCH in counts


def _done(now: datetime) -> Iterator[tuple[type[Base], tuple[ColumnElement[bool], ...]]]:
    yield InboxRow, (InboxRow.state.in_(["done", "replayed"]), InboxRow.received_at < now - INBOX_AGE)
    yield OutboxRow, (OutboxRow.state.in_(["sent", "failed"]), OutboxRow.created_at < now - DELIVERY_AGE)
    yield Chore, (Chore.state.in_(["done", "failed"]), Chore.not_before < now - DELIVERY_AGE)
    yield Invite, (Invite.used_at.is_(None), Invite.expires_at < now - INVITE_AGE)
    yield Conversation, (~IS_OPEN, Conversation.updated_at < now - CONVERSATION_AGE)


def _delete(session: Session, table: type[Base], *which: ColumnElement[bool]) -> int:
    keys = inspect(table).primary_key
    few = select(*keys).where(*which).limit(BATCH)
    result = session.execute(
        delete(table).where(tuple_(*keys).in_(few)), execution_options={"synchronize_session": False}
    )
    return cast("CursorResult[Any]", result).rowcount
