"""Hours of service: actual ones within the slots, training apart; stars, and who is congratulated on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from bot.domain import service
from bot.domain.service import Spell, Stay
from bot.services.desk import Desk
from bot.services.volunteering import attendance
from storage.models import Attendance, Shift, Volunteer

TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Served:
    """What somebody did in one shift, and the minutes of actual service that count in it."""

    shift: Shift
    rows: tuple[Attendance, ...]
    minutes: int


def apart(found: Iterable[tuple[Attendance, Shift]]) -> list[Served]:
    """Return what each person did in each shift; no minute of theirs counts twice, even where shifts overlap.

    So they may, once two accounts turn out to be one person's. Those who were forgotten are nobody, but were not one.
    """
    rows: defaultdict[int, dict[int, list[Attendance]]] = defaultdict(dict)
    held: dict[int, Shift] = {}
    for row, shift in found:
        held[shift.id] = shift
        rows[row.person_id or -row.id].setdefault(shift.id, []).append(row)
    return [each for theirs in rows.values() for each in _apart(theirs, held)]


def of(desk: Desk, person_id: int) -> list[Served]:
    """Return all that somebody did, by shift, the newest first."""
    return sorted(_read(desk, person_id), key=lambda each: each.shift.begins, reverse=True)


def in_shift(desk: Desk, shift: Shift, person_id: int) -> Served:
    """Return what somebody did in a shift."""
    meanwhile = _read(desk, person_id, Shift.begins < shift.ends, Shift.ends > shift.begins)
    return next((each for each in meanwhile if each.shift is shift), Served(shift, (), 0))


def minutes(served: Iterable[Served], *, training: bool = False, since: str = "") -> int:
    """Return the minutes of duty, or of training, since a day of the city (2026-03-01)."""
    return sum(each.minutes for each in served if (each.shift.kind == TRAINING) is training and each.shift.day >= since)


def month_of(desk: Desk, at: datetime) -> str:
    """Return the first day of the city's month."""
    return f"{at.astimezone(desk.words.zone):%Y-%m}-01"


def new_star(desk: Desk, person_id: int) -> int:
    """Return the star that somebody has just reached, once; 0 when there is none."""
    volunteer = desk.session.get(Volunteer, person_id)
    if volunteer is None:
        return 0
    earned = service.stars(minutes(of(desk, person_id)))
    if earned <= volunteer.star:
        return 0
    volunteer.star = earned
    return earned


def milestone(desk: Desk, shift: Shift, person_id: int) -> int:
    """Return the how manieth duty of somebody this was, where that is worth a word; else 0."""
    served = [each.shift for each in of(desk, person_id) if each.minutes and each.shift.kind != TRAINING]
    times = sum(each.begins <= shift.begins for each in served) if shift in served else 0
    return times if times in service.MILESTONES else 0


def _read(desk: Desk, person_id: int, *which: ColumnElement[bool]) -> list[Served]:
    query = select(Attendance, Shift).join(Shift, Shift.id == Attendance.shift_id)
    query = query.where(Attendance.person_id == person_id, *which).order_by(Attendance.came_at)
    return apart((row, shift) for row, shift in desk.session.execute(query))


def _apart(rows: Mapping[int, list[Attendance]], held: Mapping[int, Shift]) -> Iterator[Served]:
    """Yield what one person did, by shift."""
    counted = service.minutes_apart({shift_id: _stay(held[shift_id], each) for shift_id, each in rows.items()})
    for shift_id, each in rows.items():
        yield Served(held[shift_id], tuple(each), counted[shift_id])


def _stay(shift: Shift, rows: Iterable[Attendance]) -> Stay:
    good = (each for each in rows if each.state == attendance.GOOD)
    spells = [Spell(each.came_at, each.left_at) for each in good if each.left_at is not None]
    return Stay(service.slot(shift.begins, shift.ends, shift.cancelled_at), spells)
