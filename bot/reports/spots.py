"""Cases gathered by kind and place: at one point, or within the few metres in which the city calls cases similar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import cos, floor, radians
from typing import NamedTuple

from bot.city.model import City, UnknownCodeError
from bot.domain.geo import DEGREE_METRES, metres_between
from bot.reports.cases import CaseFacts

_METRES = 50
"""Where the pack no longer knows a category."""
Cell = tuple[int, int]


class Spot(NamedTuple):
    """A place of one kind of trouble: its category, and its cases from the first to the last."""

    category: str
    cases: tuple[CaseFacts, ...]


def has_place(case: CaseFacts) -> bool:
    """Tell whether a case can be matched with others: it has a point or a position; words alone cannot be."""
    return bool(case.point) or (case.lat is not None and case.lon is not None)


def spots(city: City, cases: Iterable[CaseFacts]) -> list[Spot]:
    """Return the spots of these cases (each has a place), those with most cases first.

    Cases at a point belong together by that point. Others join the nearest first case within the category's
    `similar_metres`, or begin a spot of their own; so no case is in two spots, whatever the order of distances.
    """
    at_points: defaultdict[tuple[str, str], list[CaseFacts]] = defaultdict(list)
    elsewhere: defaultdict[str, list[CaseFacts]] = defaultdict(list)
    for case in sorted(cases, key=lambda each: (each.reported_at, each.id)):
        if case.point:
            at_points[case.category, case.point].append(case)
        else:
            elsewhere[case.category].append(case)
    found = [Spot(category, tuple(each)) for (category, _), each in at_points.items()]
    for category, each in elsewhere.items():
        found += [Spot(category, tuple(group)) for group in _near(each, _reach(city, category))]
    return sorted(found, key=lambda spot: (-len(spot.cases), spot.category, spot.cases[0].id))


def _near(cases: Sequence[CaseFacts], metres: int) -> list[list[CaseFacts]]:
    groups: list[list[CaseFacts]] = []
    cells: defaultdict[Cell, list[list[CaseFacts]]] = defaultdict(list)
    # Squares no narrower than the reach anywhere among the cases: what is near lies in the same one or beside it.
    height = metres / DEGREE_METRES
    width = height / max(0.01, min(cos(radians(case.lat or 0.0)) for case in cases))
    for case in cases:
        cell = floor((case.lat or 0.0) / height), floor((case.lon or 0.0) / width)
        near = [(_metres(case, group[0]), number, group) for number, group in enumerate(_around(cells, cell))]
        nearest = min(near, key=lambda each: each[:2], default=None)
        if nearest and nearest[0] <= metres:
            nearest[2].append(case)
        else:
            groups.append([case])
            cells[cell].append(groups[-1])
    return groups


def _around(cells: Mapping[Cell, list[list[CaseFacts]]], cell: Cell) -> Iterator[list[CaseFacts]]:
    for row in range(cell[0] - 1, cell[0] + 2):
        for column in range(cell[1] - 1, cell[1] + 2):
            yield from cells.get((row, column), ())


def _metres(case: CaseFacts, other: CaseFacts) -> float:
    return metres_between(case.lat or 0.0, case.lon or 0.0, other.lat or 0.0, other.lon or 0.0)


def _reach(city: City, category: str) -> int:
    try:
        return city.category(category).similar_metres
    except UnknownCodeError:
        return _METRES
