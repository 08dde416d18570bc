"""places.geojson read into places; a mistake's row is the number of the feature, counted from 1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bot.city.mistakes import Mistake, list_choices, mistake, wrong_choice
from bot.city.records import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.city.pack import Pack

FILE = "places.geojson"
DEPTHS = {"Point": 0, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
SURFACES = frozenset({"Polygon", "MultiPolygon"})
LINES = frozenset({"LineString", "MultiLineString"})
SHAPES = {"boundary": SURFACES, "area": SURFACES, "grid": SURFACES, "road": LINES, "landmark": frozenset(DEPTHS)}
PROPERTIES = ("code", "name", "name_en", "kind", "aliases", "unit", "area_class", "look")
RING_POSITIONS = 4
HALF_TURN, QUARTER_TURN = 180, 90


def read_places(path: Path, pack: Pack) -> None:
    """Read the places into the pack; the file may be absent, and a city without a map still works by names."""
    if not path.is_file():
        return
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        pack.mistakes.append(mistake(FILE, 0, "", error.object[error.start : error.end], "encoding"))
        return
    except json.JSONDecodeError as error:
        pack.mistakes.append(mistake(FILE, 0, "", f"{error.msg} ({error.lineno}:{error.colno})", "json"))
        return
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        pack.mistakes.append(mistake(FILE, 0, "features", content, "feature_collection"))
        return
    for row, feature in enumerate(features, 1):
        read_feature(row, feature, pack)


def read_feature(row: int, feature: Any, pack: Pack) -> None:
    """Read one feature into a place."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        pack.mistakes.append(mistake(FILE, row, "properties", feature, "feature"))
        return
    given = {name: value for name, value in properties.items() if name in PROPERTIES and value not in ("", None)}
    code = given.get("code")
    if isinstance(code, str) and not pack.add("place", code, FILE, row):
        return
    geometry = feature.get("geometry")
    faults = list(check_geometry(row, geometry))
    pack.mistakes += faults
    try:
        place = Place.model_validate({**given, "geometry": geometry if isinstance(geometry, dict) else {}})
    except ValidationError as error:
        pack.mistakes += [explain_property(row, each) for each in error.errors(include_url=False)]
        return
    if faults:
        return
    if geometry["type"] not in SHAPES[place.kind]:
        shapes = list_choices(sorted(SHAPES[place.kind]))
        pack.mistakes.append(mistake(FILE, row, "geometry", geometry["type"], "choice", choices=shapes))
        return
    pack.records["place", place.code] = place


def explain_property(row: int, error: Any) -> Mistake:
    """Turn what pydantic found into a mistake."""
    column, value = ".".join(map(str, error["loc"])), error["input"]
    if error["type"] == "missing":
        return mistake(FILE, row, column, "", "empty")
    if error["type"] == "literal_error":
        choices = list(SHAPES) if column == "kind" else ["water", "park", "rail"]
        return wrong_choice(FILE, row, column, value, choices)
    return mistake(FILE, row, column, value, "text")


def check_geometry(row: int, geometry: Any) -> Iterator[Mistake]:
    """Yield what is wrong with a GeoJSON geometry: type, nesting, numbers, ranges, rings."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in DEPTHS:
        yield wrong_choice(FILE, row, "geometry", kind, DEPTHS)
        return
    paths = list(unfold(geometry.get("coordinates"), DEPTHS[kind]))
    bad = next((position for path in paths for position in path if not is_position(position)), None)
    if bad is not None or not all(paths) or not paths:
        yield mistake(FILE, row, "coordinates", "" if bad is None else bad, "position")
        return
    for path in paths:
        if kind in SURFACES and (len(path) < RING_POSITIONS or path[0] != path[-1]):
            yield mistake(FILE, row, "coordinates", path[-1], "ring")
        if kind in LINES and len(path) == 1:
            yield mistake(FILE, row, "coordinates", path[0], "line")


def unfold(coordinates: Any, depth: int) -> Iterator[list[Any]]:
    """Yield the paths of positions in nested coordinates; what is nested wrongly comes out as no position."""
    if depth == 0:
        yield [coordinates]
    elif depth == 1 or not isinstance(coordinates, list):
        yield coordinates if isinstance(coordinates, list) else [coordinates]
    else:
        for part in coordinates:
            yield from unfold(part, depth - 1)


def is_position(position: Any) -> bool:
    """Return whether this is a longitude and a latitude, in that order."""
    if not isinstance(position, list) or len(position) not in {2, 3}:
        return False
    lon, lat = position[:2]
    numbers = all(isinstance(number, int | float) and not isinstance(number, bool) for number in (lon, lat))
    return numbers and abs(lon) <= HALF_TURN and abs(lat) <= QUARTER_TURN
