"""Troubles that come back: the same kind at the same place, time and again."""

from __future__ import annotations

from dataclasses import dataclass

from bot.reports.facts import Facts
from bot.reports.figures import is_valid, received
from bot.reports.period import Period
from bot.reports.sections import section
from bot.reports.spots import Spot, has_place, spots
from bot.reports.tally import Rate


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The spots with at least `least` valid cases in this span, the worst first.

    `share`: the cases at those spots, of all valid cases with a usable place. `unplaced`: the valid cases that have
    none (neither point nor position), of all; nobody can tell whether they come back.
    """

    span: Period
    least: int
    spots: tuple[Spot, ...]
    share: Rate
    unplaced: Rate


@section("recurrence", order=80)
def collect(facts: Facts) -> Recurrence | None:
    """Gather the valid cases of the last days by kind and place."""
    least = facts.city.settings.digests.recurrence_cases
    valid = [case for case in facts.ledger.within(received, facts.lately) if is_valid(case)]
    placed = [case for case in valid if has_place(case)]
    back = tuple(spot for spot in spots(facts.city, placed) if len(spot.cases) >= least)
    if not valid:
        return None
    share = Rate(sum(len(spot.cases) for spot in back), len(placed))
    return Recurrence(facts.lately, least, back, share, Rate(len(valid) - len(placed), len(valid)))
