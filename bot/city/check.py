"""Everything that is wrong with a pack, found at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.city.directory import CLASSES
from bot.city.mistakes import Mistake, mistake, nearest
from bot.city.read import read
from bot.city.records import Point
from bot.city.sheets import SHEETS, WORD_COLUMNS, Sheet
from bot.domain.geo import metres_between
from bot.domain.hours import can_be_stood
from bot.domain.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.city.city import City, Key
    from bot.city.pack import Pack
    from bot.city.records import DutyRota


def check(folder: Path) -> list[Mistake]:
    """Return every mistake of the pack in a folder, in the order of files and rows; an empty list means it is good."""
    return check_pack(read(folder))


def check_pack(pack: Pack) -> list[Mistake]:
    """Return the mistakes met when reading, and those that show only when all is seen together."""
    city = pack.city()
    found = [
        *pack.mistakes,
        *(bad for sheet in SHEETS for bad in check_references(pack, sheet)),
        *check_places(pack, city),
        *check_parents(pack, city),
        *check_positions(pack, city),
        *check_circles(pack, city),
        *check_limits(pack, city),
        *check_posts(pack, city),
        *check_duty(pack, city),
    ]
    return sorted(dict.fromkeys(found))


def complain(pack: Pack, where: Key, column: str, value: object, key: str, **facts: object) -> Mistake:
    """Make a mistake at the row where a code stands."""
    file, row = pack.origins[where]
    return mistake(file, row, column, value, key, **facts)


def check_references(pack: Pack, sheet: Sheet) -> Iterator[Mistake]:
    """Yield every code that a row names but no row defines."""
    known = {kind: set(pack.codes(kind)) for kind in set(sheet.references.values())}
    for (kind, code), record in pack.records.items():
        if kind != sheet.kind or not pack.origins[kind, code][1]:
            continue
        for column, target in sheet.references.items():
            named = getattr(record, sheet.columns[column])
            for value in named if column in WORD_COLUMNS else (named,):
                allowed = known[target] | (set(CLASSES) if target == "category" else set())
                if value and value not in allowed:
                    near = nearest(value, allowed)
                    yield complain(pack, (kind, code), column, value, f"{target}_unknown", nearest=near)


def check_places(pack: Pack, city: City) -> Iterator[Mistake]:
    """Yield unknown units of places, and a second boundary."""
    units = set(pack.codes("unit"))
    boundaries = [place for place in city.places.values() if place.kind == "boundary"]
    for place in city.places.values():
        if place.unit and place.unit not in units:
            near = nearest(place.unit, units)
            yield complain(pack, ("place", place.code), "unit", place.unit, "unit_unknown", nearest=near)
    for place in boundaries[1:]:
        yield complain(pack, ("place", place.code), "kind", place.kind, "boundary_twice", first=boundaries[0].code)


def check_parents(pack: Pack, city: City) -> Iterator[Mistake]:
    """Yield every unit that is, through its parents, above itself."""
    for unit in city.units.values():
        above, seen = unit.parent, [unit.code]
        while above in city.units and above not in seen:
            seen.append(above)
            above = city.units[above].parent
        if above == unit.code:
            yield complain(pack, ("unit", unit.code), "parent", unit.parent, "parent_circle", way=" > ".join(seen))


def check_positions(pack: Pack, city: City) -> Iterator[Mistake]:
    """Yield points and posts outside the boundary, saying so where latitude and longitude have changed places."""
    for kind, places in (("point", city.points), ("post", city.posts)):
        for place in places.values():
            if not city.inside(place.lat, place.lon):
                key = "swapped" if city.inside(place.lon, place.lat) else "outside"
                yield complain(pack, (kind, place.code), "lat", f"{place.lat}, {place.lon}", key)


def check_circles(pack: Pack, city: City) -> Iterator[Mistake]:
    """Yield circles without their one anchor, anchors without a circle, and satellites out of reach.

    While a point's row is broken it may be the anchor, so that none is said to be missing.
    """
    whole = len(pack.codes("point")) == len(city.points)
    for point in city.points.values():
        if point.anchor and not point.circle:
            yield complain(pack, ("point", point.code), "circle", "", "anchor_alone")
    for code in city.circles:
        anchors = [point for point in city.points_in(code) if point.anchor]
        if whole and not anchors:
            yield complain(pack, ("circle", code), "code", code, "anchor_missing")
        for second in anchors[1:]:
            yield complain(pack, ("point", second.code), "anchor", code, "anchor_twice", first=anchors[0].code)
        for anchor in anchors[:1]:
            yield from check_reach(pack, city, anchor)


def check_reach(pack: Pack, city: City, anchor: Point) -> Iterator[Mistake]:
    """Yield the satellites that lie farther from their anchor than a circle reaches."""
    reach = city.settings.circle_metres
    for point in city.points_in(anchor.circle):
        metres = metres_between(point.lat, point.lon, anchor.lat, anchor.lon)
        if metres > reach:
            facts = {"metres": round(metres), "reach": reach}
            yield complain(pack, ("point", point.code), "circle", point.circle, "circle_reach", **facts)


def check_limits(pack: Pack, city: City) -> Iterator[Mistake]:
    """Yield live categories for which neither a condition of their own nor one of their class says a limit."""
    for category in city.categories.values() if "conditions" in read_files(pack) else ():
        if not city.conditions_of(category.code):
            file, row = pack.origins["category", category.code]
            yield mistake(file, row, "code", category.code, "condition_missing", name=category.name)


def read_files(pack: Pack) -> set[str]:
    """Return the names, without endings, of the files that gave at least one record."""
    return {file.split(".")[0] for file, _ in pack.origins.values()}


def check_posts(pack: Pack, city: City) -> Iterator[Mistake]:
    """Yield leaders without a point, heads without a unit, and points that have two leaders."""
    leaders: dict[str, str] = {}
    for staff in city.staff.values():
        if staff.role is Role.UNIT_HEAD and not staff.unit:
            yield complain(pack, ("staff", staff.code), "unit", "", "unit_needed")
        if staff.role is not Role.LEADER:
            continue
        if not staff.points:
            yield complain(pack, ("staff", staff.code), "points", "", "points_needed")
        for point in staff.points:
            if point in leaders:
                yield complain(pack, ("staff", staff.code), "points", point, "leader_twice", first=leaders[point])
            leaders.setdefault(point, staff.code)


def check_duty(pack: Pack, city: City) -> Iterator[Mistake]:
    """Yield rotas that nobody can stand so long, and those that begin when another does at the same post."""
    taken: dict[tuple[str, object, str], DutyRota] = {}
    for rota in city.rotas.values():
        if not can_be_stood(rota.begins, rota.ends):
            yield complain(pack, ("rota", rota.code), "ends", f"{rota.ends:%H:%M}", "rota_hours")
        if rota.first and rota.last and rota.first > rota.last:
            yield complain(pack, ("rota", rota.code), "last", rota.last, "rota_days")
        slots = [(rota.post, rota.begins, weekday) for weekday in rota.weekdays]
        others = [taken[slot] for slot in slots if slot in taken and _meet(taken[slot], rota)]
        if others:
            yield complain(
                pack, ("rota", rota.code), "begins", f"{rota.begins:%H:%M}", "rota_twice", first=others[0].code
            )
        taken.update(dict.fromkeys(slots, rota))


def _meet(one: DutyRota, other: DutyRota) -> bool:
    """Tell whether there may be a day on which both hold."""
    gap = (one.last and other.first and one.last < other.first) or (other.last and one.first and other.last < one.first)
    return not gap
