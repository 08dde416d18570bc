"""Records of service for volunteers' platforms: who served when and where, by the figures of `hours` and no others.

A public list masks names (公示); a release names those who consented to it, and nobody else. Children
under 14 stand in neither. Columns: those of the records that public platforms show (编号、区域、地点、组织单位、
联系人、时间、时长、内容).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.domain import service
from bot.reports.period import Period
from bot.services import attendance, hours, release
from bot.services.hours import Served
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
    """Read the records of the days of a period, at the posts of these units (None: at all posts)."""
    days = (Shift.day >= period.first.isoformat(), Shift.day <= period.last.isoformat())
    query = select(Attendance, Shift, Post, Person, Volunteer).join(Shift, Shift.id == Attendance.shift_id)
    query = query.join(Post, Post.code == Shift.post).join(Person, Person.id == Attendance.person_id)
    query = query.outerjoin(Volunteer, Volunteer.person_id == Person.id)
    query = query.where(*days, Attendance.state == attendance.GOOD, Attendance.left_at.is_not(None))
    if units is not None:
        query = query.where(Post.unit.in_(units))
    found: dict[tuple[int, int], Record] = {}
    for row, shift, post, person, volunteer in session.execute(query.order_by(Shift.begins, Post.code, Attendance.id)):
        key = (shift.id, person.id or row.id)  # those who were forgotten are nobody, but were not one
        record = found.get(key) or _record(shift, post, person, volunteer, purpose)
        found[key] = replace(record, served=Served(shift, (*record.served.rows, row)))
    return Records(purpose, period, tuple(each for each in found.values() if each.minutes), _counts(session, *days))


def named_as(person: Person, volunteer: Volunteer | None) -> str:
    """Return the name by which somebody wants to be certified, else the one that is shown."""
    return (volunteer.full_name if volunteer else "") or person.name


def _record(shift: Shift, post: Post, person: Person, volunteer: Volunteer | None, purpose: Purpose) -> Record:
    team = volunteer.team if volunteer else ""
    return Record(Served(shift, ()), post, person.id, _name(person, volunteer, purpose), team)


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
