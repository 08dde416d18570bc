"""The lie of the demo town: roads, river, parks and areas, drawn on a plan in metres and bent until it looks grown."""

from __future__ import annotations

from itertools import pairwise
from math import cos, hypot, pi, radians, sin
from typing import Any, NamedTuple

from bot.city.demo.tables import Title, titles
from bot.domain.geo import DEGREE_METRES

Spot = tuple[float, float]
Feature = dict[str, Any]

CENTRE_LAT, CENTRE_LON = 38.2, 102.4
EAST, NORTH = 4200.0, 3000.0
COLUMNS = (-EAST, -1350.0, 1350.0, EAST)
ROWS = (-NORTH, -1900.0, -950.0, 0.0, 950.0, 1900.0, NORTH)
NORTHWARD = (-3700, -3100, -2500, -2000, -1550, -1150, -750, -380, 380, 750, 1150, 1550, 2000, 2500, 3100, 3700)
EASTWARD = (-2600, -2100, -1600, -1150, -750, -380, 380, 760, 1150, 1600, 2100, 2600)
CENTRAL = 1600
STEP = 200.0
BANKS = ((Title("滨河西路", "Riverside West Road"), -130), (Title("滨河东路", "Riverside East Road"), 130))
SHORT = (
    (Title("钟鼓街", "Zhonggu Street"), -560, 20),
    (Title("文庙街", "Wenmiao Street"), 190, 20),
    (Title("书院街", "Shuyuan Street"), 560, 20),
    (Title("马市街", "Mashi Street"), -190, -400),
    (Title("茶亭街", "Chating Street"), 950, -400),
    (Title("磨坊街", "Mofang Street"), -950, 400),
)


class Road(NamedTuple):
    """A road on the plan, as a chain of spots."""

    code: str
    title: Title
    spots: tuple[Spot, ...]
    main: bool = True


class Park(NamedTuple):
    """A rectangle on the plan that is green, or blue, with the landmark's name."""

    title: Title
    look: str
    west: float
    south: float
    east: float
    north: float
    aliases: tuple[str, ...] = ()


def bend(spot: Spot) -> Spot:
    """Turn a spot of the plan into (lat, lon): the corners drawn in, the straight lines made to sway."""
    a, b = spot
    x = a * (1 - 0.16 * (b / NORTH) ** 2) + 130 * sin(b / 900)
    y = b * (1 - 0.20 * (a / EAST) ** 2) + 110 * sin(a / 1100 + 1)
    lat = CENTRE_LAT + y / DEGREE_METRES
    return round(lat, 5), round(CENTRE_LON + x / DEGREE_METRES / cos(radians(CENTRE_LAT)), 5)


def river_at(b: float) -> float:
    """Return where on the plan the river's middle is, so far north."""
    return 2250 + 90 * sin(b / 800)


def walk(start: Spot, end: Spot) -> tuple[Spot, ...]:
    """Return the spots on the way, one every 200 m, so that bending shows."""
    count = max(1, round(hypot(end[0] - start[0], end[1] - start[1]) / STEP))
    return tuple(
        (start[0] + (end[0] - start[0]) * i / count, start[1] + (end[1] - start[1]) * i / count)
        for i in range(count + 1)
    )


def lay_roads() -> list[Road]:
    """Lay the roads: the lattice, the four streets of the old town, the ring, the river banks."""
    north_names, east_names = titles("road"), titles("cross")
    ring = {-3700: Title("环城西路", "Ring Road West"), 3700: Title("环城东路", "Ring Road East")}
    ring_across = {-2600: Title("环城南路", "Ring Road South"), 2600: Title("环城北路", "Ring Road North")}
    inner = sorted((a for a in NORTHWARD if a not in ring), key=abs)
    across = sorted((b for b in EASTWARD if b not in ring_across), key=abs)
    lines: list[tuple[Title, tuple[Spot, ...], bool]] = []
    for a in NORTHWARD:
        title = ring.get(a) or north_names[inner.index(a)]
        reach = 2600.0 if abs(a) < CENTRAL or a in ring else 2100.0
        lines.append((title, walk((a, -reach), (a, reach)), True))
    for b in EASTWARD:
        title = ring_across.get(b) or east_names[across.index(b)]
        reach = 3700.0 if b in ring_across or abs(b) > CENTRAL / 2 else 3100.0
        lines.append((title, walk((-reach, b), (reach, b)), True))
    lines += [
        (Title("西街", "West Street"), walk((-3700, 0), (0, 0)), True),
        (Title("东街", "East Street"), walk((0, 0), (3700, 0)), True),
        (Title("北街", "North Street"), walk((0, 0), (0, 2600)), True),
        (Title("南街", "South Street"), walk((0, -2600), (0, 0)), True),
    ]
    way = walk((0, -2600), (0, 2600))
    lines += [(title, tuple((river_at(b) + side, b) for _, b in way), True) for title, side in BANKS]
    lines += [(title, walk((a, b), (a, b + 370)), False) for title, a, b in SHORT]
    return [Road(f"R{number:02}", title, spots, main) for number, (title, spots, main) in enumerate(lines, 1)]


