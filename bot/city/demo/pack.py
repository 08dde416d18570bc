"""Writes the demo district as a city pack: a folder like any other city's."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from bot.city.demo.duty import duty_posts, duty_rotas
from bot.city.demo.points import Surveyor, community_code
from bot.city.demo.tables import Row, Title, read_rows, read_text, titles
from bot.city.demo.town import (
    COLUMNS,
    EAST,
    NORTH,
    PARKS,
    ROWS,
    SIGHTS,
    Feature,
    Spot,
    dot,
    lay_roads,
    line,
    polygon,
    ring_of,
    river,
    shore_of,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

AS_THEY_ARE = ("city.toml", "categories.csv", "conditions.csv", "standards.csv", "behaviours.csv")
GRIDS = 4
OLD_TOWN = (2, 3)


def write_demo(folder: Path) -> Path:
    """Write the whole pack into a folder, which is made if need be; always the same bytes. Return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in AS_THEY_ARE:
        (folder / name).write_text(read_text(name), encoding="utf-8")
    surveyor = Surveyor()
    points = list(surveyor.survey())
    units = [*read_rows("units.csv"), *territorial_units()]
    kinds = ({key: kind[key] for key in ("code", "name", "name_en", "rhythm")} for kind in read_rows("kinds.csv"))
    circles = (
        {
            "code": each.code,
            "name": f"{each.title.zh}点位圈",
            "name_en": f"{each.title.en} circle",
            "kind": each.kind,
        }
        for each in surveyor.circles
    )
    write_table(folder / "units.csv", units)
    write_table(folder / "classes.csv", kinds)
    write_table(folder / "circles.csv", circles)
    write_table(folder / "points.csv", points)
    write_table(folder / "people.csv", [*posts(units), *leaders(points)])
    write_table(folder / "posts.csv", duty_posts())
    write_table(folder / "rotas.csv", duty_rotas())
    places = {"type": "FeatureCollection", "features": list(features())}
    (folder / "places.geojson").write_text(json.dumps(places, ensure_ascii=False, indent=None), encoding="utf-8")
    return folder


def write_table(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as CSV, with the first one's keys as headings."""
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def territorial_units() -> Iterator[Row]:
    """Yield the six subdistricts and their eighteen communities."""
    communities = titles("community")
    for number, subdistrict in enumerate(titles("subdistrict")):
        code = f"S{number + 1:02}"
        yield unit(code, subdistrict, "territorial", "D00")
        for part in range(3):
            yield unit(f"{code}{part + 1:02}", communities[number * 3 + part], "community", code)


def unit(code: str, title: Title, kind: str, parent: str) -> Row:
    """Return a row of units.csv."""
    row = {"code": code, "name": title.zh, "name_en": title.en, "short_name": title.zh, "kind": kind}
    return {**row, "parent": parent, "aliases": ""}


def post(code: str, name: str, role: str, unit: str, points: str = "") -> Row:
    """Return a row of people.csv: a post, for no person is named."""
    return {"code": code, "name": name, "role": role, "unit": unit, "points": points, "language": "zh_CN"}


def posts(units: list[Row]) -> Iterator[Row]:
    """Yield the heads of the units, the inspectors of the subdistricts and those at headquarters."""
    for row in units:
        yield post(f"H-{row['code']}", f"{row['short_name']}负责人", "unit_head", row["code"])
    for row in units:
        if row["kind"] == "territorial":
            yield post(f"I-{row['code']}", f"{row['short_name']}巡查员", "inspector", row["code"])
    for number in range(1, 5):
        yield post(f"C-{number}", f"{number}号派遣员", "dispatcher", "D00")
    yield post("E-1", "总点位长", "executive", "D00")
    yield post("A-1", "系统管理员", "administrator", "D00")


def leaders(points: list[Row]) -> Iterator[Row]:
    """Yield the leader of each point."""
    for row in points:
        yield post(f"L-{row['code']}", row["leader"], "point_leader", row["territorial_unit"], row["code"])


def features() -> Iterator[Feature]:
    """Yield the features of places.geojson."""
    yield feature(
        "BOUNDARY", Title("云溪区", "Yunxi District"), "boundary", polygon(ring_of(-EAST, -NORTH, EAST, NORTH))
    )
    yield from areas()
    for road in lay_roads():
        yield feature(road.code, road.title, "road", line(road.spots))
    yield feature("W01", Title("云溪河", "Yunxi River"), "landmark", polygon(river()), look="water")
    railway = line(walk((-EAST, 2440), (EAST, 2440)))
    yield feature("W02", Title("云溪铁路", "Yunxi Railway"), "landmark", railway, look="rail")
    for number, park in enumerate(PARKS, 1):
        outline = shore_of if park.look == "water" else ring_of
        shape = polygon(outline(park.west, park.south, park.east, park.north))
        yield feature(f"G{number:02}", park.title, "landmark", shape, look=park.look, aliases=list(park.aliases))
    for number, (title, a, b, aliases) in enumerate(SIGHTS, 1):
        yield feature(f"M{number:02}", title, "landmark", dot((a, b)), aliases=list(aliases))


def areas() -> Iterator[Feature]:
    """Yield the areas of the subdistricts and communities, and four grids in each community."""
    communities = titles("community")
    for number, subdistrict in enumerate(titles("subdistrict")):
        (west, east), first = COLUMNS[number % 3 : number % 3 + 2], number // 3 * 3
        ring = ring_of(west, ROWS[first], east, ROWS[first + 3])
        yield area(f"S{number + 1:02}", subdistrict, ring)
        for part in range(3):
            code, title = community_code(number * 3 + part), communities[number * 3 + part]
            south, north = ROWS[first + part], ROWS[first + part + 1]
            old_town = number % 3 == 1 and first + part in OLD_TOWN
            yield area(code, title, ring_of(west, south, east, north), area_class="1" if old_town else "2")
            width = (east - west) / GRIDS
            cells = (ring_of(west + i * width, south, west + (i + 1) * width, north) for i in range(GRIDS))
            yield from grids(code, title, cells)


def area(code: str, title: Title, ring: list[Spot], **more: str) -> Feature:
    """Make the area of a unit."""
    return feature(f"A-{code}", title, "area", polygon(ring), unit=code, **more)


def grids(code: str, title: Title, cells: Iterable[list[Spot]]) -> Iterator[Feature]:
    """Make the grids of a community, which answers for them."""
    for number, ring in enumerate(cells, 1):
        name = Title(f"{title.zh}第{number}网格", f"{title.en}, grid {number}")
        yield feature(f"{code}{number:02}", name, "grid", polygon(ring), unit=code)


def feature(code: str, title: Title, kind: str, geometry: Feature, **more: Any) -> Feature:
    """Make a GeoJSON feature with the properties that a pack asks for."""
    given = {key: value for key, value in more.items() if value}
    properties = {"code": code, "name": title.zh, "name_en": title.en, "kind": kind, **given}
    return {"type": "Feature", "properties": properties, "geometry": geometry}
