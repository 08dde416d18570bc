"""What became of chores, written down in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from bot.port import Envelope
from storage.models import Chore

_CHORE: Any = Chore.__table__
# Built once: that takes longer than to run it.
_DONE = (
    update(_CHORE)
    .where(_CHORE.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in ("state", "reason", "attempts", "not_before")})
)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a chore: `done`, `failed`, or still `pending` until it may be tried again.

    The envelope, if there is one, tells it to a handler.
    """

    chore_id: int
    state: str
    attempts: int
    not_before: datetime
    reason: str = ""
    envelope: Envelope | None = None


def settle(session: Session, results: Sequence[Result]) -> None:
    """Write results; their envelopes are for the inbox."""
    if results:
        rows = [
            {
                "key": each.chore_id, "state": each.state, "reason": each.reason, "attempts": each.attempts,
                "not_before": each.not_before,
            }
            for each in results
        ]  # fmt: skip
        session.connection().execute(_DONE, rows)