PARKS = (
    Park(Title("人民公园", "People's Park"), "park", 800, 410, 1100, 720),
    Park(Title("云溪湖公园", "Yunxi Lake Park"), "park", -3060, 790, -2540, 1120, ("云溪湖", "湖公园")),
    Park(Title("南坪植物园", "Nanping Botanical Garden"), "park", -1960, -2060, -1590, -1640, ("植物园",)),
    Park(Title("东关湿地公园", "Dongguan Wetland Park"), "park", 2540, -2060, 3060, -1640, ("湿地公园",)),
    Park(Title("学府园", "Xuefu Garden"), "park", -1110, -1110, -790, -790),
    Park(Title("柳林森林公园", "Liulin Forest Park"), "park", 3140, 1640, 3660, 2060, ("森林公园",)),
    Park(Title("云溪湖", "Yunxi Lake"), "water", -2960, 840, -2640, 1070),
)
SIGHTS = (
    (Title("钟鼓楼", "Bell and Drum Tower"), 30, 25, ("鼓楼",)),
    (Title("云溪区政府", "District Government"), 560, 940, ("区政府",)),
    (Title("云溪火车站", "Yunxi Railway Station"), -900, 2380, ("火车站", "高铁站")),
    (Title("云溪汽车站", "Yunxi Coach Terminal"), -1350, 2000, ("汽车站", "客运总站")),
    (Title("云溪体育中心", "Yunxi Sports Centre"), 1750, -1350, ("体育场", "体育中心")),
    (Title("云溪大剧院", "Yunxi Grand Theatre"), 1350, 560, ("大剧院",)),
    (Title("时代广场", "Times Plaza"), -560, -200, ()),
    (Title("文庙", "Confucius Temple"), 200, 200, ()),
    (Title("云溪大桥", "Yunxi Bridge"), 2250, 0, ("大桥",)),
    (Title("古渡口", "Old Ferry"), 2180, 1300, ("渡口",)),
    (Title("文化广场", "Culture Square"), -1340, 560, ()),
    (Title("文化广场", "Culture Square"), 3400, 200, ()),
)


def ring_of(west: float, south: float, east: float, north: float) -> list[Spot]:
    """Return the closed outline of a rectangle, anticlockwise as GeoJSON wants it."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    outline = [spot for start, end in pairwise(corners) for spot in walk(start, end)[:-1]]
    return [*outline, outline[0]]


def shore_of(west: float, south: float, east: float, north: float) -> list[Spot]:
    """Return the closed, round outline of a lake that fills a rectangle."""
    turns = [step * pi / 12 for step in range(24)]
    a, b = (west + east) / 2, (south + north) / 2
    outline = [(a + (east - west) / 2 * cos(turn), b + (north - south) / 2 * sin(turn)) for turn in turns]
    return [*outline, outline[0]]


def river() -> list[Spot]:
    """Return the outline of the river, 110 m wide."""
    way = [b for _, b in walk((0, -NORTH), (0, NORTH))]
    east, west = [(river_at(b) + 55, b) for b in way], [(river_at(b) - 55, b) for b in way]
    return [*east, *reversed(west), east[0]]


def put(spots: tuple[Spot, ...] | list[Spot]) -> list[list[float]]:
    """Turn spots of the plan into GeoJSON positions."""
    return [[lon, lat] for lat, lon in map(bend, spots)]


def line(spots: tuple[Spot, ...]) -> Feature:
    """Make a GeoJSON line."""
    return {"type": "LineString", "coordinates": put(spots)}


def polygon(ring: list[Spot]) -> Feature:
    """Make a GeoJSON polygon without holes."""
    return {"type": "Polygon", "coordinates": [put(ring)]}


def dot(spot: Spot) -> Feature:
    """Make a GeoJSON point."""
    return {"type": "Point", "coordinates": put([spot])[0]}
