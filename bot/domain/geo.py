"""Places on the earth: distances, boxes, areas and roads; degrees of WGS-84, metres, geometries as GeoJSON has them.

GeoJSON positions are (longitude, latitude); everywhere else latitude comes first. Lines are straight on a plane about
the place asked for, which is right to a metre over the ten kilometres that matter. The antimeridian is not crossed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import asin, cos, degrees, hypot, inf, pi, radians, sin, sqrt
from operator import itemgetter
from typing import Any, NamedTuple

EARTH_METRES = 6_371_008.8
DEGREE_METRES = pi * EARTH_METRES / 180
GRACE_METRES = 2.0

Position = Sequence[float]
Geometry = Mapping[str, Any]
Point = tuple[float, float]


class Spot(NamedTuple):
    """A place by latitude and longitude."""

    lat: float
    lon: float


class Nearest(NamedTuple):
    """The nearest place on a line, and how far it is."""

    lat: float
    lon: float
    metres: float


class Edge(NamedTuple):
    """An edge of an area: the latitudes it spans, its longitude at the southern one, degrees east a degree north."""

    south: float
    north: float
    start: float
    slant: float


class Box(NamedTuple):
    """The places between four bounds, the bounds included."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lat: float, lon: float) -> bool:
        """Say whether the place is inside."""
        return self.south <= lat <= self.north and self.west <= lon <= self.east


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the great-circle distance (haversine, mean radius of the earth)."""
    half_lat, half_lon = radians(other_lat - lat) / 2, radians(other_lon - lon) / 2
    chord = sin(half_lat) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(half_lon) ** 2
    return 2 * EARTH_METRES * asin(min(1.0, sqrt(chord)))


def box_around(lat: float, lon: float, metres: float) -> Box:
    """Return a box that holds every place within so many metres, and a little more; near a pole the whole cap."""
    north, south = (min(90.0, max(-90.0, lat + side * metres / DEGREE_METRES)) for side in (1, -1))
    width = sin(min(pi / 2, metres / EARTH_METRES)) / max(cos(radians(lat)), 1e-12)
    reach = degrees(asin(width)) * (1 + 1e-9) if width < 1 else 360.0
    return Box(max(-180.0, lon - reach), south, min(180.0, lon + reach), north)


def rings_of(geometry: Geometry) -> Iterator[Sequence[Position]]:
    """Yield every ring of a Polygon or MultiPolygon, holes included."""
    if geometry["type"] == "Polygon":
        yield from geometry["coordinates"]
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            yield from polygon


def lines_of(geometry: Geometry) -> Iterator[Sequence[Position]]:
    """Yield every line of a LineString or MultiLineString."""
    if geometry["type"] == "LineString":
        yield geometry["coordinates"]
    elif geometry["type"] == "MultiLineString":
        yield from geometry["coordinates"]


def positions_of(geometry: Geometry) -> Iterator[Position]:
    """Yield every position of a Point, of lines and of areas."""
    if geometry["type"] == "Point":
        yield geometry["coordinates"]
    for path in (*rings_of(geometry), *lines_of(geometry)):
        yield from path


def box_of(geometry: Geometry) -> Box:
    """Return the smallest box that holds the geometry; ValueError when it is empty."""
    positions = list(positions_of(geometry))
    lons, lats = [position[0] for position in positions], [position[1] for position in positions]
    return Box(min(lons), min(lats), max(lons), max(lats))


def contains(geometry: Geometry, lat: float, lon: float) -> bool:
    """Say whether a Polygon or MultiPolygon holds the place."""
    return are_around(edges_of(geometry), lat, lon)


def edges_of(geometry: Geometry) -> list[Edge]:
    """Return the edges of a Polygon or MultiPolygon, as `are_around` needs them; level ones do not count."""
    edges = []
    for ring in rings_of(geometry):
        for one, other in pairwise(ring):
            (west, south, *_), (east, north, *_) = sorted((one, other), key=itemgetter(1))
            if south < north:
                edges.append(Edge(south, north, west, (east - west) / (north - south)))
    return edges


def are_around(edges: Iterable[Edge], lat: float, lon: float) -> bool:
    """Say whether edges are around the place, that is: a ray eastwards crosses an odd number of them.

    A place on an edge that two areas share belongs to one of them only.
    """
    inside = False
    for south, north, start, slant in edges:
        if south <= lat < north and lon < start + (lat - south) * slant:
            inside = not inside
    return inside


def nearest_on(geometry: Geometry, lat: float, lon: float) -> Nearest | None:
    """Return the nearest place on the lines or the edges of a geometry; None where it has neither."""
    scale = cos(radians(lat)) or 1e-12
    found: tuple[float, Point] = (inf, (0.0, 0.0))
    for line in (*lines_of(geometry), *rings_of(geometry)):
        flat = [((x - lon) * scale, y - lat) for x, y, *_ in line]
        for start, end in pairwise(flat):
            x, y = _foot(start, end)
            found = min(found, (hypot(x, y), (x, y)))
    distance, (x, y) = found
    return Nearest(lat + y, lon + x / scale, distance * DEGREE_METRES) if distance < inf else None


def metres_to_line(geometry: Geometry, lat: float, lon: float) -> float:
    """Return the metres to the nearest place on lines or edges; infinity where a geometry has neither."""
    nearest = nearest_on(geometry, lat, lon)
    return nearest.metres if nearest else inf


def crossings_of(one: Geometry, other: Geometry) -> list[Spot]:
    """Return where two roads meet, in the order of the first; within two metres of the end of a stretch counts too.

    Stretches that run along each other do not cross.
    """
    spots: list[Spot] = []
    for line, other_line in product(lines_of(one), lines_of(other)):
        for stretch, other_stretch in product(pairwise(line), pairwise(other_line)):
            spot = _meeting(*stretch, *other_stretch)
            if spot and all(metres_between(*spot, *known) > 2 * GRACE_METRES for known in spots):
                spots.append(spot)
    return spots


def crossing_of(one: Geometry, other: Geometry) -> Spot | None:
    """Return the first place where two roads meet; None where they never do."""
    return next(iter(crossings_of(one, other)), None)


def middle_of(geometry: Geometry) -> Spot:
    """Return a place to stand for the whole: halfway along the longest line, the mean of the first ring, the point."""
    lines = list(lines_of(geometry))
    if lines:
        return _halfway(max(lines, key=_degrees_long))
    ring = next(rings_of(geometry), None)
    positions = ring[:-1] if ring else list(positions_of(geometry))
    return Spot(
        sum(each[1] for each in positions) / len(positions), sum(each[0] for each in positions) / len(positions)
    )


def _foot(start: Point, end: Point) -> Point:
    """Return the point of a stretch that is nearest to the origin."""
    (x, y), dx, dy = start, end[0] - start[0], end[1] - start[1]
    along = min(1.0, max(0.0, -(x * dx + y * dy) / (dx * dx + dy * dy or 1.0)))
    return x + along * dx, y + along * dy


def _meeting(a: Position, b: Position, c: Position, d: Position) -> Spot | None:
    scale = cos(radians(a[1])) or 1e-12
    ab, cd, ac = ((to[0] - at[0], (to[1] - at[1]) / scale) for at, to in ((a, b), (c, d), (a, c)))
    turn = _cross(ab, cd)
    if not turn:
        return None
    along, across = _cross(ac, cd) / turn, _cross(ac, ab) / turn
    for share, stretch in ((along, ab), (across, cd)):
        grace = GRACE_METRES / (hypot(*stretch) * scale * DEGREE_METRES)
        if not -grace <= share <= 1 + grace:
            return None
    return Spot(a[1] + along * (b[1] - a[1]), a[0] + along * (b[0] - a[0]))


def _cross(one: Point, other: Point) -> float:
    return one[0] * other[1] - one[1] * other[0]


def _degrees_long(line: Sequence[Position]) -> float:
    return sum(_stretches(line))


def _stretches(line: Sequence[Position]) -> list[float]:
    scale = cos(radians(line[0][1]))
    return [hypot((b[0] - a[0]) * scale, b[1] - a[1]) for a, b in pairwise(line)]


def _halfway(line: Sequence[Position]) -> Spot:
    lengths = _stretches(line)
    rest = sum(lengths) / 2
    for (a, b), length in zip(pairwise(line), lengths, strict=True):
        if length and rest <= length:
            share = rest / length
            return Spot(a[1] + share * (b[1] - a[1]), a[0] + share * (b[0] - a[0]))
        rest -= length
    return Spot(line[0][1], line[0][0])
