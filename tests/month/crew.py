"""Who holds which function in the district, who of them has never joined, and who is away when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import NamedTuple

from tests.month.days import DAY, HOUR
from tests.month.district import District

LEADERS_WITHOUT_BOT = 0.06
"""The share of those with a single point; of the leaders of circles it is one."""
CIRCLE_WITHOUT_BOT = "L-Q40"
HEADS_WITHOUT_BOT = ("H-B07", "H-S0302", "H-D16")
INSPECTORS_WITHOUT_BOT = ("I-S04",)


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody with a function; `joined` tells whether the bot can write to them."""

    key: str
    role: str
    unit: str
    points: tuple[str, ...]
    joined: bool


class Away(NamedTuple):
    """Somebody is away from one moment until before another, and somebody else stands in."""

    key: str
    stand_in: str
    since: datetime
    until: datetime


class Crew:
    """Everybody. The points of a circle share one leader, so that some have much to do."""

    def __init__(self, district: District, chance: Random, start: datetime) -> None:
        self._district = district
        self.staff = {each.key: each for each in _all(district, chance)}
        self.leaders = {point: each.key for each in self.staff.values() for point in each.points}
        self.heads = {each.unit: each.key for each in self.staff.values() if each.role == "unit_head"}
        self.dispatchers = [each.key for each in self.staff.values() if each.role == "dispatcher"]
        self.executives = [each.key for each in self.staff.values() if each.role == "executive"]
        self.away = _absences(start)

    def is_there(self, key: str, at: datetime) -> bool:
        """Tell whether somebody is not away."""
        return not any(each.key == key and each.since <= at < each.until for each in self.away)

    def acting(self, key: str, at: datetime) -> str:
        """Return who acts for somebody: themselves, or whoever stands in. Nobody who stands in is away."""
        found = (each.stand_in for each in self.away if each.key == key and each.since <= at < each.until)
        return next(found, key)

    def reached(self, keys: list[str], at: datetime) -> list[str]:
        """Return who acts for these, those whom the bot can write to, each once."""
        acting = dict.fromkeys(self.acting(key, at) for key in keys)
        return [key for key in acting if self.staff[key].joined]

    def present(self, keys: list[str], at: datetime) -> list[str]:
        """Return those of a circle of equals who are there; for one who is away another of them stands in."""
        return [key for key in keys if self.is_there(key, at) and self.staff[key].joined]

    def head(self, unit: str, at: datetime) -> str | None:
        """Return who leads a unit now, if the bot can write to them."""
        return next(iter(self.reached([self.heads[unit]], at)), None)

    def inspectors(self, unit: str, at: datetime) -> list[str]:
        """Return the inspectors in whose area a unit lies: of the unit itself, or of one that it is part of."""
        above = {unit}
        while unit := self._district.parents.get(unit, ""):
            above.add(unit)
        found = [each.key for each in self.staff.values() if each.role == "inspector" and each.unit in above]
        return self.present(found, at)


def _all(district: District, chance: Random) -> list[Staff]:
    held: dict[str, list[str]] = {}
    for code, point in district.points.items():
        held.setdefault(f"L-{point['circle'] or code}", []).append(code)
    found = [
        Staff(key, "point_leader", district.points[points[0]]["territorial_unit"], tuple(points),
              key != CIRCLE_WITHOUT_BOT if "Q" in key else chance.random() >= LEADERS_WITHOUT_BOT)
        for key, points in held.items()
    ]  # fmt: skip
    without = {*HEADS_WITHOUT_BOT, *INSPECTORS_WITHOUT_BOT}
    posts = (row for row in district.people if row["role"] not in {"point_leader", "administrator"})
    return [*found, *(Staff(row["code"], row["role"], row["unit"], (), row["code"] not in without) for row in posts)]


def _absences(start: datetime) -> list[Away]:
    """Return who is away in the month: leaders, the head of a unit, and one at headquarters."""
    morning = start + 8 * HOUR
    return [
        Away("L-Q05", "H-S0101", morning + 2 * DAY, morning + 5 * DAY),
        Away("L-Q21", "L-Q22", morning + 8 * DAY + 3 * HOUR, morning + 20 * DAY),
        Away("H-D13", "H-D01", morning + 3 * DAY, morning + 24 * DAY),
        Away("C-3", "C-1", morning + 9 * DAY, morning + 10 * DAY + 6 * HOUR),
    ]
