"""Alarms: set and taken many at once, each statement one for a whole batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Alarm, Case, Nag

_MARK_MANY = text(
    "UPDATE alarm SET at = new.at"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:moments AS timestamptz[])) AS new (case_id, at)"
    " WHERE alarm.case_id = new.case_id"
)


def claim(session: Session, now: datetime, limit: int) -> dict[int, datetime]:
    """Return the moments of alarms that are due by their cases, the longest due first, for this transaction alone."""
    # What was marked is left dead at the low end of PostgreSQL's index until it is vacuumed. Only looking for a single
    # row does it note them there as dead; so the first alarm is looked for by itself, and the others from there on.
    first = select(func.min(Alarm.at)).scalar_subquery()
    due = select(Alarm.case_id, Alarm.at).where(Alarm.at >= first, Alarm.at <= now).order_by(Alarm.at).limit(limit)
    rows = session.connection().execute(due.with_for_update(skip_locked=True))
    return {row.case_id: row.at for row in rows}


def mark(session: Session, alarms: Iterable[tuple[int, datetime]]) -> None:
    """Write when these cases, which have an alarm, are looked at next."""
    rows = list(alarms)
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        ids, moments = zip(*rows, strict=True)
        session.connection().execute(_MARK_MANY, {"ids": list(ids), "moments": list(moments)})
        return
    one = update(Alarm).where(Alarm.case_id == bindparam("of_case")).values(at=bindparam("moment"))
    session.connection().execute(one, [{"of_case": case_id, "moment": at} for case_id, at in rows])


def put(session: Session, alarms: Iterable[tuple[int, datetime]], now: datetime) -> None:
    """Set the alarms of cases that have changed. One that is due already stays: it has not been looked at yet."""
    rows = [{"case_id": case_id, "at": at} for case_id, at in alarms]
    if not rows:
        return
    upsert: Any = (sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert)(Alarm)
    moved = case((Alarm.at <= now, Alarm.at), else_=upsert.excluded.at)
    session.connection().execute(upsert.on_conflict_do_update(index_elements=["case_id"], set_={"at": moved}), rows)


def drop(session: Session, case_ids: Collection[int]) -> None:
    """Let nothing more be looked at."""
    if case_ids:
        session.connection().execute(delete(Alarm).where(Alarm.case_id.in_(case_ids)))


def spoil(session: Session, case_ids: Collection[int]) -> None:
    """Note on all nag cards that these cases have changed."""
    if case_ids:
        session.connection().execute(update(Nag).where(Nag.case_id.in_(case_ids), ~Nag.stale).values(stale=True))


def put_all(session: Session, states: Collection[str], at: datetime) -> None:
    """Let every case in these states be looked at then, or before."""
    chosen = select(Case.id, literal(at, Alarm.at.type)).where(Case.state.in_(states))
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    upsert: Any = (sqlite.insert if is_sqlite else postgresql.insert)(Alarm).from_select(["case_id", "at"], chosen)
    sooner = (func.min if is_sqlite else func.least)(Alarm.at, upsert.excluded.at)
    session.connection().execute(upsert.on_conflict_do_update(index_elements=["case_id"], set_={"at": sooner}))


def put_missing(session: Session, states: Collection[str], at: datetime) -> int:
    """Let the cases in these states that have no alarm be looked at then; return how many there were."""
    missing = (
        select(Case.id, literal(at, Alarm.at.type))
        .outerjoin(Alarm, Alarm.case_id == Case.id)
        .where(Case.state.in_(states), Alarm.case_id.is_(None))
    )
    added = insert(Alarm).from_select(["case_id", "at"], missing).returning(Alarm.case_id)
    return len(session.connection().execute(added).all())
