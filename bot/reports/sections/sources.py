"""Where cases come from: citizens, volunteers, inspectors and the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bot.reports.facts import Facts
from bot.reports.figures import by_source
from bot.reports.sections import section
from bot.reports.tally import Tally


class Source(NamedTuple):
    """One source by the role of who reported, with its figures of this period and of the last."""

    source: str
    now: Tally
    before: Tally


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources that had anything in this period or the last; who reported most first."""

    rows: tuple[Source, ...]


@section("sources", order=70)
def collect(facts: Facts) -> Sources | None:
    """Sum up each source."""
    now, before = (facts.ledger.by(by_source, period) for period in (facts.period, facts.before))
    nothing = Tally()
    rows = [Source(each, now.get(each, nothing), before.get(each, nothing)) for each in {*now, *before}]
    rows.sort(key=lambda row: (-row.now.received, row.source))
    return Sources(tuple(rows)) if any(row.now.received for row in rows) else None
