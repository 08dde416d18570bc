"""How much one person may send, by the pack, so that nobody drowns the others."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from bot.services.desk import Desk
from storage.knowledge import known
from storage.models import Case, Person

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_CASE: Any = Case.__table__
_REPORTED = select(_CASE.c.reporter_id, _CASE.c.reported_at).where(
    _CASE.c.reporter_id.in_(bindparam("persons", expanding=True)), _CASE.c.reported_at > bindparam("since")
)


def read_ahead(desk: Desk, person_ids: Collection[int]) -> None:
    """Read at once when these persons reported within the last day, before it is asked for one by one."""
    reported = known(desk.session, "reported")
    unknown = [person_id for person_id in person_ids if person_id not in reported]
    if unknown:
        reported |= {person_id: [] for person_id in unknown}
        values = {"persons": unknown, "since": desk.now - _DAY}
        for person_id, reported_at in desk.session.connection().execute(_REPORTED, values):
            reported[person_id].append(reported_at)


def free_again(desk: Desk, person: Person) -> datetime | None:
    """Return when this person may report again; None when they may now."""
    if person.banned_until is not None and person.banned_until > desk.now:
        return person.banned_until
    read_ahead(desk, [person.id])
    limits = desk.city.settings.limits
    new = [case.reported_at for case in known(desk.session, "new cases").values() if case.reporter_id == person.id]
    reported = sorted([*new, *known(desk.session, "reported")[person.id]], reverse=True)
    spans = ((limits.reports_an_hour, _HOUR), (limits.reports_a_day, _DAY))
    frees = [reported[count - 1] + span for count, span in spans if len(reported) >= count]
    return max((free for free in frees if free > desk.now), default=None)
