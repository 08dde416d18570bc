"""What is kept of somebody as a volunteer: counted, written out for them to take along, and forgotten when they ask."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.services import attachments
from storage.models import Attachment, Attendance, Board, Certificate, Pin, Shift, Signup, Tally, Volunteer

_VOLUNTEER = (
    "team", "age", "guardian_at", "release_at", "full_name", "listed", "on_call", "asked_at", "star", "joined_at",
)  # fmt: skip
_ATTENDANCE = ("pair", "came_at", "left_at", "came_by", "left_by", "distance", "state", "reason", "decided_at")
_SIGNUP = ("signed_at", "withdrawn_at")
_CERTIFICATE = ("number", "code", "name", "minutes", "training", "first", "last", "made_at")
_TALLY = ("quarter", "behaviour", "count")
_KEY = ["shift_id", "person_id", "quarter", "behaviour"]


def attendances(session: Session, ids: Collection[int]) -> int:
    """Return how often somebody came to a shift."""
    return session.scalar(select(func.count(Attendance.id)).where(Attendance.person_id.in_(ids))) or 0


def counted(session: Session, ids: Collection[int]) -> int:
    """Return how much somebody counted."""
    return session.scalar(select(func.sum(Tally.count)).where(Tally.person_id.in_(ids))) or 0


def export(session: Session, ids: Collection[int]) -> dict[str, Any]:
    """Return all that is kept of somebody as a volunteer, as JSON takes it; times are UTC."""
    volunteers = session.scalars(select(Volunteer).where(Volunteer.person_id.in_(ids)))
    certificates = session.scalars(select(Certificate).where(Certificate.person_id.in_(ids)))
    return {
        "certificates": [_facts(each, _CERTIFICATE) for each in certificates],
        "volunteer": [_facts(each, _VOLUNTEER) for each in volunteers],
        "signups": _of_shifts(session, Signup, ids, _SIGNUP),
        "attendances": _of_shifts(session, Attendance, ids, _ATTENDANCE),
        "counts": _of_shifts(session, Tally, ids, _TALLY),
    }


def forget(session: Session, ids: Collection[int], nobody: int) -> None:
    """Erase who served: that somebody was there, and what was counted, stays as nobody's, since figures need it."""
    _give_counts(session, ids, nobody)
    asked = (Attendance.person_id.in_(ids), Attendance.state == "asked")
    for statement in (
        delete(Attendance).where(*asked),  # nobody is left to whom it could count
        update(Attendance).where(Attendance.person_id.in_(ids)).values(person_id=nobody, pair=Attendance.id, reason=""),
        update(Shift).where(Shift.leader_id.in_(ids)).values(leader_id=None),
        update(Signup).where(Signup.offered_to.in_(ids)).values(offered_to=None),
        delete(Attachment).where(Attachment.person_id.in_(ids), Attachment.purpose == attachments.DUTY),
        *(delete(table).where(table.person_id.in_(ids)) for table in (Signup, Volunteer, Board, Pin, Certificate)),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})


def _give_counts(session: Session, ids: Collection[int], nobody: int) -> None:
    theirs = Tally.person_id.in_(ids)
    key = (Tally.shift_id, Tally.quarter, Tally.behaviour)
    sums = select(Tally.shift_id, literal(nobody), Tally.quarter, Tally.behaviour, func.sum(Tally.count))
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    given = insert(Tally).from_select([*_KEY, "count"], sums.where(theirs).group_by(*key))
    added = given.on_conflict_do_update(index_elements=_KEY, set_={"count": Tally.count + given.excluded.count})
    session.execute(added)
    session.execute(delete(Tally).where(theirs), execution_options={"synchronize_session": False})


def _of_shifts(
    session: Session, table: type[Signup | Attendance | Tally], ids: Collection[int], names: Collection[str]
) -> list[dict[str, Any]]:
    rows = select(table, Shift.post, Shift.day).join(Shift, Shift.id == table.shift_id).where(table.person_id.in_(ids))
    found = session.execute(rows.order_by(Shift.begins))
    return [_facts(row, names) | {"post": post, "day": day} for row, post, day in found]


def _facts(row: object, names: Collection[str]) -> dict[str, Any]:
    values = ((name, getattr(row, name)) for name in names)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values}
