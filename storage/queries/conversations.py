"""Conversations with something open in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from storage.models import Conversation

IS_OPEN: ColumnElement[bool] = Conversation.draft["kind"].as_string().is_not(None)
"""A draft that is nothing may be stored as NULL or as JSON's null: only a real one has a kind."""


def lying(session: Session, before: datetime, limit: int) -> list[Conversation]:
    """Return conversations with a draft that nobody has touched since, longest first, for this transaction alone."""
    query = select(Conversation).where(IS_OPEN, Conversation.updated_at < before)
    locked = query.order_by(Conversation.updated_at).limit(limit).with_for_update(skip_locked=True)
    return list(session.scalars(locked))


def layers(draft: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Yield a draft and what lies below it, which comes back when it is done."""
    while draft is not None:
        yield draft
        draft = draft.get("under")


def live_drafts(session: Session) -> set[int]:
    """Return the ids of all open drafts, by which photos belong to them."""
    drafts = session.scalars(select(Conversation.draft).where(IS_OPEN))
    return {each for draft in drafts for layer in layers(draft) for each in _ids(layer)}


def _ids(draft: dict[str, Any]) -> Iterator[int]:
    yield from (draft[name] for name in ("id", "draft_id") if name in draft)
    for waiting in draft.get("waiting", ()):
        yield from _ids(waiting)
