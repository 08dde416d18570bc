"""Who is told of a case on a rung of the ladder, as they can be reached now; where nobody can, those further up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from bot.domain.roles import Role
from bot.services import people
from bot.services.casework import callees, lists
from bot.services.casework.stances import read_hands
from bot.services.desk import Desk
from bot.services.staffing import absences, groups
from storage.knowledge import known, learn
from storage.models import Case

NAG = 0
"""The rung on which everybody stands whose turn it is."""
TURN = ("whose_turn",)


class Party(NamedTuple):
    """Somebody answerable: as what (bot.city.settings.Holder), for which unit, and those who can be reached."""

    holder: str
    unit: str
    persons: tuple[int, ...]

    @property
    def key(self) -> str:
        """How headquarters' nag cards remember that it could not be told."""
        return f"{self.holder}:{self.unit}"


@dataclass(slots=True)
class Heard:
    """Who is told, in the end on which rung, and which parties there are but cannot be told."""

    persons: dict[int, None] = field(default_factory=dict)
    groups: bool = False
    missing: dict[str, None] = field(default_factory=dict)


def read_ahead(desk: Desk, cases: Collection[Case]) -> None:
    """Read at once who has these cases, whether they still hold a function, where they can be reached, and who has
    handled them.
    """
    holders = {each for case in cases for each in (case.owner_id, case.handler_id) if each}
    people.read_ahead(desk.session, holders)
    people.read_roles(desk.session, holders, desk.now)
    read_hands(desk, [case.id for case in cases])


def hearers(desk: Desk, case: Case, rung: int) -> Heard:
    """Return who is told of a case on this rung, or on the first above it on which there is anybody."""
    heard = Heard()
    for holders in _rungs(desk)[rung:]:
        for party in (party for holder in holders for party in _parties(desk, case, holder)):
            heard.persons |= dict.fromkeys(party.persons)
            if not party.persons:
                heard.missing[party.key] = None
        heard.groups = "leaders_group" in holders and bool(groups.of_leaders(desk.session))
        if heard.persons or heard.groups:
            return heard
    heard.persons = dict.fromkeys([*headquarters(desk), *_reached(desk, callees.executives(desk))])
    return heard


def deciders(desk: Desk, case: Case, *, late: bool) -> Heard:
    """Return who is told that a request waits for a decision; from a day after it was due on, those above too."""
    found = callees.deciders_late(desk, case) if late else callees.deciders(desk, case)
    return Heard(dict.fromkeys(_reached(desk, [each.person_id for each in found])))


def headquarters(desk: Desk) -> tuple[int, ...]:
    """Return who hears of those that cannot be told."""
    return _reached(desk, callees.dispatchers(desk))


def _rungs(desk: Desk) -> list[tuple[str, ...]]:
    return [TURN, *(rung.to for rung in desk.city.settings.ladder)]


def _parties(desk: Desk, case: Case, holder: str) -> Iterator[Party]:
    """Yield the party that a holder is in this case; none where the case has no such unit or point."""
    if holder in _UNITS:
        unit = _UNITS[holder](desk, case)
        if unit:
            heads = people.holders(desk.session, [Role.UNIT_HEAD], desk.now, unit=unit)
            yield Party(holder, unit, _present(desk, heads))
    elif holder == "whose_turn":
        yield Party(holder, case.unit, _reached(desk, _whose_turn(desk, case)))
    elif holder == "point_leader" and case.point:
        leaders = people.holders(desk.session, [Role.LEADER], desk.now, point=case.point)
        yield Party(holder, desk.city.point(case.point).territorial_unit, _present(desk, leaders))
    elif holder in _CIRCLES:
        yield Party(holder, "", _reached(desk, _CIRCLES[holder](desk)))


def _whose_turn(desk: Desk, case: Case) -> list[int]:
    """Return whose turn it is; headquarters' where whoever took the case holds no function any more."""
    return (
        callees.dispatchers(desk) if lists.is_left(desk, case) else [each.person_id for each in callees.of(desk, case)]
    )


def _present(desk: Desk, persons: Iterable[int]) -> tuple[int, ...]:
    return _reached(desk, absences.all_standing_in(desk, persons))


def _reached(desk: Desk, persons: Iterable[int]) -> tuple[int, ...]:
    """Return those who can be reached, as who they are now."""
    asked = dict.fromkeys(persons)
    people.read_ahead(desk.session, asked.keys() - known(desk.session, "reached").keys())
    found = (learn(desk.session, "reached", each, partial(_reach, desk, each)) for each in asked)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _reach(desk: Desk, person_id: int) -> int | None:
    now = people.merged(desk.session, person_id).id
    return now if people.private_chat(desk.session, now) is not None else None


def _territorial(desk: Desk, case: Case) -> str:
    at = desk.city.unit_at(case.lat, case.lon) if case.lat is not None and case.lon is not None else None
    return desk.city.point(case.point).territorial_unit if case.point else at.code if at else ""


def _trade(desk: Desk, case: Case) -> str:
    point = desk.city.point(case.point).trade_unit if case.point else ""
    return point or desk.city.category(case.category).default_unit


def _sponsor(desk: Desk, case: Case) -> str:
    return desk.city.point(case.point).sponsor_unit if case.point else ""


_UNITS: dict[str, Callable[[Desk, Case], str]] = {
    "unit_head": lambda _desk, case: case.unit,
    "sponsor_head": _sponsor,
    "territorial_head": _territorial,
    "trade_head": _trade,
}
_CIRCLES: dict[str, Callable[[Desk], list[int]]] = {
    "dispatchers": callees.dispatchers,
    "executives": callees.executives,
}
