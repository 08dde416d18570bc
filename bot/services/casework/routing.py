"""Who gets a case: a pure choice among the city's parties, then whoever of them can be reached. Never nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple

from bot.city.model import City, Point
from bot.domain.roles import Role
from bot.services import people
from bot.services.desk import Desk
from bot.services.staffing import absences
from storage.models import Case


class Candidate(NamedTuple):
    """A party that may be asked: the leader of a point, or a unit. `unit` has the lead either way."""

    kind: Literal["leader", "unit"]
    unit: str
    point: str = ""

    @property
    def key(self) -> str:
        """What a case remembers of a party that handed it back."""
        return f"leader:{self.point}" if self.kind == "leader" else f"unit:{self.unit}"


Why = Literal["", "not_joined", "unreachable", "away"]
"""Why it is not the first in line who is asked."""


class Owner(NamedTuple):
    """Who is asked. Without a person, headquarters stands in; `stepped_in` says why it is not the first in line."""

    unit: str
    person_id: int | None
    kind: Literal["leader", "unit_head", "dispatcher"]
    stepped_in: Why = ""


def candidates(
    city: City, category: str, lat: float | None = None, lon: float | None = None, point: str = ""
) -> list[Candidate]:
    """Return who may be asked, the best first: the point (named, or the nearest in reach) by its leader and its
    units, the road, the grid, the area, and the unit that usually has this category.
    """
    default = city.categories[category].default_unit if category in city.categories else ""
    found: dict[str, Candidate] = {}
    for candidate in _all(city, default, lat, lon, point):
        if candidate.unit in city.units:
            found.setdefault(candidate.key, candidate)
    return list(found.values())


def choose(desk: Desk, case: Case) -> Owner | None:
    """Return the owner for a case: the first candidate that has not handed it back; None where none is left."""
    tried = {_as_now(desk, str(key)) for key in case.tried}
    for candidate in candidates(desk.city, case.category, case.lat, case.lon, case.point):
        if candidate.key in tried:
            continue
        found = owner(desk, candidate)
        if f"person:{found.person_id}" not in tried:
            return found
    return None


def owner(desk: Desk, candidate: Candidate) -> Owner:
    """Return who is asked for a candidate: its leader, or else the unit's head, or else headquarters.

    Whoever stands in for one who is away is asked in their place.
    """
    unit = candidate.unit
    stepped_in: Why = ""
    if candidate.kind == "leader":
        leader, stepped_in = _first(desk, people.holders(desk.session, [Role.LEADER], desk.now, point=candidate.point))
        if leader is not None:
            return Owner(unit, leader, "leader", stepped_in)
    head, missing = _first(desk, people.holders(desk.session, [Role.UNIT_HEAD], desk.now, unit=unit))
    reason = missing if missing == "away" else stepped_in or missing
    if head is not None:
        return Owner(unit, head, "unit_head", reason)
    return Owner(unit, None, "dispatcher", reason)


def handed_back(case: Case, by: Collection[int]) -> list[str]:
    """Return what to remember when the present owner hands the case back: the party and the people."""
    party = f"leader:{case.point}" if case.owner_kind == "leader" else f"unit:{case.unit}"
    return [*dict.fromkeys([*map(str, case.tried), party, *(f"person:{each}" for each in by)])]


def _as_now(desk: Desk, key: str) -> str:
    """Name a person who has tried as who they are now."""
    kind, _, person_id = key.partition(":")
    return f"{kind}:{people.merged(desk.session, int(person_id)).id}" if kind == "person" else key


def _all(city: City, default: str, lat: float | None, lon: float | None, point: str) -> Iterator[Candidate]:
    at = _point(city, lat, lon, point)
    if at is not None:
        parties = [unit for unit in (at.territorial_unit, at.trade_unit, at.sponsor_unit) if unit]
        yield from (Candidate("leader", unit, at.code) for unit in parties[:1])
        # Among the point's units the one whose usual business the category is comes first.
        yield from (Candidate("unit", unit) for unit in sorted(parties, key=lambda unit: unit != default))
    if lat is not None and lon is not None:
        road = city.road_near(lat, lon, city.settings.route_metres)
        yield from (Candidate("unit", place.unit) for place in ([road] if road else []))
        yield from (Candidate("unit", place.unit) for place in city.places_at(lat, lon))
    yield Candidate("unit", default)


def _point(city: City, lat: float | None, lon: float | None, point: str) -> Point | None:
    if point in city.points:
        return city.points[point]
    if lat is None or lon is None:
        return None
    near = city.points_near(lat, lon, city.settings.route_metres)
    return near[0].point if near else None


def _first(desk: Desk, persons: Sequence[int]) -> tuple[int | None, Why]:
    """Return the first of them who can be reached, or their stand-in, and why it is not who it should be."""
    for person_id in persons:
        acting = absences.standing_in(desk, person_id)
        if people.private_chat(desk.session, acting) is not None:
            return acting, "" if acting == person_id else "away"
    return None, "unreachable" if persons else "not_joined"
