"""Records of service for volunteers' platforms: who served when and where, by the figures of `hours` and no others.

A public list masks names (公示); a release names those who consented to it, and nobody else. Children
under 14 stand in neither. Columns: those of the records that public platforms show (编号、区域、地点、组织单位、
联系人、时间、时长、内容).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from bot.domain import service
from bot.reports.period import Period
from bot.services.volunteering import attendance, hours, release
from bot.services.volunteering.hours import Served
from storage.models import Attendance, Person, Post, Shift, Tally, Volunteer


class Purpose(StrEnum):
    """For whom records are written out."""

    PUBLIC = "public"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Record:
    """What somebody did in one shift; `name` is empty for whoever may not be named."""

    served: Served
    post: Post
    person_id: int
    name: str
    team: str

    @property
    def minutes(self) -> int:
        """The minutes of actual service."""
        return self.served.minutes

    @property
    def is_training(self) -> bool:
        """Whether it is counted apart."""
        return self.served.shift.kind == hours.TRAINING


@dataclass(frozen=True, slots=True)
class Records:
    """All records of some days, the oldest first, and what each crew counted, by shift."""

    purpose: Purpose
    period: Period
    rows: tuple[Record, ...]
    counts: dict[int, Counter[str]]

    @property
    def named(self) -> list[Record]:
        """Those that are written out one by one."""
        return [each for each in self.rows if each.name]

    @property
    def left_out(self) -> list[Record]:
        """Those that only the sums of their shift hold."""
        return [each for each in self.rows if not each.name]


def people_in(records: Iterable[Record]) -> int:
    """Return how many persons these are of."""
    return len({each.person_id for each in records})


def collect(session: Session, period: Period, units: frozenset[str] | None, purpose: Purpose) -> Records:
    """Read the records of the days of a period, at the posts of these units (None: at all posts).

    What somebody did elsewhere meanwhile is read, too, since no minute of theirs counts twice.
    """
    first, last = period.first.isoformat(), period.last.isoformat()
    found = _read(session, (period.first - service.LONGEST).isoformat(), last)
    served = hours.apart((row, shift) for row, shift, _, _, _ in found)
    known = {row.id: (post, person, volunteer) for row, _, post, person, volunteer in found}
    records = (_record(each, *known[each.rows[0].id], purpose) for each in served if each.minutes)
    wanted = (each for each in records if each.served.shift.day >= first and (units is None or each.post.unit in units))
    ranked = sorted(wanted, key=lambda each: (each.served.shift.begins, each.post.code, each.served.rows[0].id))
    return Records(purpose, period, tuple(ranked), _counts(session, Shift.day >= first, Shift.day <= last))


def named_as(person: Person, volunteer: Volunteer | None) -> str:
    """Return the name by which somebody wants to be certified, else the one that is shown."""
    return (volunteer.full_name if volunteer else "") or person.name


def _read(session: Session, first: str, last: str) -> Sequence[Row[Attendance, Shift, Post, Person, Volunteer]]:
    query = select(Attendance, Shift, Post, Person, Volunteer).join(Shift, Shift.id == Attendance.shift_id)
    query = query.join(Post, Post.code == Shift.post).join(Person, Person.id == Attendance.person_id)
    query = query.outerjoin(Volunteer, Volunteer.person_id == Person.id)
    gone = (Attendance.state == attendance.GOOD, Attendance.left_at.is_not(None))
    query = query.where(Shift.day >= first, Shift.day <= last, *gone)
    return session.execute(query.order_by(Shift.begins, Post.code, Attendance.id)).all()


def _record(served: Served, post: Post, person: Person, volunteer: Volunteer | None, purpose: Purpose) -> Record:
    return Record(served, post, person.id, _name(person, volunteer, purpose), volunteer.team if volunteer else "")


def _name(person: Person, volunteer: Volunteer | None, purpose: Purpose) -> str:
    if volunteer is None or not release.may_decide(volunteer):
        return ""
    if purpose is Purpose.PUBLIC:
        return service.masked(named_as(person, volunteer))
    return named_as(person, volunteer) if volunteer.release_at is not None else ""


def _counts(session: Session, *days: ColumnElement[bool]) -> dict[int, Counter[str]]:
    query = select(Tally.shift_id, Tally.behaviour, func.sum(Tally.count)).join(Shift, Shift.id == Tally.shift_id)
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    grouped = query.where(*days).group_by(Tally.shift_id, Tally.behaviour)
    for shift_id, behaviour, n in session.execute(grouped):
        found[shift_id][behaviour] += int(n)
    return dict(found)
