"""The cases that matter to some spans of time, read as plain records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from bot.domain.case import OPEN_STATES, Action
from storage.models import Case, Event

Span = tuple[datetime, datetime]
_AT_ONCE = 500
_OPEN = sorted(state.value for state in OPEN_STATES)
_STEPS = sorted(
    each.value
    for each in (
        Action.DISPATCH, Action.REASSIGN, Action.REPLY, Action.FAIL, Action.GRANT_EXTENSION, Action.CLOSE,
        Action.FORCE_CLOSE, Action.DISPUTE,
    )
)  # fmt: skip


class Step(NamedTuple):
    """Something done with a case: when, what, and to which unit it went, if it was sent on."""

    at: datetime
    action: str
    unit: str = ""


class CaseFacts(NamedTuple):
    """What the figures ask about a case; nothing of it says who reported or handled it.

    `steps` are there only where a case did not go straight: sent back, opened again, extended, handed on.
    """

    id: int
    number: str
    state: str
    source: str
    category: str
    urgent: bool
    point: str
    lat: float | None
    lon: float | None
    unit: str
    rating: int | None
    round: int
    extensions: int
    reported_at: datetime
    opened_at: datetime | None
    dispatched_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None
    accept_due: datetime | None
    handle_due: datetime | None
    verify_due: datetime | None
    steps: tuple[Step, ...] = ()


_UNTIL_ENDED = {"accept_due", "verify_due"}
"""Only of open cases is it asked when these were due, and turning moments into objects is what reading costs."""
_COLUMNS = [
    sql_case((Case.state.in_(_OPEN), column)).label(name) if name in _UNTIL_ENDED else column
    for name in CaseFacts._fields
    if name != "steps"
    for column in (getattr(Case, name),)
]
_MOMENTS = (Case.reported_at, Case.opened_at, Case.dispatched_at, Case.handle_due, Case.closed_at)


def read_cases(session: Session, spans: Iterable[Span], units: Collection[str] | None = None) -> list[CaseFacts]:
    """Return the open cases, and all to which something happened in one of the spans; of some units, or of all."""
    query = select(*_COLUMNS).where(_matters(spans))
    if units is not None:
        query = query.where(Case.unit.in_(sorted(units)))
    rows = session.execute(query.order_by(Case.reported_at, Case.id)).all()
    steps = _steps(session, [row[0] for row in rows if row.round > 1 or row.extensions])
    return [CaseFacts._make((*row, steps.get(row[0], ()))) for row in rows]


def _matters(spans: Iterable[Span]) -> ColumnElement[bool]:
    """Return the condition that a case is open or that something happened to it in one of these spans."""
    winding = or_(Case.round > 1, Case.extensions > 0)  # only then something else than its moments may lie within
    within = [
        condition
        for start, end in spans
        for condition in (
            *(and_(moment >= start, moment < end) for moment in _MOMENTS),
            and_(winding, Case.reported_at < end, or_(Case.closed_at.is_(None), Case.closed_at >= start)),
        )
    ]
    return or_(Case.state.in_(_OPEN), *within)


def _steps(session: Session, cases: Sequence[int]) -> Mapping[int, tuple[Step, ...]]:
    """Return what was done with these cases, in order."""
    found: defaultdict[int, list[Step]] = defaultdict(list)
    columns = (Event.subject, Event.at, Event.action, Event.facts["unit"].as_string())
    for start in range(0, len(cases), _AT_ONCE):
        subjects = [f"case:{case}" for case in cases[start : start + _AT_ONCE]]
        query = select(*columns).where(Event.subject.in_(subjects), Event.action.in_(_STEPS))
        for subject, at, action, unit in session.execute(query.order_by(Event.subject, Event.seq)):
            found[int(subject.removeprefix("case:"))].append(Step(at, action, unit or ""))
    return {case: tuple(steps) for case, steps in found.items()}
