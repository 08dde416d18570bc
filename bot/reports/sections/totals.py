"""The main line: received, opened, dispatched, due, closed, in time, reworked, extended, beside the last period."""

from __future__ import annotations

from dataclasses import dataclass

from bot.reports.facts import Facts
from bot.reports.sections import section
from bot.reports.tally import Tally


@dataclass(frozen=True, slots=True)
class Totals:
    """All figures of the period, of the last period, and of the month so far where that is more than the period."""

    now: Tally
    before: Tally
    month: Tally | None


@section("totals", order=10)
def collect(facts: Facts) -> Totals:
    """Sum up everything."""
    tally = facts.ledger.tally
    month = tally(facts.month) if facts.month.first < facts.period.first else None
    return Totals(tally(facts.period), tally(facts.before), month)
