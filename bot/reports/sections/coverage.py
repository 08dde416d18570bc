"""Whether volunteers' posts were manned (岗位覆盖): shifts planned, held and missing, and which posts stood empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bot.reports import duty
from bot.reports.duty import Duty, Stand
from bot.reports.facts import Facts
from bot.reports.sections import section


class StandRow(NamedTuple):
    """A post and its figures."""

    stand: Stand
    duty: Duty


@dataclass(frozen=True, slots=True)
class Coverage:
    """The figures of the period and of the last, and the posts that stood empty, the most often first."""

    now: Duty
    before: Duty
    empty: tuple[StandRow, ...]


@section("coverage", order=56, is_news=True)
def collect(facts: Facts) -> Coverage | None:
    """Sum up the shifts; nothing where none was planned."""
    now = duty.whole(facts.shifts)
    if not now.planned:
        return None
    rows = [StandRow(*each) for each in duty.by_stand(facts.shifts).items()]
    empty = sorted((row for row in rows if row.duty.missing), key=lambda row: (-row.duty.missing, row.stand.code))
    return Coverage(now, duty.whole(facts.shifts_before), tuple(empty))
