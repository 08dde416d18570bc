"""Which bytes of the blob store are still wanted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Select, Text, cast, or_, select
from sqlalchemy.orm import Session

from storage.models import Attachment, Card, Chore, InboxRow, OutboxRow, WebFile, WebMessage

_ADDRESS = re.compile(r"\b[0-9a-f]{64}\b")


def belonging(session: Session, addresses: Collection[str]) -> set[str]:
    """Return those of the addresses that are a photo of somebody or a file in a chat of the page."""
    columns = (Attachment.blob, WebFile.blob)
    return {each for column in columns for each in session.scalars(select(column).where(column.in_(addresses)))}


def underway(session: Session) -> set[str]:
    """Return the addresses in all that is on its way, and in all that the bot has shown on the page.

    Ask this before `belonging`: what is read here in the order in which things move can only arrive there later.
    """
    return {each for query in _texts() for text in session.scalars(query) for each in _ADDRESS.findall(text or "")}


def _texts() -> Iterator[Select[Any]]:
    yield select(cast(Chore.args, Text)).where(Chore.state == "pending")
    yield select(InboxRow.body).where(InboxRow.state.in_(["pending", "quarantined"]))
    waiting = OutboxRow.state == "pending"
    yield select(OutboxRow.body).where(waiting)
    yield select(Card.body).where(Card.id.in_(select(OutboxRow.card_id).where(waiting)))
    shows = or_(WebMessage.body.like('%"document":%'), WebMessage.body.like('%"photos":%'))
    yield select(WebMessage.body).where(WebMessage.sender == "", shows)
