"""What was opened again because a reporter was not satisfied, and what failed its verification, by unit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from bot.reports.facts import Facts
from bot.reports.figures import by_unit, reopened, reworked
from bot.reports.sections import section
from bot.reports.tally import Tally


class Again(NamedTuple):
    """A unit (empty: none has it): how many of its cases were opened again, how many failed."""

    unit: str
    reopened: int
    reworked: int


@dataclass(frozen=True, slots=True)
class Reopened:
    """The figures of the period and of the last, and the units, those with most cases opened again first."""

    now: Tally
    before: Tally
    rows: tuple[Again, ...]


@section("reopened", order=40)
def collect(facts: Facts) -> Reopened | None:
    """Count what came back, by unit."""
    ledger = facts.ledger
    again, failed = (Counter(map(by_unit, ledger.within(each, facts.period))) for each in (reopened, reworked))
    rows = sorted(
        (Again(unit, again[unit], failed[unit]) for unit in {*again, *failed}),
        key=lambda row: (-row.reopened, -row.reworked, row.unit),
    )
    return Reopened(ledger.tally(facts.period), ledger.tally(facts.before), tuple(rows)) if rows else None
