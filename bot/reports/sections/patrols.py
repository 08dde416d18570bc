"""The rounds of point leaders: due, made, missed, what they found, and what they overlooked; units, never persons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bot.reports.digest import Digest
from bot.reports.facts import Facts
from bot.reports.rounds import Rounds, are_made, by_units
from bot.reports.sections import section
from bot.reports.tables import Table, table
from bot.reports.voice import Voice

_COLUMNS = ("expected", "made", "missed", "rate", "defects", "fixed", "overlooked", "overlooked_rate")
_HEADS = ("expected", "rounds", "missed", "round_rate", "defects", "fixed", "overlooked", "overlooked_rate")


class UnitRow(NamedTuple):
    """A unit (empty: none has it) and its figures."""

    unit: str
    rounds: Rounds


@dataclass(frozen=True, slots=True)
class Patrols:
    """The figures of the period and of the last, every unit, and those that missed most of theirs, the worst first."""

    now: Rounds
    before: Rounds
    units: tuple[UnitRow, ...]
    worst: tuple[UnitRow, ...]


@section("patrols", order=55)
def collect(facts: Facts) -> Patrols | None:
    """Sum up the rounds; a unit of which too few were due is on no list."""
    if not are_made(facts.city):
        return None
    units = by_units(facts, facts.period)
    now = sum(units.values(), Rounds())
    if not (now.expected or now.defects or now.overlooked):
        return None
    rows = [UnitRow(unit, rounds) for unit, rounds in sorted(units.items())]
    least = facts.city.settings.digests.least_for_list
    missing = [row for row in rows if row.rounds.missed and row.rounds.expected >= least]
    missing.sort(key=lambda row: (row.rounds.made / row.rounds.expected, -row.rounds.missed, row.unit))
    before = sum(by_units(facts, facts.before).values(), Rounds())
    return Patrols(now, before, tuple(rows), tuple(missing))


@table("patrols", order=70)
def draw(digest: Digest, voice: Voice) -> Table | None:
    """Every unit with rounds, defects or anything overlooked."""
    data: Patrols | None = digest.block("patrols")
    if data is None:
        return None
    heads = (voice.plain("digest.head.unit"), *(voice.plain(f"digest.head.{each}") for each in _HEADS))
    rows = tuple((voice.unit(row.unit), *(getattr(row.rounds, name) for name in _COLUMNS)) for row in data.units)
    total = (voice.plain("digest.head.total"), *(getattr(data.now, name) for name in _COLUMNS))
    return Table(heads, rows, total)
