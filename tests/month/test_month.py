"""A month of the demo district by the moved clock: every nag, rung, card and digest is what a simple model foretells.

The model reads the pack's files, a list of working minutes and the script of what people do; it shares no rule with the
program. By default a part of the month's cases is played; `make month` plays all, on both databases.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import pytest

from bot.city.read import read
from tests.dialogue import Stage
from tests.month.arrivals import subscribe
from tests.month.crew import Crew
from tests.month.days import DAY, MINUTE, local
from tests.month.digests import Calendar, Due, Readers
from tests.month.district import District, write_pack
from tests.month.month import Month
from tests.month.program import Program
from tests.month.records import ASKED, LEADERS
from tests.month.script import Scribe, Script
from tests.month.telling import told

FIRST, LAST = date(2026, 9, 20), date(2026, 10, 20)
"""From a Sunday that is worked over the Mid-Autumn Festival and the National Day's week to after its make-up day."""
START, END = local(FIRST), local(LAST + DAY)
ALL = "PK_TEST_MONTH"
CASES = int(os.environ.get(ALL, "250"))
GRAIN = int(os.environ.get("PK_TEST_MONTH_GRAIN", "60"))
"""People do something every so many minutes; the marks of the clocks fall in between."""
DATABASES = ["sqlite", *([pytest.param("postgresql", marks=pytest.mark.postgres)] if ALL in os.environ else [])]
READERS = [
    Readers("group-leaders", "", ("daily", "weekly", "monthly", "flash")),
    Readers("group-S01", "S01", ("daily", "weekly", "monthly", "flash")),
    Readers("E-1", "", ("daily", "weekly", "monthly", "flash")),
    Readers("C-2", "", ("daily", "flash")),
    Readers("H-D01", "D01", ("daily", "flash")),
    Readers("H-S02", "S02", ("weekly",)),
]
SUBSCRIPTIONS = {"E-1": ("daily", "weekly", "monthly"), "C-2": ("daily",), "H-D01": ("daily",), "H-S02": ("weekly",)}
LOOK = time(12, 30)
"""When the cards are compared, every day."""
ITS_OWN = "district.py", "from bot.city.demo.pack import write_demo"
MODEL = ("days", "district", "crew", "course", "script", "marks", "gathering", "figures", "digests", "month", "records")


