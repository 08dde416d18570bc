"""How things stand now: open, overdue, due today and suspended, by whose turn it is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from bot.reports.cases import CaseFacts
from bot.reports.facts import Facts
from bot.reports.figures import Turn, is_open, turn
from bot.reports.sections import section
from bot.reports.tally import Standing, standing


class Owner(NamedTuple):
    """How things stand with a unit, with headquarters, or with those who verify."""

    turn: Turn
    standing: Standing


@dataclass(frozen=True, slots=True)
class Stands:
    """The whole, and its parts: whoever has most overdue first, then most due today, then most open."""

    whole: Standing
    owners: tuple[Owner, ...]


@section("standing", order=20)
def collect(facts: Facts) -> Stands | None:
    """Group the open cases by whose turn it is."""
    groups: defaultdict[Turn, list[CaseFacts]] = defaultdict(list)
    for case in facts.cases:
        if is_open(case):
            groups[turn(case)].append(case)
    if not groups:
        return None
    owners = (Owner(each, standing(cases, facts.now, facts.midnight)) for each, cases in groups.items())
    return Stands(facts.standing, tuple(sorted(owners, key=_most_pressing)))


def _most_pressing(owner: Owner) -> tuple[int, int, int, Turn]:
    stands = owner.standing
    return -stands.overdue, -stands.due_today, -stands.open, owner.turn
