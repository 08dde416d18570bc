"""How much one person may send, by the pack, so that nobody drowns the others."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.services.desk import Desk
from storage.knowledge import known
from storage.models import Case, Person

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def free_again(desk: Desk, person: Person) -> datetime | None:
    """Return when this person may report again; None when they may now."""
    if person.banned_until is not None and person.banned_until > desk.now:
        return person.banned_until
    limits = desk.city.settings.limits
    query = (
        select(Case.reported_at)
        .where(Case.reporter_id == person.id, Case.reported_at > desk.now - _DAY)
        .order_by(Case.reported_at.desc())
        .limit(max(limits.reports_a_day, limits.reports_an_hour))
    )
    with desk.session.no_autoflush:
        stored = list(desk.session.scalars(query))
    new = [case.reported_at for case in known(desk.session, "new cases").values() if case.reporter_id == person.id]
    reported = sorted([*new, *stored], reverse=True)
    spans = ((limits.reports_an_hour, _HOUR), (limits.reports_a_day, _DAY))
    frees = [reported[count - 1] + span for count, span in spans if len(reported) >= count]
    return max((free for free in frees if free > desk.now), default=None)
