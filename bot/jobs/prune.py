"""Every night rows that have done their work, or are kept no longer by promise, are deleted, a few at a time.

The pack's `raw_days` say how long messages are kept as they came and went; technical reasons are often over earlier.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, String, delete, exists, inspect, literal, or_, select, tuple_
from sqlalchemy import cast as as_type
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from bot.city.settings import Retention
from bot.domain.case import OPEN_STATES
from bot.jobs.timetable import Daily, Tick, job
from bot.services import attachments
from bot.services.desk import Desk
from bot.services.volunteering import presence
from storage.models import (
    Absence,
    Alarm,
    Attachment,
    Base,
    Board,
    Card,
    Case,
    Chore,
    Conversation,
    InboxRow,
    Invite,
    Link,
    Menu,
    OutboxRow,
    Pin,
    Reminder,
    Retained,
    Shift,
    WebMessage,
)
from storage.models.base import id_at
from storage.queries import webchat
from storage.queries.conversations import IS_OPEN

log = logging.getLogger(__name__)

INBOX_AGE = timedelta(hours=48)
"""A redelivery is known by its row: twice as long as Telegram keeps updates."""
DELIVERY_AGE = timedelta(days=7)
INVITE_AGE = timedelta(days=30)
CONVERSATION_AGE = timedelta(days=90)
ABSENCE_AGE = timedelta(days=90)
REMINDER_AGE = timedelta(days=400)
"""More than a year, so that this month's can be compared with those of a year ago."""
BATCH = 500

Which = tuple[ColumnElement[bool], ...]


@job("prune", Daily(lambda _: [time(3, 40)]), catches_up=True)
def prune(desk: Desk, _tick: Tick) -> bool:
    """Delete at most a batch of each kind; an invitation that was used stays."""
    keep = desk.city.settings.retention
    counts = [
        _delete(desk.session, table, *which) for table, which in (*_done(desk.now, keep), *_shown(desk.now, keep))
    ]
    given_up = _delete(desk.session, InboxRow, *_unread(desk.now, keep))
    if given_up:
        log.warning("quarantine: %d rows were given up, since nobody looked for %d days", given_up, keep.raw_days)
    return BATCH in (*counts, given_up)


def _done(now: datetime, keep: Retention) -> Iterator[tuple[type[Base], Which]]:
    raw = timedelta(days=keep.raw_days)
    arrived, delivered = now - min(INBOX_AGE, raw), now - min(DELIVERY_AGE, raw)
    over = or_(
        OutboxRow.state.in_(["sent", "failed"]) & (OutboxRow.created_at < delivered),
        OutboxRow.expires_at < delivered,  # of a channel that is no more
    )
    yield InboxRow, (InboxRow.state.in_(["done", "replayed"]), InboxRow.received_at < arrived)
    yield Absence, (Absence.until < now - ABSENCE_AGE,)
    yield OutboxRow, (over,)
    yield Chore, (Chore.state.in_(["done", "failed"]), Chore.not_before < delivered)
    yield Invite, (Invite.used_at.is_(None), Invite.expires_at < now - INVITE_AGE)
    yield Link, (Link.expires_at < now,)
    yield Conversation, (~IS_OPEN, Conversation.updated_at < now - CONVERSATION_AGE)
    is_open = Reminder.case_id.in_(select(Case.id).where(Case.state.in_(OPEN_STATES)))
    climbed = Reminder.name.like("rung %") & is_open  # it would be climbed again
    yield Reminder, (Reminder.at < now - REMINDER_AGE, ~climbed)
    yield Pin, (Pin.at < now - presence.PIN_AGE,)
    yield Alarm, (Alarm.case_id.in_(select(Retained.case_id)),)


def _shown(now: datetime, keep: Retention) -> Iterator[tuple[type[Base], Which]]:
    """What was shown: on the page as long as promised, but the cards of open cases stay; of drafts and questions."""
    subjects = select(literal("case:") + as_type(Case.id, String)).where(Case.state.in_(OPEN_STATES))
    promised = now - timedelta(days=min(keep.raw_days, keep.photo_days))
    yield WebMessage, (WebMessage.sent_at < promised, WebMessage.id.not_in(webchat.held(Card.subject.in_(subjects))))
    photos = now - timedelta(days=keep.photo_days)
    of_posts = (Attachment.case_id.is_(None), Attachment.purpose == attachments.DUTY)
    yield Attachment, (*of_posts, Attachment.sent_at < photos)
    yield Board, (Board.shift_id.in_(select(Shift.id).where(Shift.ends < photos)),)
    passing = or_(Card.subject.like("draft:%"), Card.subject.like("question:%"))
    yield Card, (passing, Card.id < id_at(now - timedelta(days=keep.raw_days)))
    yield from _numbers(now, timedelta(days=keep.raw_days))


def _numbers(now: datetime, raw: timedelta) -> Iterator[tuple[type[Base], Which]]:
    """Numbers of choices: a card keeps its own, but one that shows other things each day only those of late."""
    lives = exists().where(Card.id == Menu.card_id, ~Card.closed)
    stays = lives.where(Card.subject.like("case:%"))
    yield Menu, (Menu.written_at < now - DELIVERY_AGE, ~lives)
    yield Menu, (Menu.written_at < now - raw, ~stays)


def _unread(now: datetime, keep: Retention) -> Which:
    """What lies in quarantine longer than anything may be kept as it came."""
    return InboxRow.state == "quarantined", InboxRow.received_at < now - timedelta(days=keep.raw_days)


def _delete(session: Session, table: type[Base], *which: ColumnElement[bool]) -> int:
    keys = inspect(table).primary_key
    few = select(*keys).where(*which).limit(BATCH)
    result = session.execute(
        delete(table).where(tuple_(*keys).in_(few)), execution_options={"synchronize_session": False}
    )
    return cast("CursorResult[Any]", result).rowcount
