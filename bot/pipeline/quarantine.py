"""Rows that their handler failed on: set aside with a reason, listed, and replayed as new ones."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import literal_column, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.log import way_of
from bot.pipeline.inbox import store
from bot.port import Envelope
from storage.models import InboxRow

log = logging.getLogger(__name__)
_QUARANTINED = InboxRow.state == literal_column("'quarantined'")


def set_aside(session: Session, row_id: int, error: BaseException) -> None:
    """Quarantine one pending row with its reason; the log gets the way the error took, without what it was about."""
    why = reason(error)
    session.execute(
        update(InboxRow)
        .where(InboxRow.id == row_id, InboxRow.state == "pending")
        .values(state="quarantined", reason=why)
    )
    log.error("quarantined row=%d: %s (%s)", row_id, why, way_of(error.__traceback__))


def reason(error: BaseException) -> str:
    """Say what went wrong and where. The error's own words stay out: they may quote what somebody wrote."""
    kind = type(error.orig if isinstance(error, DBAPIError) and error.orig else error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/bot/" in frame.filename or "/storage/" in frame.filename] or list(frames)
    if not ours:
        return kind
    last = ours[-1]
    return f"{kind} in {last.name}, {'/'.join(last.filename.split('/')[-3:])}:{last.lineno}"


def listed(session: Session) -> Sequence[InboxRow]:
    """Return what is in quarantine, oldest first."""
    return session.scalars(select(InboxRow).where(_QUARANTINED).order_by(InboxRow.id)).all()


def replay(session: Session, ids: Collection[int] | None, now: datetime) -> int:
    """Put rows (None: all) into the inbox again as new ones, at the end of their lanes; return how many."""
    rows = [row for row in listed(session) if ids is None or row.id in ids]
    store(session, [_again(row) for row in rows], now)
    for row in rows:
        row.state = "replayed"
    return len(rows)


def _again(row: InboxRow) -> Envelope:
    first, _, times = row.key.partition("#")
    key = f"{first}#{int(times or 0) + 1}"
    return Envelope(channel=row.channel, account=row.account, key=key, chat=row.chat, body=row.body)
