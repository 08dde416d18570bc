"""The 4,045 points of the demo district: named, placed along its roads, and gathered in 60 circles."""

from __future__ import annotations

from itertools import repeat
from math import cos, dist, pi, sin
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from bot.city.demo.tables import Row, Title, read_rows, titles
from bot.city.demo.town import COLUMNS, PARKS, ROWS, Road, bend, lay_roads, river_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.city.demo.town import Spot

SEED = 491
ANCHORS = {"28": ("community", 18), "31": ("market", 32), "05": ("station", 5), "02": ("hospital", 5)}
SATELLITES = {"30": 353, "26": 38, "37": 40}
REACH = 225.0  # on the plan; bent, it stays below the 300 m of a circle
SPONSORS = 16
TWINS = {"35": Title("文化广场", "Culture Square")}


Named = tuple[Title, "Spot"]
Placed = tuple["Spot", dict[str, Title]]


class Circle(NamedTuple):
    """A circle on the plan."""

    code: str
    title: Title
    kind: str
    spot: Spot


def community_at(spot: Spot) -> int:
    """Return the number (0–17) of the community that holds a spot of the plan."""
    column = sum(spot[0] >= edge for edge in COLUMNS[1:-1])
    row = sum(spot[1] >= edge for edge in ROWS[1:-1])
    return (row // 3 * 3 + column) * 3 + row % 3


def community_code(number: int) -> str:
    """Return the code of a community, which begins with its subdistrict's."""
    return f"S{number // 3 + 1:02}{number % 3 + 1:02}"


def middle_of_community(number: int) -> Spot:
    """Return a spot in the middle of a community."""
    subdistrict, part = divmod(number, 3)
    row, column = subdistrict // 3 * 3 + part, subdistrict % 3
    return (COLUMNS[column] + COLUMNS[column + 1]) / 2 + 60, (ROWS[row] + ROWS[row + 1]) / 2 + 40


class Surveyor:
    """Makes points one after the other, always the same ones."""

    def __init__(self) -> None:
        """Lay the roads and start the dice."""
        self.chance = Random(SEED)  # noqa: S311 — chance without secrecy, and the same town every time
        self.roads = lay_roads()
        self.brands, self.subdistricts, self.communities = titles("brand"), titles("subdistrict"), titles("community")
        self.circles: list[Circle] = []
        self.named: set[str] = set()

    def survey(self) -> Iterator[Row]:
        """Yield the rows of points.csv: the anchors' classes first, so that satellites know their circles."""
        kinds = sorted(read_rows("kinds.csv"), key=lambda kind: kind["code"] not in ANCHORS)
        for kind in kinds:
            yield from self.survey_kind(kind)

    def survey_kind(self, kind: Row) -> Iterator[Row]:
        """Yield the points of one class."""
        crossings = self.crossings() if kind["where"] == "crossing" else []
        for number in range(int(kind["count"])):
            circle = self.circle_of(kind["code"], number)
            spot, facts = self.place(kind, number, circle, crossings)
            title = self.name(kind, number, facts)
            if kind["code"] in ANCHORS and number < ANCHORS[kind["code"]][1]:
                circle = Circle(f"Q{len(self.circles) + 1:02}", title, ANCHORS[kind["code"]][0], spot)
                self.circles.append(circle)
                yield self.row(kind, number, title, spot, circle, anchor=True)
            else:
                yield self.row(kind, number, title, spot, circle, anchor=False)

    def circle_of(self, code: str, number: int) -> Circle | None:
        """Return the circle of the n-th satellite of a class, dealt out in turn; None beyond their number."""
        return self.circles[number % len(self.circles)] if number < SATELLITES.get(code, 0) else None

    def place(self, kind: Row, number: int, circle: Circle | None, crossings: list[Named]) -> Placed:
        """Return a spot for a point, and what its name may speak of."""
        road = self.roads[number % len(self.roads)]
        if circle:
            return self.near(circle.spot), {"road": self.nearest_road(circle.spot).title}
        if kind["where"] == "crossing":
            title, spot = crossings[number]
            return spot, {"crossing": title}
        if kind["where"] == "mainroad":
            return road.spots[len(road.spots) // 2], {"road": road.title}
        if kind["where"] in {"community", "unit"}:
            return self.in_unit(kind, number)
        if kind["where"] in {"block", "compound", "park", "hospital", "market"}:
            spot = self.somewhere()
            return spot, {"road": self.nearest_road(spot).title}
        road = self.chance.choices(self.roads, [len(road.spots) for road in self.roads])[0]
        return self.beside(road), {"road": road.title}

    def in_unit(self, kind: Row, number: int) -> Placed:
        """Return a spot in the n-th community or subdistrict."""
        whole = int(kind["count"]) == len(self.subdistricts)
        unit = self.subdistricts[number] if whole else self.communities[number]
        spot = middle_of_community(number * 3 if whole else number)
        return (spot[0], spot[1] + (90 if whole else 0) + (35 if kind["where"] == "unit" else 0)), {"unit": unit}

    def near(self, middle: Spot) -> Spot:
        """Return a spot within reach of an anchor."""
        angle, far = self.chance.uniform(0, 2 * pi), self.chance.uniform(40, REACH)
        return middle[0] + far * cos(angle), middle[1] + far * sin(angle)

    def beside(self, road: Road) -> Spot:
        """Return a spot at the side of a road, off its crossings and off the river."""
        while True:
            place = self.chance.randrange(len(road.spots) - 1)
            (a, b), (c, d) = road.spots[place], road.spots[place + 1]
            share, side = self.chance.random(), self.chance.choice((-22, 22))
            spot = (a + (c - a) * share, b + (d - b) * share)
            spot = (spot[0] + side, spot[1]) if abs(d - b) > abs(c - a) else (spot[0], spot[1] + side)
            if abs(spot[0] - river_at(spot[1])) > 80:  # noqa: PLR2004 — the river is 110 m wide
                return spot

    def somewhere(self) -> Spot:
        """Return a spot in a block, denser in the old town, neither in a park nor in the river."""
        while True:
            spot = self.chance.triangular(-3650, 3650, 0), self.chance.triangular(-2550, 2550, 0)
            wet = abs(spot[0] - river_at(spot[1])) < 240  # noqa: PLR2004 — the banks and their roads
            if not wet and not any(p.west < spot[0] < p.east and p.south < spot[1] < p.north for p in PARKS):
                return spot

    def nearest_road(self, spot: Spot) -> Road:
        """Return the road that comes nearest to a spot."""
        return min(self.roads, key=lambda road: min(map(dist, repeat(spot), road.spots)))

    def crossings(self) -> list[Named]:
        """Return the crossings of the lattice, the old town's first: "解放路与西街路口"."""
        upright = [road for road in self.roads if road.spots[0][0] == road.spots[-1][0] and road.main]
        level = [road for road in self.roads if road.spots[0][1] == road.spots[-1][1]]
        found = []
        for one in upright:
            for other in level:
                a, b = one.spots[0][0], other.spots[0][1]
                west, east = other.spots[0][0], other.spots[-1][0]
                if west <= a <= east and one.spots[0][1] <= b <= one.spots[-1][1] and a != 0:
                    zh = f"{one.title.zh}与{other.title.zh}路口"
                    found.append((Title(zh, f"{one.title.en} and {other.title.en}"), (a, b)))
        return sorted(found, key=lambda each: each[1][0] ** 2 + each[1][1] ** 2)

    def name(self, kind: Row, number: int, facts: dict[str, Title]) -> Title:
        """Return a name that no other point has, but for the two squares that bear one name on purpose."""
        if kind["code"] in TWINS and number < 2:  # noqa: PLR2004 — two of a kind
            return TWINS[kind["code"]]
        patterns = list(zip(kind["pattern"].split(";"), kind["pattern_en"].split(";"), strict=True))
        for turn in range(10_000):
            zh, en = patterns[(number + turn) % len(patterns)]
            pick = number * 7 + turn * 3 + int(kind["code"]) + turn // len(self.brands)
            brand = self.brands[pick % len(self.brands)]
            count = Title(str(turn + 1), str(turn + 1))
            words = {"brand": brand, "n": count, **facts}
            title = Title(
                zh.format(**{key: word.zh for key, word in words.items()}),
                en.format(**{key: word.en for key, word in words.items()}),
            )
            if title.zh not in self.named:
                self.named.add(title.zh)
                return title
        message = f"out of names for class {kind['code']}"
        raise RuntimeError(message)

    def row(self, kind: Row, number: int, title: Title, spot: Spot, circle: Circle | None, *, anchor: bool) -> Row:
        """Return a row of points.csv."""
        lat, lon = bend(spot)
        community = community_at(spot)
        sponsor = (int(circle.code[1:]) if circle else community * 5 + int(kind["code"])) % SPONSORS + 1
        return {
            "code": f"P{kind['code']}{number + 1:04}",
            "name": title.zh,
            "name_en": title.en,
            "class": kind["code"],
            "address": f"{self.nearest_road(spot).title.zh}{self.chance.randrange(1, 400)}号",
            "lat": f"{lat:.5f}",
            "lon": f"{lon:.5f}",
            "circle": circle.code if circle else "",
            "anchor": "yes" if anchor else "",
            "trade_unit": kind["trade"],
            "territorial_unit": community_code(community),
            "sponsor_unit": f"B{sponsor:02}",
            "leader": f"{title.zh}点位长",
            "aliases": "",
        }
