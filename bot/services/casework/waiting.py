"""What waits for somebody, as their nag card lists it: what is urgent first, then what has been due longest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from bot.services.casework import alarms
from bot.services.desk import Desk
from storage.models import Case, Nag
from storage.models.nags import ASKED

_COLUMNS = (
    Nag.case_id, Nag.rung, Nag.missing, Nag.silent_until, Nag.on_it, Case.number, Case.unit, Case.state, Case.urgent,
    Case.limit_unit, Case.accept_due, Case.acknowledge_due, Case.handle_due, Case.verify_due, Case.request,
    Case.decide_due,
)  # fmt: skip
_OF_PERSONS = (
    select(Nag.person_id, *_COLUMNS)
    .join(Case, Case.id == Nag.case_id)
    .where(Nag.person_id.in_(bindparam("persons", expanding=True)))
)
"""Built once, since a statement takes longer to build than to run."""


class Entry(NamedTuple):
    """A case on a card: by when it is to be taken on from where it stands, on which rung (or ASKED: somebody wants a
    decision), and whether it is silent.
    """

    case_id: int
    unit: str
    due: datetime
    urgent: bool
    rung: int
    silent_until: datetime | None
    on_it: bool

    def is_silent(self, now: datetime) -> bool:
        """Tell whether they have asked to be left in peace about it."""
        return self.silent_until is not None and self.silent_until > now


class Waiting(NamedTuple):
    """All that waits for somebody, in order; and the numbers of the cases that those missing (holder:unit) have."""

    entries: Sequence[Entry]
    missing: dict[str, list[str]]

    def late(self, now: datetime) -> int:
        """Return how many of them are overdue."""
        return sum(entry.due <= now for entry in self.entries)


def read(desk: Desk, person_id: int) -> Waiting:
    """Return what waits for somebody (or for the leaders' groups); what has ended meanwhile is left out."""
    return read_all(desk, [person_id])[person_id]


def read_all(desk: Desk, person_ids: Collection[int]) -> dict[int, Waiting]:
    """Return what waits for each of these, read at once."""
    rows: dict[int, list[Any]] = {person_id: [] for person_id in person_ids}
    for row in desk.session.execute(_OF_PERSONS, {"persons": list(person_ids)}) if rows else ():
        rows[row.person_id].append(row)
    return {person_id: _waiting(desk, found) for person_id, found in rows.items()}


def _waiting(desk: Desk, rows: Iterable[Any]) -> Waiting:
    entries, missing = [], defaultdict[str, list[str]](list)
    for row in rows:
        due = _due(row)
        if due is None:
            continue
        for key in filter(None, row.missing.split(";")):
            missing[key].append(row.number)
        if row.rung is not None:
            urgent = alarms.is_urgent(row)
            entries.append(Entry(row.case_id, row.unit, due, urgent, row.rung, row.silent_until, row.on_it))
    order = sorted(entries, key=lambda each: (each.is_silent(desk.now), not each.urgent, each.due, each.case_id))
    return Waiting(order, {key: sorted(missing[key]) for key in sorted(missing)})


def _due(row: Any) -> datetime | None:
    """Return when a case is due for whoever has it on their card: what is to be decided by when the decision is."""
    if row.rung != ASKED:
        return alarms.first_due(row)
    decide_due: datetime | None = row.decide_due if row.request else None
    return decide_due
