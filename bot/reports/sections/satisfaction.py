"""How content reporters are with what was done."""

from __future__ import annotations

from dataclasses import dataclass

from bot.reports.facts import Facts
from bot.reports.figures import rated
from bot.reports.period import Period
from bot.reports.sections import section
from bot.reports.tally import Rate


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Of the cases closed in this span: the content among the rated, the rated among all, the average of the stars."""

    span: Period
    satisfied: Rate
    answered: Rate
    stars: float


@section("satisfaction", order=90)
def collect(facts: Facts) -> Satisfaction | None:
    """Sum up the ratings; one a case, the one that counts now."""
    stars = [case.rating or 0 for case in facts.ledger.within(rated, facts.wider)]
    if not stars:
        return None
    tally = facts.ledger.tally(facts.wider)
    return Satisfaction(facts.wider, tally.satisfaction, Rate(tally.rated, tally.closed), sum(stars) / len(stars))