@dataclass(frozen=True)
class World:
    """The district, its people, what they do, the digests that are due, and when the cards are compared."""

    pack: Path
    district: District
    crew: Crew
    script: Script
    dues: list[Due]
    looks: list[datetime]

    @property
    def stops(self) -> set[datetime]:
        """Return when the clock may have something to do that no row tells of: openings, the times of digests."""
        openings = (local(day, opens) for day in self.district.days.worked for opens, _ in self.district.days.hours)
        return {at for at in (*openings, *(due.at for due in self.dues)) if START <= at < END}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return the month of the demo district, with as many cases as are asked for."""
    pack = write_pack(tmp_path / "pack")
    district = District(pack, date(2026, 9, 1), date(2027, 3, 31))  # people plan far beyond the month
    crew = Crew(district, Random(1), START)
    script = Scribe(district, crew, Random(2), (START, END), GRAIN).write(CASES)
    days = [FIRST + number * DAY for number in range((LAST - FIRST).days + 1)]
    dues = [due for day in days for due in Calendar(district, READERS).of(day)]
    return World(pack, district, crew, script, dues, [local(day, LOOK) for day in days])


@pytest.mark.parametrize("database_kind", DATABASES)
def test_a_month_goes_as_a_simple_model_foretells(world: World, migrated_url: str, tmp_path: Path):
    began = perf_counter()
    month = foretold(world)
    assert_everything_occurs(month)
    model = perf_counter()
    program = played(world, migrated_url, tmp_path)
    marks, messages = list(program.reminders()), program.nags()
    program.stage.close()
    tell(world, month, f"the model took {model - began:.0f} s, the program {perf_counter() - model:.0f} s")

    assert_same(marks, month.gathering.said)
    assert_same([(at, LEADERS if chat == "group-leaders" else chat) for at, chat in messages], month.gathering.messages)
    assert program.cards.keys() == month.cards.keys()
    for at, expected in month.cards.items():
        assert_same(program.cards[at], expected)
    assert_same([Due(*made[:-1]) for made in program.digests], world.dues)
    tells = {Due(*made[:-1]): told(made.digest) for made in program.digests}
    for due, expected in month.digests:
        assert tells[due] == expected, due


def test_the_model_shares_no_rule_with_the_program():
    folder = Path(__file__).parent
    imports = re.compile(r"^[ \t]*(?:from|import) (?:bot|storage)\b.*$", re.MULTILINE)
    found = [(f"{name}.py", each) for name in MODEL for each in imports.findall((folder / f"{name}.py").read_text())]
    assert found == [ITS_OWN]


def foretold(world: World) -> Month:
    """Return the month as it should go."""
    month = Month(world.district, world.crew, world.script, world.dues, END)
    month.play((START + number * MINUTE for number in range((END - START) // MINUTE)), world.looks)
    return month


def played(world: World, url: str, folder: Path) -> Program:
    """Return the program after the month."""
    stage = Stage(url, folder, city=read(world.pack).city())
    stage.clock.move(START - stage.now)
    program = Program(stage, world.crew, world.script)
    stage.group("leaders", unit="")
    stage.group("S01", unit="S01")
    for key, kinds in SUBSCRIPTIONS.items():
        subscribe(stage, program.persons[key], *kinds)
    program.play(world.stops, world.looks, END)
    return program


def assert_same(program: Iterable[Any], model: Iterable[Any]) -> None:
    """Compare what was made one by one, in whatever order; show the first that differ."""
    found, expected = Counter(program), Counter(model)
    only = {"the program": sorted(found - expected, key=str)[:10], "the model": sorted(expected - found, key=str)[:10]}
    assert found == expected, only


def assert_everything_occurs(month: Month) -> None:
    """A model that foretells nothing would be easy to agree with: every kind of nag, rung and answer must be there."""
    said, a_day = month.gathering.said, month.gathering.district.settings["nags_a_day"]
    names = ("0.5", "0.8", "due", "daily", "rung 1", "rung 2", "rung 3", "rung 4")
    clocks = ("accept", "acknowledge", "handle", "verify")
    asked = {("decide", "due"), ("decide", "daily")}
    kinds = {(clock, name) for clock in clocks for name in names} | asked
    assert {(each.clock, _kind(each.name)) for each in said} == kinds
    assert {each.person[:2] for each in said if each.clock == "decide"} >= {"C-", "E-"}
    assert {each.silenced for each in said} == {True, False}
    assert {each.reason for each in said} >= {"0.0", "0.1", "1.0", "1", "2", "3"}
    assert LEADERS in {each.person for each in said}
    listed = [each for cards in month.cards.values() for each in cards]
    assert any(each.missing for each in listed)
    assert {each.silent_until is None for each in listed if each.rung == ASKED} == {True, False}
    assert max(month.gathering.plain.values()) == a_day
    assert {name for _, sections in month.digests for name in sections} >= {"lists", "recurrence", "satisfaction"}


def tell(world: World, month: Month, took: str) -> None:
    """Say what was played and compared."""
    said, gathering, script = month.gathering.said, month.gathering, world.script
    rungs = sum(each.name.startswith("rung") for each in said)
    sys.stdout.write(
        f"\n{len(script.filings)} cases, {len(script.deeds)} deeds: {len(said) - rungs} nags, {rungs} rungs, "
        f"{len(gathering.messages)} new messages, {sum(map(len, month.cards.values()))} entries on cards, "
        f"{len(month.digests)} digests; {took}\n"
    )


def _kind(name: str) -> str:
    return "daily" if name.startswith("2026") else name
