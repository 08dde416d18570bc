"""The demo district's pack, read as the plain tables and settings that its operator edits."""

from __future__ import annotations

import csv
import json
import tomllib
from datetime import date, time
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from bot.city.demo.pack import write_demo
from tests.month.days import Days

TEST_DAY = date(2026, 10, 16)
_EDITS = {
    "city.toml": [("tests = []", f"tests = [{TEST_DAY}]")],
    # One limit runs on over nights and days off, so that its marks fall where nobody may be spoken to.
    "conditions.csv": [("Unauthorised ramp,3,work_days", "Unauthorised ramp,3,calendar_days")],
}
_NEAR = 0.0002
"""About twenty metres, in degrees."""
Row = dict[str, str]


class Limit(NamedTuple):
    """How much time, of which unit, and whether it is urgent."""

    amount: int
    unit: str
    urgent: bool = False


class Rung(NamedTuple):
    """How long after a clock ran out, and who is told."""

    amount: int
    unit: str
    to: tuple[str, ...]


def write_pack(folder: Path) -> Path:
    """Write the demo pack with a test day, and a limit in natural days."""
    write_demo(folder)
    for name, edits in _EDITS.items():
        text = (folder / name).read_text(encoding="utf-8")
        for old, new in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


class District:
    """What the pack says, as it says it."""

    def __init__(self, folder: Path, first: date, last: date) -> None:
        settings = tomllib.loads((folder / "city.toml").read_text(encoding="utf-8"))
        self.settings: dict[str, Any] = settings
        self.days = Days(first, last, [_span(each) for each in settings["working_hours"]])
        self.quiet = _span(settings["quiet_hours"])
        self.shares: list[float] = settings["nag_shares"]
        self.ladder = [Rung(*each["after"].values(), tuple(each["to"])) for each in settings["ladder"]]
        self.parents = {row["code"]: row["parent"] for row in _table(folder, "units")}
        self.points = {row["code"]: row for row in _table(folder, "points")}
        self.people = _table(folder, "people")
        self._owners = {row["code"]: row["owner"] for row in _table(folder, "categories")}
        self._conditions = _table(folder, "conditions")
        places = json.loads((folder / "places.geojson").read_text(encoding="utf-8"))["features"]
        areas = [place for place in places if place["properties"].get("area_class")]
        self._area_classes = {area["properties"]["unit"]: area["properties"]["area_class"] for area in areas}
        self._rings = {area["properties"]["unit"]: area["geometry"]["coordinates"][0] for area in areas}

    def clock(self, name: str) -> Limit:
        """Return the limit of one of the clocks that are the same for all cases."""
        return Limit(*self.settings[f"{name}_limit"].values())

    def limit(self, category: str, point: str, *, urgent: bool) -> Limit:
        """Return the limit of the condition that fits a case: by its urgency, then by the class of its area."""
        rows = [row for row in self._conditions if row["category"] == category]
        rows = rows or [row for row in self._conditions if row["category"] == category[:2]]
        rows = [row for row in rows if bool(row["urgent"]) == urgent] or rows
        area = self._area_classes.get(self.points[point]["territorial_unit"], "") if point else ""
        fitting = [row for row in rows if row["area_class"] == area] or [row for row in rows if not row["area_class"]]
        row = (fitting or rows)[0]
        return Limit(int(row["amount"]), row["unit"], bool(row["urgent"]))

    def is_inside(self, point: str) -> bool:
        """Tell whether a point lies well inside the area of its territorial unit: on a border it would be in two."""
        row = self.points[point]
        lat, lon, ring = float(row["lat"]), float(row["lon"]), self._rings[row["territorial_unit"]]
        return all(_holds(ring, lat + south, lon + west) for south in (-_NEAR, _NEAR) for west in (-_NEAR, _NEAR))

    def usual_unit(self, category: str) -> str:
        """Return the unit whose business a category is."""
        return self._owners.get(category) or self._owners[category[:2]]

    def with_all_below(self, unit: str) -> set[str]:
        """Return a unit and all that are part of it; all units where none is named."""
        if not unit:
            return set(self.parents)
        found = {unit}
        while more := {code for code, parent in self.parents.items() if parent in found} - found:
            found |= more
        return found


def _holds(ring: list[list[float]], lat: float, lon: float) -> bool:
    """Tell whether a ring of positions holds a place: a line to the east crosses it an odd number of times."""
    crossed = [
        (a[0] + (lat - a[1]) / (b[1] - a[1]) * (b[0] - a[0])) > lon
        for a, b in pairwise(ring)
        if (a[1] > lat) != (b[1] > lat)
    ]
    return sum(crossed) % 2 == 1


def _span(text: str) -> tuple[time, time]:
    opens, closes = text.split("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


def _table(folder: Path, name: str) -> list[Row]:
    with (folder / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
