"""How somebody stands to a case, worked out anew at each act, and what an act demands of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from bot.domain.case import Action, Demand, Missing, Transition
from bot.domain.roles import Role, Stance
from bot.services import attachments, followers, people
from bot.services.desk import Desk
from bot.services.people import Function
from bot.services.routing import Owner
from storage.models import Case, Event, Person

HANDLED = (Action.SIGN.value, Action.REPLY.value)
_PLAIN = {Role.DISPATCHER: Stance.DISPATCHER, Role.EXECUTIVE: Stance.EXECUTIVE}
WORKERS = frozenset({Role.LEADER, Role.UNIT_HEAD, Role.DISPATCHER})
"""Who may work on a case: it stays theirs only as long as they hold one of these functions."""
STARS = range(1, 6)
STANDING = frozenset({Demand.OTHER_EYES, Demand.IN_TIME, Demand.UNSIGNED})
"""Demands that nothing brought along can meet: they can be checked before anything is asked for."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody wants to do with a case, and all they bring for it; `by=None` is the system."""

    action: Action
    by: Person | None = None
    reason: str = ""
    words: str = ""
    owner: Owner | None = None
    rating: int | None = None


def stances(desk: Desk, case: Case, person: Person | None) -> frozenset[Stance]:
    """Return how a person stands to the case; None is the system."""
    if person is None:
        return frozenset({Stance.SYSTEM})
    person = people.merged(desk.session, person.id)
    held = people.functions(desk.session, person.id, desk.now, case.point)
    found = {_PLAIN[item.role] for item in held if item.role in _PLAIN}
    if is_same(desk, case.reporter_id, person):
        found.add(Stance.REPORTER)
    if followers.is_follower(desk, case, person):
        found.add(Stance.FOLLOWER)
    works = any(item.role in WORKERS for item in held)
    if works and is_same(desk, case.handler_id, person):
        found.add(Stance.HANDLER)
    if (works and is_same(desk, case.owner_id, person)) or any(_answers(case, item) for item in held):
        found.add(Stance.OWNER)
    if any(item.role == Role.INSPECTOR and inspects(desk, case, item) for item in held):
        found.add(Stance.INSPECTOR)
    return frozenset(found)


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


def have_handled(desk: Desk, case: Case) -> set[int]:
    """Return everybody who ever took the case or replied to it, in any round, as who they are now."""
    actors = desk.session.scalars(
        select(Event.actor).where(Event.subject == f"case:{case.id}", Event.action.in_(HANDLED))
    )
    ids = [int(actor.removeprefix("person:")) for actor in actors if actor.startswith("person:")]
    return {people.merged(desk.session, person_id).id for person_id in ids}


def check(desk: Desk, case: Case, row: Transition, deed: Deed, only: Collection[Demand] = frozenset(Demand)) -> None:
    """Raise `Missing` for the first demand of the row (of these) that is not met."""
    for demand in Demand:
        if demand in row.demands and demand in only and not _MET[demand](desk, case, deed):
            raise Missing(f"missing.{demand.value}")


def _answers(case: Case, held: Function) -> bool:
    """The lead unit's people, the point's leader while the point was asked, headquarters where it stands in."""
    if case.owner_kind == "dispatcher" and held.role == Role.DISPATCHER:
        return bool(case.unit)
    if held.role == Role.LEADER and case.owner_kind == "leader" and held.point:
        return True
    return bool(case.unit) and held.unit == case.unit and held.role in {Role.LEADER, Role.UNIT_HEAD}


def _other_eyes(desk: Desk, case: Case, deed: Deed) -> bool:
    if deed.by is None:
        return True
    return people.merged(desk.session, deed.by.id).id not in have_handled(desk, case)


def _in_time(desk: Desk, case: Case, deed: Deed) -> bool:
    settings = desk.city.settings
    days = settings.dispute_days if deed.action is Action.DISPUTE else settings.rating_days
    return case.closed_at is not None and desk.now <= case.closed_at + timedelta(days=days)


def _after_photo(desk: Desk, case: Case, _deed: Deed) -> bool:
    photos = attachments.of_case(desk.session, case.id, "after", round=case.round)
    return any(photo.state == attachments.STORED for photo in photos)


_MET: dict[Demand, Callable[[Desk, Case, Deed], bool]] = {
    Demand.REASON: lambda _desk, _case, deed: bool(deed.reason),
    Demand.WORDS: lambda _desk, _case, deed: bool(deed.words),
    Demand.AFTER_PHOTO: _after_photo,
    Demand.OWNER: lambda desk, _case, deed: deed.owner is not None and deed.owner.unit in desk.city.units,
    Demand.RATING: lambda _desk, _case, deed: deed.rating in STARS,
    Demand.OTHER_EYES: _other_eyes,
    Demand.IN_TIME: _in_time,
    Demand.UNSIGNED: lambda _desk, case, _deed: case.handler_id is None,
}
