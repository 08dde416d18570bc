"""Whose turn it is, person by person: those there are, or whoever stands in for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import select

from bot.domain.case import ASKING, HANDLING, WORKING_STATES, State
from bot.domain.roles import Role
from bot.services import people
from bot.services.casework.stances import WORKERS, area_units, have_handled
from bot.services.desk import Desk
from bot.services.staffing import absences
from storage.knowledge import learn
from storage.models import Assignment, Case, Person

_AT_HEADQUARTERS = frozenset({State.PENDING_CHECK, State.PENDING_OPENING, State.PENDING_DISPATCH})


class Callee(NamedTuple):
    """Somebody who must act, and the face of the case by which they do."""

    face: str
    person_id: int


def of(desk: Desk, case: Case) -> Iterator[Callee]:
    """Yield who must act on a case as it stands: headquarters, its owner, its handler, or whoever verifies."""
    state = State(case.state)
    if state in _AT_HEADQUARTERS or (state is State.PENDING_SIGNING and case.owner_id is None):
        yield from _all("desk", dispatchers(desk))
    elif state is State.PENDING_SIGNING and case.owner_id is not None:
        yield Callee("owner", absences.standing_in(desk, case.owner_id))
    elif state in WORKING_STATES | {State.SUSPENDED}:
        if case.handler_id is not None and _works(desk, case.handler_id):
            yield Callee("owner", absences.standing_in(desk, case.handler_id))
        else:
            yield from _all("desk", dispatchers(desk))
    elif state is State.PENDING_VERIFICATION:
        yield from _all("verifier", verifiers(desk, case))


def dispatchers(desk: Desk) -> list[int]:
    """Return everybody at headquarters who is there."""
    return _present(desk, Role.DISPATCHER, people.holders(desk.session, [Role.DISPATCHER], desk.now))


def executives(desk: Desk) -> list[int]:
    """Return the executives who are there."""
    return _present(desk, Role.EXECUTIVE, people.holders(desk.session, [Role.EXECUTIVE], desk.now))


def verifiers(desk: Desk, case: Case) -> list[int]:
    """Return who is asked to verify: the area's inspectors, else headquarters, else executives; never a handler."""
    hands = have_handled(desk, case)
    units = {"", *area_units(desk, case)}
    inspectors = _present(desk, Role.INSPECTOR, _inspectors(desk, units))
    return (
        _with_other_eyes(desk, inspectors, hands)
        or _with_other_eyes(desk, dispatchers(desk), hands)
        or _with_other_eyes(desk, executives(desk), hands)
    )


def _inspectors(desk: Desk, units: set[str]) -> list[int]:
    """Return the inspectors of these units."""
    held = (Assignment.role == Role.INSPECTOR.value, Assignment.unit.in_(units), people.current(desk.now))
    query = select(Assignment.person_id).where(*held).order_by(Assignment.id)
    read = desk.session.scalars
    return learn(desk.session, "holders", ("inspectors", *sorted(units)), lambda: list(dict.fromkeys(read(query))))


def deciders(desk: Desk, case: Case, asker: Person | None = None) -> list[Callee]:
    """Return who decides the open request: headquarters, but executives where it is for a further extension, or where
    nobody else at headquarters is free of it; never whoever asks (the `asker`, who is about to), or has handled the
    case.
    """
    higher = case.request == "extension" and case.extensions > 0
    headquarters, above = _free_of(desk, case, asker)
    return above or headquarters if higher else headquarters or above


def deciders_late(desk: Desk, case: Case) -> list[Callee]:
    """Return who hears of a request that has waited for a day too long: who decides it, and the executives who may."""
    return [*deciders(desk, case), *_free_of(desk, case)[1]]


def _free_of(desk: Desk, case: Case, asker: Person | None = None) -> tuple[list[Callee], list[Callee]]:
    """Return who at headquarters, and which executives, have neither handled a case nor asked for anything in it."""
    hands = have_handled(desk, case, HANDLING | ASKING) | ({asker.id} if asker else set())
    return (
        _all("desk", _with_other_eyes(desk, dispatchers(desk), hands)),
        _all("overview", _with_other_eyes(desk, executives(desk), hands)),
    )


def _all(face: str, persons: Iterable[int]) -> list[Callee]:
    return [Callee(face, person_id) for person_id in persons]


def _present(desk: Desk, role: Role, holders: Iterable[int]) -> list[int]:
    """Return the holders of a role who are there, and for those who are away their stand-ins who hold it too; all of
    them where that would be nobody.
    """
    acting = {each: absences.standing_in(desk, each) for each in holders}
    there = [stands for each, stands in acting.items() if stands == each or _holds(desk, stands, role)]
    return list(dict.fromkeys(there)) or list(acting)


def _works(desk: Desk, person_id: int) -> bool:
    return bool(WORKERS & people.roles_of(desk.session, people.merged(desk.session, person_id), desk.now))


def _holds(desk: Desk, person_id: int, role: Role) -> bool:
    return role in people.roles_of(desk.session, people.merged(desk.session, person_id), desk.now)


def _with_other_eyes(desk: Desk, persons: Collection[int], hands: set[int]) -> list[int]:
    people.read_ahead(desk.session, persons)
    return [
        person_id
        for person_id in persons
        if people.merged(desk.session, person_id).id not in hands and people.private_chat(desk.session, person_id)
    ]
