"""催办 and 督办: the card comes anew to whoever must act, at once or as soon as one may be spoken to."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.domain import ladder
from bot.domain.case import OPEN_STATES, State
from bot.services.casework import alarms, cards
from bot.services.desk import Desk
from bot.services.mishaps import contained
from storage.models import Card, Case, WaitingCall


def free_again(desk: Desk, case: Case) -> datetime | None:
    """Return when a case may be urged again by those whom it concerns; None if it may be now."""
    again = case.urged_at + timedelta(hours=desk.city.settings.urge_hours) if case.urged_at else desk.now
    return again if again > desk.now else None


def called_at(desk: Desk, case: Case) -> datetime:
    """Return when whoever must act may be called for a case: now, or when the night is over."""
    return ladder.speaking(desk.now, alarms.rules(desk.city), urgent=alarms.is_urgent(case))


def call(desk: Desk, case: Case) -> list[Card]:
    """Send the card anew to whoever must act and return the cards; at night, if it is not urgent, let it wait."""
    at = called_at(desk, case)
    if at <= desk.now:
        return cards.call(desk, case)
    desk.session.merge(WaitingCall(case_id=case.id, at=at))
    return []


def call_due(desk: Desk, limit: int) -> int:
    """Send the cards whose moment has come, at most so many; return how many. What has ended calls nobody."""
    waiting = select(WaitingCall).where(WaitingCall.at <= desk.now).order_by(WaitingCall.at).limit(limit)
    found = desk.session.scalars(waiting.with_for_update(skip_locked=True)).all()
    for each in found:
        case = desk.session.get_one(Case, each.case_id)
        if State(case.state) in OPEN_STATES and (case.urged_by or case.supervised):
            with contained(desk, "case", case.id):
                cards.call(desk, case)
        desk.session.delete(each)
    return len(found)
