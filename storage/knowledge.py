"""What a transaction knows already, so that one batch of many turns asks the database once.

Everything here lives and dies with its session. Who changes a thing that is known tells it here as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from storage.models.base import new_id

T = TypeVar("T")


def known(session: Session, about: str) -> dict[Any, Any]:
    """Return what is known about something, by key; whoever asks may add to it."""
    found: dict[Any, Any] = session.info.setdefault(f"known {about}", {})
    return found


def learn(session: Session, about: str, key: object, read: Callable[[], T]) -> T:
    """Return what is known under the key, reading it the first time. What is read must not depend on unflushed rows."""
    facts = known(session, about)
    if key not in facts:
        with session.no_autoflush:
            facts[key] = read()
    found: T = facts[key]
    return found


def begin(session: Session) -> None:
    """Note where the transaction's own ids begin."""
    session.info["began"] = new_id()


def is_new(session: Session, row_id: int) -> bool:
    """Tell whether an id was given in this transaction: then nothing is stored about it but by this very session."""
    began: int | None = session.info.get("began")
    return began is not None and row_id > began
