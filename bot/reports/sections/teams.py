"""The board of teams (团队榜): hours and heads of those who want to be counted in it; teams, never persons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from bot.reports.digest import Digest
from bot.reports.facts import Facts
from bot.reports.period import Kind
from bot.reports.sections import section
from bot.reports.tables import Table, table
from bot.reports.voice import Voice
from storage.models import Volunteer

LEAST_HEADS = 3
"""Of fewer the hours of a team would be those of somebody."""
_ENOUGH = 2
"""A single team is compared with nobody."""


class TeamRow(NamedTuple):
    """A team (the unit its people serve with), its place (ties share it), its hours in minutes, and how many served."""

    place: int
    team: str
    minutes: int
    heads: int


@dataclass(frozen=True, slots=True)
class Teams:
    """Those teams of which enough people served who want to be counted, the most hours first."""

    rows: tuple[TeamRow, ...]
    least: int = LEAST_HEADS


@section("teams", order=59, kinds={Kind.WEEKLY, Kind.MONTHLY})
def collect(facts: Facts) -> Teams | None:
    """Add up the minutes of duty at the posts of the scope by team; whoever has not agreed is counted nowhere here."""
    minutes = _minutes(facts)
    listed = select(Volunteer.person_id, Volunteer.team).where(Volunteer.listed, Volunteer.team != "")
    of: defaultdict[str, list[int]] = defaultdict(list)
    for person_id, team in facts.session.execute(listed) if minutes else ():
        if minutes.get(person_id):
            of[team].append(minutes[person_id])
    sums = {team: (sum(each), len(each)) for team, each in of.items() if len(each) >= LEAST_HEADS}
    if len(sums) < _ENOUGH:
        return None
    ranked = sorted(sums, key=lambda team: (-sums[team][0], team))
    return Teams(tuple(TeamRow(1 + _ahead(sums, team), team, *sums[team]) for team in ranked))


@table("teams", order=84)
def draw(digest: Digest, voice: Voice) -> Table | None:
    """Every team of the board."""
    data: Teams | None = digest.block("teams")
    if data is None:
        return None
    heads = (*(voice.plain(f"digest.head.{each}") for each in ("rank", "team")), voice.plain("digest.duty.minutes"))
    rows = ((row.place, voice.unit(row.team), row.minutes, row.heads) for row in data.rows)
    return Table((*heads, voice.plain("digest.head.heads")), tuple(rows))


def _minutes(facts: Facts) -> dict[int, int]:
    found: defaultdict[int, int] = defaultdict(int)
    for shift in facts.shifts:
        for person_id, n in shift.minutes.items():
            found[person_id] += 0 if shift.is_training else n
    return found


def _ahead(sums: dict[str, tuple[int, int]], team: str) -> int:
    return sum(other > sums[team][0] for other, _ in sums.values())
