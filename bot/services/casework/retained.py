"""That an ended case is kept, from when on, until the pack's days are over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.domain.case import ENDED_STATES, State
from storage.models import Case, Retained


def note(session: Session, case: Case, before: str, now: datetime) -> None:
    """Note that a case has just ended, or goes on after all."""
    was_over, is_over = State(before) in ENDED_STATES, State(case.state) in ENDED_STATES
    if is_over and not was_over:
        session.add(Retained(case_id=case.id, ended_at=now, cards=True, photos=True, link=True))
    elif was_over and not is_over:
        session.flush()
        session.execute(delete(Retained).where(Retained.case_id == case.id))
