"""What is reported most, beside the last period (环比) and a year ago (同比)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from bot.reports.facts import Facts
from bot.reports.figures import by_kind, received
from bot.reports.sections import section
from bot.reports.tally import Change


class KindRow(NamedTuple):
    """A category: how many were received, beside the last period and beside a year ago."""

    category: str
    since_last: Change
    since_year: Change


@dataclass(frozen=True, slots=True)
class Kinds:
    """Every category of which any was received in the period, the most frequent first, and how many in all."""

    rows: tuple[KindRow, ...]
    received: int


@section("kinds", order=50)
def collect(facts: Facts) -> Kinds | None:
    """Count what was received by category."""
    periods = (facts.period, facts.before, facts.year_ago)
    now, before, year_ago = (Counter(map(by_kind, facts.ledger.within(received, each))) for each in periods)
    ranked = sorted(now, key=lambda category: (-now[category], category))
    rows = (KindRow(each, Change(now[each], before[each]), Change(now[each], year_ago[each])) for each in ranked)
    return Kinds(tuple(rows), now.total()) if now else None
