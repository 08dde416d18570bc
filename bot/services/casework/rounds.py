"""Which rounds (巡查) somebody has to make now."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from bot.city.model import City, Point
from bot.domain.patrol import Rhythm, slot_of
from bot.domain.roles import Role
from bot.services import people
from bot.services.casework import clocks
from bot.services.desk import Desk
from bot.services.staffing import absences
from storage.models import Patrol

_FEW = 500
"""Of more points it is cheaper to read all rounds of a slot than to name them."""
_ORDER = list(Rhythm)


class Round(NamedTuple):
    """A round that is to be made: where, for which slot, and in which rhythm."""

    point: Point
    slot: str
    rhythm: Rhythm


def due(desk: Desk, person_id: int) -> list[Round]:
    """Return the rounds that somebody has to make now and nobody has made, those in whose place they act included.

    Those of the day come before those of the week.
    """
    expected = sorted(dict.fromkeys(_all(desk, person_id)), key=lambda each: _ORDER.index(each.rhythm))
    made = made_of(desk, expected)
    return [each for each in expected if (each.point.code, each.slot) not in made]


def leads(desk: Desk, person_id: int, point: str) -> bool:
    """Tell whether a round at a point is theirs today or this week, made or not."""
    return any(each.point.code == point for each in _all(desk, person_id))


def made_of(desk: Desk, rounds: Collection[Round]) -> set[tuple[str, str]]:
    """Return the point and slot of those of these rounds that were made."""
    codes = {each.point.code for each in rounds}
    query = select(Patrol.point, Patrol.slot).where(Patrol.slot.in_({each.slot for each in rounds}))
    if len(codes) < _FEW:
        query = query.where(Patrol.point.in_(codes))
    return {(point, slot) for point, slot in desk.session.execute(query)} if codes else set()


def of_point(city: City, point: Point, today: date) -> Round | None:
    """Return the round that the leader of a point makes today or this week, if there is one."""
    rhythm = city.rhythm_of(point)
    if not rhythm or (rhythm == Rhythm.DAILY and not clocks.calendar(city).is_working_day(today)):
        return None
    return Round(point, slot_of(Rhythm(rhythm), today), Rhythm(rhythm))


def of_circle(anchor: Point, today: date) -> Round:
    """Return the round that the chief of a circle makes this week, at its anchor."""
    return Round(anchor, slot_of(Rhythm.CHIEF, today), Rhythm.CHIEF)


def today(desk: Desk) -> date:
    """Return the city's date."""
    return desk.now.astimezone(clocks.calendar(desk.city).zone).date()


def _all(desk: Desk, person_id: int) -> Iterator[Round]:
    city, day = desk.city, today(desk)
    for acting_for in (person_id, *absences.absents(desk, person_id)):
        codes = desk.session.scalars(people.points_of(acting_for, desk.now)).all()
        points = (city.points[code] for code in codes if code in city.points)
        yield from filter(None, (of_point(city, point, day) for point in points))
        if city.settings.patrols.chiefs:
            held = people.functions(desk.session, acting_for, desk.now)
            units = {each.unit for each in held if each.role is Role.UNIT_HEAD}
            yield from (of_circle(anchor, day) for anchor in city.anchors if anchor.chief_unit in units)
