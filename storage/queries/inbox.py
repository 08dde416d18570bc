"""How rows come into the inbox: once each, in the lane of their chat."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.port import Envelope
from storage.models import InboxRow, new_id
from storage.models.pipeline import PARTITIONS

INTERNAL = "pk"
"""The channel of rows that the program writes to itself: settled chores and ticks."""

# Only the key says that an envelope came before: an id that two processes drew is an error, not a redelivery.
_KEY = ["channel", "account", "key"]
_UNLESS_KNOWN = {
    "sqlite": sqlite.insert(InboxRow).on_conflict_do_nothing(index_elements=_KEY),
    "postgresql": postgresql.insert(InboxRow).on_conflict_do_nothing(index_elements=_KEY),
}


def store(session: Session, envelopes: Iterable[Envelope], now: datetime) -> None:
    """Write envelopes as pending rows in this transaction; (channel, account, key) makes a redelivery harmless."""
    rows = [_row(envelope, now) for envelope in envelopes]
    if not rows:
        return
    session.connection().execute(_UNLESS_KNOWN[session.get_bind().dialect.name], rows)


def partition(chat: str) -> int:
    """Return the part of the inbox that a chat belongs to: the same in every process and release."""
    return zlib.crc32(chat.encode()) % PARTITIONS


def _row(envelope: Envelope, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "channel": envelope.channel, "account": envelope.account, "key": envelope.key,
        "chat": envelope.chat, "partition": partition(envelope.chat), "body": envelope.body.replace("\0", ""),
        "received_at": now, "state": "pending", "reason": "",
    }  # fmt: skip
