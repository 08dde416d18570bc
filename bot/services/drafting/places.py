"""Where somebody means: a map link, coordinates or a name in their words, or a position, put into words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from bot.city.finder import Found, find_places, rest_of
from bot.city.model import City
from bot.domain import maplinks
from bot.domain.geo import Box, box_of
from bot.domain.letters import line
from bot.services.drafting.drafts import Place

EXACT = 0.9
LIKELY = 0.6
POSSIBLE = 0.55
_PRECISE = {"point", "crossing", "place"}
_ROAD_METRES = 60
_AT = re.compile(r"^(?:上面?|里面?|内|附近|这里|那里|这边|那边)的?[，, ]*")


SHORT_LINK = re.compile(r"(?:https?://)?(?:surl\.amap\.com|j\.map\.baidu\.com|maps\.app\.goo\.gl|goo\.gl/maps)\S*")
"""Links that hold no numbers: only their maker knows where they lead."""


class Said(NamedTuple):
    """What a text says of the place (one, or several of which one must be chosen) and what else it says."""

    place: Place | None
    candidates: list[Place]
    rest: str


def understand(city: City, text: str, language: str, *, asked: bool = False) -> Said:
    """Read the place out of a text; `asked` when it answers where it is, so that a likeness is enough."""
    whereabouts = maplinks.find(text, _box(city), asked=asked)
    if whereabouts is not None:
        place = at(city, whereabouts.lat, whereabouts.lon, language, text=whereabouts.name, source="link")
        return Said(place, [], " ".join(text.replace(whereabouts.words, " ").split(" ")).strip())
    enough = POSSIBLE if asked else LIKELY
    # A department without an area is somebody to complain about, not a place.
    found = [each for each in find_places(city, text) if each.lat is not None and each.score >= enough]
    if not found:
        return Said(None, [], text)
    best = [each for each in found if found[0].score - each.score < (0.01 if found[0].score >= EXACT else 0.05)]
    is_one_name = len({each.span for each in best}) == 1  # of two that are named, half a sentence would be left
    rest = _AT.sub("", rest_of(text, best[0])) if is_one_name else text
    if len(best) > 1:
        return Said(None, [_named(city, each, language) for each in best], rest)
    return Said(_named(city, best[0], language), [], rest)


def at(city: City, lat: float, lon: float, language: str, *, text: str = "", source: str = "pin") -> Place:
    """Put a position into words: what was said of it, else the point, road or area there."""
    near = next(iter(city.points_near(lat, lon, city.settings.route_metres)), None)
    return Place(
        lat=lat, lon=lon, text=(line(text) or _around(city, lat, lon, language))[:120], source=source,
        point=near.point.code if near else "",
    )  # fmt: skip


def is_possible(lat: float, lon: float) -> bool:
    """Tell whether these are degrees of the earth."""
    return -90 <= lat <= 90 and -180 <= lon <= 180  # noqa: PLR2004 -- degrees


def is_inside(city: City, place: Place) -> bool:
    """Tell whether a place lies in the city, as far as is known."""
    return place.lat is None or place.lon is None or city.inside(place.lat, place.lon)


def _around(city: City, lat: float, lon: float, language: str) -> str:
    for near in city.points_near(lat, lon, city.settings.route_metres)[:1]:
        return near.point.label(language)
    road = city.road_near(lat, lon, _ROAD_METRES)
    named = [road] if road else [place for place in city.places_at(lat, lon) if place.kind != "boundary"]
    return named[0].label(language) if named else f"{lat:.5f}, {lon:.5f}"


def _named(city: City, found: Found, language: str) -> Place:
    precise = found.score >= EXACT and found.kind in _PRECISE and not _is_road(city, found)
    point = found.code if found.kind == "point" else ""
    return Place(lat=found.lat, lon=found.lon, text=found.label(language), point=point, sure=precise)


def _is_road(city: City, found: Found) -> bool:
    return found.kind == "place" and city.place(found.code).kind == "road"


@lru_cache(maxsize=2)
def _box(city: City) -> Box | None:
    boxes = [box_of(place.geometry) for place in city.places.values() if place.kind == "boundary"]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return Box(min(west), min(south), max(east), max(north))
