"""How somebody stands to a case, worked out anew at each act."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import bindparam, select

from bot.domain.case import ASKING, HANDLING, Action
from bot.domain.roles import Role, Stance
from bot.services import history, people
from bot.services.casework import followers
from bot.services.desk import Desk
from bot.services.people import Function
from bot.services.staffing import absences
from storage.knowledge import is_new, known
from storage.models import Case, Event, Person

_PLAIN = {Role.DISPATCHER: Stance.DISPATCHER, Role.EXECUTIVE: Stance.EXECUTIVE}
WORKERS = frozenset({Role.LEADER, Role.UNIT_HEAD, Role.DISPATCHER})
"""Who may work on a case: it stays theirs only as long as they hold one of these functions."""
_ACTS = sorted(act.value for act in HANDLING | ASKING)
_HANDS = select(Event.subject, Event.action, Event.actor).where(
    Event.subject.in_(bindparam("subjects", expanding=True)), Event.action.in_(_ACTS)
)
"""Built once, since a statement takes longer to build than to run."""


def stances(desk: Desk, case: Case, person: Person | None) -> frozenset[Stance]:
    """Return how a person stands to the case, for themselves or in place of somebody who is away; None is the system.

    Standing in gives the work, and of the functions that decide and verify only those that one holds oneself.
    """
    if person is None:
        return frozenset({Stance.SYSTEM})
    person = people.merged(desk.session, person.id)
    held = people.functions(desk.session, person.id, desk.now, case.point)
    found = {_PLAIN[item.role] for item in held if item.role in _PLAIN}
    if is_same(desk, case.reporter_id, person):
        found.add(Stance.REPORTER)
    if followers.is_follower(desk, case, person):
        found.add(Stance.FOLLOWER)
    found |= _working(desk, case, person, held)
    for absent, theirs in _deputised(desk, case, person):
        found |= _working(desk, case, absent, theirs)
        held += [item for item in theirs if item.role in {own.role for own in held}]
    if any(item.role == Role.INSPECTOR and inspects(desk, case, item) for item in held):
        found.add(Stance.INSPECTOR)
    return frozenset(found)


def in_place_of(desk: Desk, case: Case, person: Person) -> list[int]:
    """Return for whom somebody plays a part in a case that is theirs only because they stand in."""
    person = people.merged(desk.session, person.id)
    deputised = _deputised(desk, case, person)
    if not deputised:
        return []
    own = _working(desk, case, person, people.functions(desk.session, person.id, desk.now, case.point))
    return [absent.id for absent, theirs in deputised if _working(desk, case, absent, theirs) - own]


def _deputised(desk: Desk, case: Case, person: Person) -> list[tuple[Person, list[Function]]]:
    absents = [people.merged(desk.session, each) for each in absences.absents(desk, person.id)]
    return [(each, people.functions(desk.session, each.id, desk.now, case.point)) for each in absents]


def _working(desk: Desk, case: Case, person: Person, held: list[Function]) -> set[Stance]:
    """Return how somebody stands to the work on a case by these functions of theirs."""
    works = any(item.role in WORKERS for item in held)
    found = {Stance.HANDLER} if works and is_same(desk, case.handler_id, person) else set()
    if (works and is_same(desk, case.owner_id, person)) or any(_answers(case, item) for item in held):
        found.add(Stance.OWNER)
    return found


def is_same(desk: Desk, person_id: int | None, person: Person) -> bool:
    """Tell whether this id is the person, whoever they were before they were merged."""
    return person_id is not None and people.merged(desk.session, person_id).id == person.id


def inspects(desk: Desk, case: Case, held: Function) -> bool:
    """Tell whether an inspector's area holds the case; one without a unit inspects everywhere."""
    return not held.unit or held.unit in area_units(desk, case)


def area_units(desk: Desk, case: Case) -> set[str]:
    """Return the units whose area the case lies in, and those above them."""
    city = desk.city
    at = city.unit_at(case.lat, case.lon) if case.lat is not None and case.lon is not None else None
    waiting = {at.code if at else "", city.point(case.point).territorial_unit if case.point else "", case.unit}
    found: set[str] = set()
    while waiting := waiting - found - {""}:
        found |= waiting
        waiting = {city.unit(code).parent for code in waiting}
    return found


def have_handled(desk: Desk, case: Case, acts: Collection[Action] = HANDLING) -> set[int]:
    """Return everybody who ever took the case or replied to it (did one of these acts), in any round, as who they are
    now.
    """
    read_hands(desk, [case.id])
    done: dict[str, set[int]] = known(desk.session, "hands")[case.id]
    return {people.merged(desk.session, person_id).id for act in acts for person_id in done.get(act.value, ())}


def read_hands(desk: Desk, case_ids: Iterable[int]) -> None:
    """Read at once who took these cases, replied to them or asked for anything, before it is asked case by case."""
    hands = known(desk.session, "hands")
    asked = [case_id for case_id in case_ids if case_id not in hands]
    unknown = {f"case:{case_id}": case_id for case_id in asked if not is_new(desk.session, case_id)}
    hands |= {case_id: {} for case_id in asked}
    if not unknown:
        return
    rows = desk.session.execute(_HANDS, {"subjects": list(unknown)}).all()
    for subject, action, actor in rows:
        history.lay_hand(hands[unknown[subject]], action, actor)


def _answers(case: Case, held: Function) -> bool:
    """The lead unit's people, the point's leader while the point was asked, headquarters where it stands in."""
    if case.owner_kind == "dispatcher" and held.role == Role.DISPATCHER:
        return bool(case.unit)
    if held.role == Role.LEADER and case.owner_kind == "leader" and held.point:
        return True
    return bool(case.unit) and held.unit == case.unit and held.role in {Role.LEADER, Role.UNIT_HEAD}
