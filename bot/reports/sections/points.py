"""The points with most trouble."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from bot.reports.facts import Facts
from bot.reports.figures import by_point, is_overdue, is_valid, received
from bot.reports.period import Period
from bot.reports.sections import section

_LEAST = 2
"""One case makes no point a bad one."""


class PointRow(NamedTuple):
    """A point: how many valid cases were received there, and how many there are overdue now."""

    point: str
    cases: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Points:
    """The points that had at least two valid cases in this span, or have two overdue; the worst first."""

    span: Period
    rows: tuple[PointRow, ...]


@section("points", order=60)
def collect(facts: Facts) -> Points | None:
    """Count cases by point."""
    cases = Counter(by_point(case) for case in facts.ledger.within(received, facts.wider) if is_valid(case))
    overdue = Counter(by_point(case) for case in facts.cases if is_overdue(case, facts.now))
    rows = [PointRow(each, cases[each], overdue[each]) for each in {*cases, *overdue} if each]
    bad = [row for row in rows if max(row.cases, row.overdue) >= _LEAST]
    bad.sort(key=lambda row: (-row.cases, -row.overdue, row.point))
    return Points(facts.wider, tuple(bad)) if bad else None
