"""The map of the pack, small enough for a page to draw: roads, water, parks, areas, landmarks and the boundary."""

from __future__ import annotations

from functools import lru_cache
from math import cos, radians
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.domain.geo import DEGREE_METRES, Box, box_of, lines_of, middle_of, rings_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.city.city import City
    from bot.city.records import DutyPost, Place
    from bot.domain.geo import Position

WIDTH = 1000.0
MARGIN = 20.0
LEVELS = {"boundary": "boundary", "area": "areas", "road": "roads"}
LOOKS = {"water": "water", "park": "parks", "rail": "rails"}


class Projection(NamedTuple):
    """Turns WGS-84 into the map's own units and back; x grows to the east, y to the south, as SVG wants it.

    x = (lon − west) · x_scale + margin, y = (north − lat) · y_scale + margin. Over a district this plane is true to
    within a metre or two.
    """

    west: float
    north: float
    x_scale: float
    y_scale: float
    margin: float
    width: float
    height: float

    def to_map(self, lat: float, lon: float) -> tuple[float, float]:
        """Return the (x, y) of a position, to a tenth of a unit."""
        x, y = (lon - self.west) * self.x_scale + self.margin, (self.north - lat) * self.y_scale + self.margin
        return round(x, 1), round(y, 1)

    def to_earth(self, x: float, y: float) -> tuple[float, float]:
        """Return the (lat, lon) of a spot of the map, to about a metre."""
        lat, lon = self.north - (y - self.margin) / self.y_scale, self.west + (x - self.margin) / self.x_scale
        return round(lat, 5), round(lon, 5)


def project(city: City) -> Projection | None:
    """Return the projection that fits the boundary, else all places, else all points on a map 1,000 units wide."""
    boundaries = [place for place in city.places.values() if place.kind == "boundary"]
    boxes = [box_of(place.geometry) for place in boundaries or city.places.values()]
    boxes += [] if boxes else [Box(point.lon, point.lat, point.lon, point.lat) for point in city.points.values()]
    if not boxes:
        return None
    west, south = min(box.west for box in boxes), min(box.south for box in boxes)
    east, north = max(box.east for box in boxes), max(box.north for box in boxes)
    narrowing = cos(radians((south + north) / 2))
    metres = max((east - west) * narrowing, north - south, 0.001) * DEGREE_METRES
    y_scale = (WIDTH - 2 * MARGIN) / metres * DEGREE_METRES
    x_scale = y_scale * narrowing
    width = (east - west) * x_scale + 2 * MARGIN
    height = (north - south) * y_scale + 2 * MARGIN
    return Projection(west, north, x_scale, y_scale, MARGIN, round(width, 1), round(height, 1))


@lru_cache(maxsize=2)
def map_features(city: City) -> dict[str, Any]:
    """Return the map as plain data, ready for JSON and for an SVG template; None of it is to be changed by the caller.

    `width`, `height`: the viewBox is "0 0 width height". `projection`: west, north, x_scale, y_scale, margin, as
    `Projection` explains, so that a page can turn a tap into a position. `boundary`, `areas`, `water`, `parks`,
    `rails`, `roads`: lists of {code, name, name_en, path, x, y}, where `path` is the d of an SVG path and (x, y) is
    where a label goes. `landmarks`, and `posts` of volunteers: lists of {code, name, name_en, x, y}.
    Empty where the pack has no places.
    """
    projection = project(city)
    if not projection or not city.places:
        return {}
    layers: dict[str, Any] = {
        name: [] for name in ("boundary", "areas", "water", "parks", "rails", "roads", "landmarks")
    }
    for place in city.places.values():
        layer = LOOKS.get(place.look) or LEVELS.get(place.kind, "landmarks")
        if place.kind != "grid":
            layers[layer].append(draw(place, projection))
    scales = {name: getattr(projection, name) for name in ("west", "north", "x_scale", "y_scale", "margin")}
    layers["posts"] = [_spot(post, projection) for post in city.posts.values()]
    return {"width": projection.width, "height": projection.height, "projection": scales, **layers}


def _spot(post: DutyPost, projection: Projection) -> dict[str, Any]:
    x, y = projection.to_map(post.lat, post.lon)
    return {"code": post.code, "name": post.name, "name_en": post.name_en, "x": x, "y": y}


def draw(place: Place, projection: Projection) -> dict[str, Any]:
    """Return one place as the map has it."""
    x, y = projection.to_map(*middle_of(place.geometry))
    drawn = {"code": place.code, "name": place.name, "name_en": place.name_en, "x": x, "y": y}
    path = trace(rings_of(place.geometry), projection, "Z") + trace(lines_of(place.geometry), projection, "")
    return {**drawn, "path": path} if path else drawn


def trace(paths: Iterable[Iterable[Position]], projection: Projection, end: str) -> str:
    """Return the d of an SVG path."""
    return "".join(
        "M" + "L".join("{:g},{:g}".format(*projection.to_map(lat, lon)) for lon, lat, *_ in path) + end
        for path in paths
    )
