"""The zero report: units that have nothing open, gathered so that their silence is no question."""

from __future__ import annotations

from dataclasses import dataclass

from bot.reports.facts import Facts
from bot.reports.figures import by_unit, is_open
from bot.reports.sections import section


@dataclass(frozen=True, slots=True)
class Zero:
    """The units with nothing open (so nothing overdue either), in the pack's order, and how many units there are."""

    units: tuple[str, ...]
    of: int


@section("zero", order=100)
def collect(facts: Facts) -> Zero | None:
    """Name the live units of the scope that have nothing."""
    busy = {by_unit(case) for case in facts.cases if is_open(case)}
    units = [code for code in facts.city.units if code in facts.units]
    idle = tuple(code for code in units if code not in busy)
    return Zero(idle, len(units)) if idle and len(units) > 1 else None
