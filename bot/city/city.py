"""One city, whole and immutable in memory, with the look-ups that everyone else asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from functools import cached_property, lru_cache
from math import cos, radians
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from bot.city.record import Record
from bot.city.records import (
    Behaviour,
    Category,
    CategoryClass,
    Circle,
    Condition,
    DutyPost,
    DutyRota,
    Place,
    Point,
    PointClass,
    Staff,
    Standard,
    Unit,
)
from bot.city.settings import Settings
from bot.domain.geo import (
    DEGREE_METRES,
    Box,
    Edge,
    are_around,
    box_around,
    box_of,
    edges_of,
    metres_between,
    metres_to_line,
)
from bot.domain.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

CELL_DEGREES = 0.002
LATELY = 1000
"""For so many positions it is remembered what lies there: one report asks for its own again and again."""
SETTINGS = "settings"
KINDS: Mapping[str, type[Record]] = {
    SETTINGS: Settings,
    "unit": Unit,
    "point_class": PointClass,
    "circle": Circle,
    "point": Point,
    "category": Category,
    "condition": Condition,
    "place": Place,
    "standard": Standard,
    "staff": Staff,
    "post": DutyPost,
    "rota": DutyRota,
    "behaviour": Behaviour,
}
R = TypeVar("R", bound=Record)
K = TypeVar("K", bound=Hashable)
Key = tuple[str, str]


class UnknownCodeError(LookupError):
    """No record of that kind ever had that code."""

    def __init__(self, kind: str, code: str) -> None:
        """Take the kind and the code that were asked for."""
        super().__init__(kind, code)
        self.kind, self.code = kind, code


class Near(NamedTuple):
    """A point and its distance in metres."""

    point: Point
    metres: float


class City:
    """A city pack as everyone sees it.

    The mappings (`units`, `points`, …) hold what is valid now, by code, in the pack's order. The functions named in the
    singular (`unit(code)`, …) also find what has been retired, since old cases still speak of it, and raise
    `UnknownCodeError` for a code that never was.
    """

    def __init__(self, records: Mapping[Key, Record], retired: Iterable[Key] = ()) -> None:
        """Take the records by (kind, code), retired ones included, and the keys of those that are retired."""
        gone = set(retired)
        self._all = dict(records)
        self._live: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS}
        for (kind, code), record in records.items():
            if (kind, code) not in gone:
                self._live[kind][code] = record
        self.settings: Settings = self._live_of(SETTINGS, Settings).get(SETTINGS) or Settings(name="?")
        self.units = self._live_of("unit", Unit)
        self.classes = self._live_of("point_class", PointClass)
        self.circles = self._live_of("circle", Circle)
        self.points = self._live_of("point", Point)
        self.categories = self._live_of("category", Category)
        self.conditions = self._live_of("condition", Condition)
        self.places = self._live_of("place", Place)
        self.standards = self._live_of("standard", Standard)
        self.staff = self._live_of("staff", Staff)
        self.posts = self._live_of("post", DutyPost)
        self.rotas = self._live_of("rota", DutyRota)
        self.behaviours = self._live_of("behaviour", Behaviour)

    def _live_of(self, kind: str, _model: type[R]) -> Mapping[str, R]:
        return cast("Mapping[str, R]", self._live[kind])

    def _find(self, kind: str, code: str, model: type[R]) -> R:
        record = self._all.get((kind, code))
        if not isinstance(record, model):
            raise UnknownCodeError(kind, code)
        return record

    def unit(self, code: str) -> Unit:
        """Return the unit, retired or not."""
        return self._find("unit", code, Unit)

    def point_class(self, code: str) -> PointClass:
        """Return the class of points, retired or not."""
        return self._find("point_class", code, PointClass)

    def circle(self, code: str) -> Circle:
        """Return the circle, retired or not."""
        return self._find("circle", code, Circle)

    def point(self, code: str) -> Point:
        """Return the point, retired or not."""
        return self._find("point", code, Point)

    def category(self, code: str) -> Category:
        """Return the category, retired or not."""
        return self._find("category", code, Category)

    def condition(self, code: str) -> Condition:
        """Return the condition, retired or not."""
        return self._find("condition", code, Condition)

    def place(self, code: str) -> Place:
        """Return the place, retired or not."""
        return self._find("place", code, Place)

    def behaviour(self, code: str) -> Behaviour:
        """Return what is counted, retired or not."""
        return self._find("behaviour", code, Behaviour)

    # What belongs together.

    @cached_property
    def category_classes(self) -> Mapping[str, CategoryClass]:
        """Return the classes of the live categories by code, the matters (06–10) before the facilities (01–05)."""
        return {
            category.class_code: CategoryClass(
                code=category.class_code, name=category.class_name, name_en=category.class_name_en
            )
            for category in sorted(self.categories.values(), key=lambda each: (each.facility, each.code))
        }

    def categories_of(self, class_code: str) -> tuple[Category, ...]:
        """Return the categories of a class, by code."""
        return self._by_class.get(class_code, ())

    def conditions_of(self, category: str) -> tuple[Condition, ...]:
        """Return the conditions of a category, else those of its class; the first is the one to assume."""
        return self._by_category.get(category) or self._by_category.get(category[:2], ())

    def points_in(self, circle: str) -> tuple[Point, ...]:
        """Return the anchor and the satellites of a circle."""
        return self._by_circle.get(circle, ())

    @cached_property
    def anchors(self) -> tuple[Point, ...]:
        """Return the anchors of all circles, in the pack's order."""
        return tuple(point for point in self.points.values() if point.anchor and point.circle in self.circles)

    def rhythm_of(self, point: Point) -> str:
        """Return how often the leader of a point goes round: daily, weekly, or empty for never."""
        kind = self.classes.get(point.class_code)
        return kind.rhythm if kind else ""

    def points_of(self, unit: str) -> tuple[Point, ...]:
        """Return the points for which a unit answers in any of its three ways, each once."""
        return self._by_unit.get(unit, ())

    def standards_of(self, point_class: str) -> tuple[Standard, ...]:
        """Return what is checked at a class of points, in the pack's order."""
        return self._standards.get(point_class, ())

    def leader_of(self, point: str) -> Staff | None:
        """Return the post that leads a point, if people.csv names one."""
        return self._leaders.get(point)

    def condition_for(self, category: str, area_class: str = "", *, urgent: bool = False) -> Condition | None:
        """Return the condition that fits best: the right urgency first, then the class of area, else the first one."""
        conditions = self.conditions_of(category)
        return max(
            conditions,
            key=lambda each: (each.urgent == urgent, each.area_class == area_class, not each.area_class),
            default=None,
        )

    @cached_property
    def _by_class(self) -> dict[str, tuple[Category, ...]]:
        return group(sorted(self.categories.values(), key=lambda each: each.code), lambda each: (each.class_code,))

    @cached_property
    def _by_category(self) -> dict[str, tuple[Condition, ...]]:
        return group(self.conditions.values(), lambda each: (each.category,))

    @cached_property
    def _by_circle(self) -> dict[str, tuple[Point, ...]]:
        return group(self.points.values(), lambda each: (each.circle,) if each.circle else ())

    @cached_property
    def _by_unit(self) -> dict[str, tuple[Point, ...]]:
        return group(
            self.points.values(), lambda each: {each.trade_unit, each.territorial_unit, each.sponsor_unit} - {""}
        )

    @cached_property
    def _standards(self) -> dict[str, tuple[Standard, ...]]:
        return group(self.standards.values(), lambda each: (each.point_class,))

    @cached_property
    def _leaders(self) -> dict[str, Staff]:
        leaders = (each for each in self.staff.values() if each.role is Role.LEADER)
        return {point: leader for leader in leaders for point in leader.points}

    # What lies where.

    def inside(self, lat: float, lon: float) -> bool:
        """Return whether a position lies in the city; everything does where the pack gives no boundary."""
        return not self._boundaries or any(are_around(edges, lat, lon) for edges in self._boundaries)

    @cached_property
    def _boundaries(self) -> list[list[Edge]]:
        return [edges_of(place.geometry) for place in self.places.values() if place.kind == "boundary"]

    @lru_cache(LATELY)  # noqa: B019 -- a city of before goes with the last answer it gave
    def points_near(self, lat: float, lon: float, metres: float) -> Sequence[Near]:
        """Return the points within so many metres, nearest first."""
        reach_lat = metres / DEGREE_METRES
        reach_lon = reach_lat / max(0.01, cos(radians(lat)))
        west, east = int((lon - reach_lon) // CELL_DEGREES), int((lon + reach_lon) // CELL_DEGREES)
        south, north = int((lat - reach_lat) // CELL_DEGREES), int((lat + reach_lat) // CELL_DEGREES)
        cells = ((x, y) for x in range(west, east + 1) for y in range(south, north + 1))
        found = (
            Near(point, metres_between(lat, lon, point.lat, point.lon))
            for cell in cells
            for point in self._cells.get(cell, ())
        )
        return sorted(
            (near for near in found if near.metres <= metres), key=lambda near: (near.metres, near.point.code)
        )

    @cached_property
    def _cells(self) -> dict[tuple[int, int], tuple[Point, ...]]:
        return group(
            self.points.values(), lambda each: ((int(each.lon // CELL_DEGREES), int(each.lat // CELL_DEGREES)),)
        )

    @lru_cache(LATELY)  # noqa: B019 -- a city of before goes with the last answer it gave
    def places_at(self, lat: float, lon: float) -> Sequence[Place]:
        """Return the grids, areas, landmarks and boundary that hold a position, in that order."""
        order = {"grid": 0, "area": 1, "landmark": 2, "boundary": 3}
        held = [
            place
            for place, (west, south, east, north), edges in self._surfaces
            if south <= lat <= north and west <= lon <= east and are_around(edges, lat, lon)
        ]
        return sorted(held, key=lambda place: order.get(place.kind, len(order)))

    @cached_property
    def _surfaces(self) -> list[tuple[Place, Box, list[Edge]]]:
        surfaces = (each for each in self.places.values() if each.geometry["type"] in {"Polygon", "MultiPolygon"})
        return [(place, box_of(place.geometry), edges_of(place.geometry)) for place in surfaces]

    @lru_cache(LATELY)  # noqa: B019 -- a city of before goes with the last answer it gave
    def road_near(self, lat: float, lon: float, metres: float) -> Place | None:
        """Return the nearest road within so many metres, if there is one."""
        reach = box_around(lat, lon, metres)
        roads = (
            road
            for road, (west, south, east, north) in self._road_boxes
            if south <= reach.north and reach.south <= north and west <= reach.east and reach.west <= east
        )
        distances = [(metres_to_line(road.geometry, lat, lon), road.code, road) for road in roads]
        nearest = min(distances, default=None, key=lambda each: each[:2])
        return nearest[2] if nearest and nearest[0] <= metres else None

    @cached_property
    def _road_boxes(self) -> list[tuple[Place, Box]]:
        return [(place, box_of(place.geometry)) for place in self.places.values() if place.kind == "road"]

    def unit_at(self, lat: float, lon: float) -> Unit | None:
        """Return the unit whose grid or area holds a position, the grid's first."""
        for place in self.places_at(lat, lon):
            if place.unit in self.units:
                return self.units[place.unit]
        return None

    def area_class_at(self, lat: float, lon: float) -> str:
        """Return the class of area at a position (conditions may depend on it), or nothing."""
        return next((place.area_class for place in self.places_at(lat, lon) if place.area_class), "")


def group(records: Iterable[R], keys: Callable[[R], Iterable[K]]) -> dict[K, tuple[R, ...]]:
    """Gather records under each of their keys, in order."""
    gathered: dict[K, list[R]] = defaultdict(list)
    for record in records:
        for key in keys(record):
            gathered[key].append(record)
    return {key: tuple(records) for key, records in gathered.items()}
