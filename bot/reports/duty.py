"""The figures of voluntary service (志愿服务), each once: shifts planned and held, hands wanted and there, and minutes.

A shift counts when it begins, once it is over, for its post and with that for the unit that organises the post; posts
add up to units, units and days to the whole. 应有班次 (planned) are the duties that were not cancelled; 有人到岗 (held)
those of them in which somebody served at least a minute within the slot; 空岗 (missing) the others. 到岗率 = 有人到岗
/ 应有班次. 应到人次 (wanted) is the crew of those planned, 实到人次 (came) one for each person and duty that was served
in, 缺 (lacking) what each of those planned is short of its crew: more hands at one post fill no other. Minutes are
those of actual service within the slot, training apart (志愿服务记录办法); whoever has not signed out of a shift that
is over was there to its end. A minute counts once: where shifts of one person overlap (two accounts that turned out to
be theirs), in the one that began first, wherever it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.domain.service import LONGEST, Spell, Stay, minutes_apart, slot
from bot.reports.period import Period
from bot.reports.tally import Rate
from storage.models import Attendance, Post, Shift

_GOOD, _TRAINING = "good", "training"


class Stand(NamedTuple):
    """A post where volunteers stand, whether of the pack or made in chat, and the unit that organises it."""

    code: str
    unit: str
    name: str
    name_en: str


class Served(NamedTuple):
    """A shift that is over: who served how many minutes in it, by person."""

    stand: Stand
    crew: int
    is_held: bool  # not cancelled
    is_training: bool
    minutes: Mapping[int, int]  # what was left of somebody who is forgotten stands below zero, each coming by itself


@dataclass(frozen=True, slots=True)
class Duty:
    """The figures of a period for a post, a unit or all; those of parts add up to that of the whole."""

    planned: int = 0
    held: int = 0
    wanted: int = 0
    came: int = 0
    lacking: int = 0
    minutes: int = 0
    training: int = 0

    def __add__(self, other: Duty) -> Duty:
        return Duty(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def missing(self) -> int:
        """空岗: planned, and nobody served."""
        return self.planned - self.held

    @property
    def rate(self) -> Rate:
        """到岗率 = 有人到岗 / 应有班次."""
        return Rate(self.held, self.planned)


def duty(served: Served) -> Duty:
    """Return the figures of one shift."""
    came, minutes = len(served.minutes), sum(served.minutes.values())
    if served.is_training:
        return Duty(training=minutes)
    if not served.is_held:
        return Duty(came=came, minutes=minutes)
    return Duty(1, int(came > 0), served.crew, came, max(0, served.crew - came), minutes)


def whole(shifts: Iterable[Served]) -> Duty:
    """Return the figures of all these shifts."""
    return sum(map(duty, shifts), Duty())


def by_stand(shifts: Iterable[Served]) -> dict[Stand, Duty]:
    """Return the figures of each post, in the order of their codes."""
    found: defaultdict[Stand, Duty] = defaultdict(Duty)
    for each in shifts:
        found[each.stand] += duty(each)
    return dict(sorted(found.items()))


def read(session: Session, period: Period, units: frozenset[str] | None, now: datetime) -> tuple[Served, ...]:
    """Return the shifts of a period that are over, at the posts of these units or of all.

    A period that is cut short, such as today until noon, has those that were over by then.
    """
    over_by = period.end if period.until is not None else now
    within = [Shift.begins >= period.start, Shift.begins < period.end, Shift.ends <= over_by]
    if units is not None:
        within.append(Post.unit.in_(units))
    shifts = session.scalars(select(Shift).join(Post, Post.code == Shift.post).where(*within).order_by(Shift.begins))
    minutes, stands = _minutes(session, period, within), read_stands(session)
    return tuple(
        Served(stands[each.post], each.crew, each.cancelled_at is None, each.kind == _TRAINING, minutes[each.id])
        for each in shifts
    )


def read_stands(session: Session) -> dict[str, Stand]:
    """Return all posts there ever were, by code."""
    rows = session.execute(select(Post.code, Post.unit, Post.name, Post.name_en))
    return {row.code: Stand(*row) for row in rows}


_Stays = Mapping[int, Mapping[int, Stay]]
"""What people did, by person and shift."""


def _minutes(
    session: Session, period: Period, within: Iterable[ColumnElement[bool]]
) -> defaultdict[int, dict[int, int]]:
    """Return who served how many minutes, by shift and person."""
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for person_id, stays in _stays(session, period, within).items():
        for shift_id, n in minutes_apart(stays).items():
            if n:
                found[shift_id][person_id] = n
    return found


def _stays(session: Session, period: Period, within: Iterable[ColumnElement[bool]]) -> _Stays:
    """Read what those who served within did at other posts meanwhile, too: no minute of theirs counts twice."""
    those = select(Attendance.person_id).join(Shift, Shift.id == Attendance.shift_id)
    those = those.join(Post, Post.code == Shift.post).where(*within)
    columns = (Attendance.id, Attendance.shift_id, Attendance.person_id, Attendance.came_at, Attendance.left_at)
    query = select(*columns, Shift.begins, Shift.ends, Shift.cancelled_at).join(Shift, Shift.id == Attendance.shift_id)
    query = query.where(Shift.begins >= period.start - LONGEST, Shift.begins < period.end, Attendance.state == _GOOD)
    found: defaultdict[int, dict[int, Stay]] = defaultdict(dict)
    for row in session.execute(query.where(Attendance.person_id.in_(those))):
        nothing = Stay(slot(row.begins, row.ends, row.cancelled_at), ())
        stay = found[row.person_id or -row.id].get(row.shift_id, nothing)
        spell = Spell(row.came_at, row.left_at or max(row.came_at, row.ends))
        found[row.person_id or -row.id][row.shift_id] = Stay(stay.slot, (*stay.spells, spell))
    return found
