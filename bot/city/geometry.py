"""Plane geometry on the small piece of earth that a district is; coordinates are WGS-84, GeoJSON order (lon, lat)."""

from __future__ import annotations

from itertools import pairwise
from math import asin, cos, hypot, pi, radians, sin, sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

EARTH_METRES = 6_371_008.8
DEGREE_METRES = pi * EARTH_METRES / 180

Position = tuple[float, float]
Geometry = dict[str, Any]
Box = tuple[float, float, float, float]


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the great-circle distance in metres."""
    half_lat, half_lon = radians(other_lat - lat) / 2, radians(other_lon - lon) / 2
    chord = sin(half_lat) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(half_lon) ** 2
    return 2 * EARTH_METRES * asin(min(1.0, sqrt(chord)))


def rings_of(geometry: Geometry) -> Iterator[list[Position]]:
    """Yield every ring of a Polygon or MultiPolygon, holes included."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    if geometry["type"] in {"Polygon", "MultiPolygon"}:
        for polygon in polygons:
            yield from polygon


def lines_of(geometry: Geometry) -> Iterator[list[Position]]:
    """Yield every line of a LineString or MultiLineString."""
    if geometry["type"] == "LineString":
        yield geometry["coordinates"]
    elif geometry["type"] == "MultiLineString":
        yield from geometry["coordinates"]


def positions_of(geometry: Geometry) -> Iterator[Position]:
    """Yield every position of a geometry, whatever its type."""
    if geometry["type"] == "Point":
        yield geometry["coordinates"]
    for path in (*rings_of(geometry), *lines_of(geometry)):
        yield from path


def box_of(geometry: Geometry) -> Box:
    """Return the smallest (west, south, east, north) that holds the geometry."""
    positions = list(positions_of(geometry))
    lons, lats = [position[0] for position in positions], [position[1] for position in positions]
    return min(lons), min(lats), max(lons), max(lats)


def contains(geometry: Geometry, lat: float, lon: float) -> bool:
    """Return whether a Polygon or MultiPolygon holds the position: a ray crosses its edges an odd number of times."""
    inside = False
    for ring in rings_of(geometry):
        for (lon_a, lat_a), (lon_b, lat_b) in pairwise(ring):
            if (lat_a > lat) != (lat_b > lat) and lon < lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a):
                inside = not inside
    return inside


def metres_to_line(geometry: Geometry, lat: float, lon: float) -> float:
    """Return the metres to the nearest spot of a LineString or MultiLineString; infinity for other types."""
    scale = cos(radians(lat))
    best = float("inf")
    for line in lines_of(geometry):
        flat = [((x - lon) * scale * DEGREE_METRES, (y - lat) * DEGREE_METRES) for x, y in line]
        for (ax, ay), (bx, by) in pairwise(flat):
            dx, dy = bx - ax, by - ay
            along = -(ax * dx + ay * dy) / (dx * dx + dy * dy or 1.0)
            along = min(1.0, max(0.0, along))
            best = min(best, hypot(ax + along * dx, ay + along * dy))
    return best


def middle_of(geometry: Geometry) -> tuple[float, float]:
    """Return a (lat, lon) fit to stand for the whole: halfway along a line, the mean of a ring, the point itself."""
    lines = list(lines_of(geometry))
    if lines:
        lon, lat = middle_of_line(max(lines, key=len))
        return lat, lon
    ring = next(rings_of(geometry), None)
    spots = ring[:-1] if ring else list(positions_of(geometry))
    return sum(spot[1] for spot in spots) / len(spots), sum(spot[0] for spot in spots) / len(spots)


def middle_of_line(line: list[Position]) -> Position:
    """Return the spot halfway along a line."""
    lengths = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(line)]
    rest = sum(lengths) / 2
    for (a, b), length in zip(pairwise(line), lengths, strict=True):
        if rest <= length and length > 0:
            share = rest / length
            return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
        rest -= length
    return line[0][0], line[0][1]


def crossing_of(one: Geometry, other: Geometry) -> tuple[float, float] | None:
    """Return the (lat, lon) where two roads cross, or None where they never do."""
    for line in lines_of(one):
        for other_line in lines_of(other):
            for a, b in pairwise(line):
                for c, d in pairwise(other_line):
                    spot = meet(a, b, c, d)
                    if spot:
                        return spot[1], spot[0]
    return None


def meet(a: Position, b: Position, c: Position, d: Position) -> Position | None:
    """Return where the stretches a–b and c–d meet, with a hair's breadth of grace at their ends (about two metres)."""
    cross = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])
    if not cross:
        return None
    along = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / cross
    across = ((c[0] - a[0]) * (b[1] - a[1]) - (c[1] - a[1]) * (b[0] - a[0])) / cross
    grace_ab, grace_cd = 2e-5 / hypot(b[0] - a[0], b[1] - a[1]), 2e-5 / hypot(d[0] - c[0], d[1] - c[1])
    if -grace_ab <= along <= 1 + grace_ab and -grace_cd <= across <= 1 + grace_cd:
        return a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])
    return None
