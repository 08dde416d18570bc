"""Hours of service: actual ones within the slots, training apart; stars, and who is congratulated on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.domain import service
from bot.domain.service import Spell
from bot.services import attendance
from bot.services.desk import Desk
from storage.models import Attendance, Shift, Volunteer

TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Served:
    """What somebody did in one shift."""

    shift: Shift
    rows: tuple[Attendance, ...]

    @property
    def minutes(self) -> int:
        """The minutes of actual service."""
        good = (each for each in self.rows if each.state == attendance.GOOD)
        spells = [Spell(each.came_at, each.left_at) for each in good if each.left_at is not None]
        return service.minutes_served(spells, service.slot(self.shift.begins, self.shift.ends, self.shift.cancelled_at))


def of(desk: Desk, person_id: int) -> list[Served]:
    """Return all that somebody did, by shift, the newest first."""
    query = select(Attendance, Shift).join(Shift, Shift.id == Attendance.shift_id)
    found: defaultdict[int, list[Attendance]] = defaultdict(list)
    held: dict[int, Shift] = {}
    for row, shift in desk.session.execute(query.where(Attendance.person_id == person_id).order_by(Attendance.came_at)):
        held[shift.id] = shift
        found[shift.id].append(row)
    served = [Served(shift, tuple(found[shift.id])) for shift in held.values()]
    return sorted(served, key=lambda each: each.shift.begins, reverse=True)


def in_shift(desk: Desk, shift: Shift, person_id: int) -> Served:
    """Return what somebody did in a shift."""
    return Served(shift, tuple(attendance.of_shift(desk, shift.id, person_id)))


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
