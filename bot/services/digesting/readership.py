"""Who reads digests: whose figures somebody or a group may see, and what they get in private by themselves."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from bot.city.model import City
from bot.domain.roles import Role
from bot.port import Chat
from bot.reports.facts import DISTRICT, Scope
from bot.reports.period import Kind
from bot.services import people
from bot.services.desk import Desk
from bot.services.staffing import groups
from storage.models import Person, Subscription

WHOLE = frozenset({Role.DISPATCHER, Role.EXECUTIVE, Role.INSPECTOR, Role.ADMINISTRATOR})
"""Who sees the whole district."""
SUBSCRIBERS = WHOLE | {Role.UNIT_HEAD}
READERS = SUBSCRIBERS | {Role.LEADER}
SUBSCRIBED = (Kind.DAILY, Kind.WEEKLY, Kind.MONTHLY)
"""What one may subscribe to; whoever gets the daily one gets the flash, too."""


def may_see(desk: Desk, person: Person, scope: Scope) -> bool:
    """Tell whether somebody may see these figures: all of them, or those of their units and what is below."""
    held = people.functions(desk.session, person.id, desk.now)
    if any(item.role in WHOLE for item in held):
        return True
    units = {item.unit for item in held if item.role in READERS and item.unit}
    return _holds(desk.city, units, scope)


def may_show(desk: Desk, chat: Chat, scope: Scope) -> bool:
    """Tell whether these figures may be shown in a group: it is the leaders', or that of units that hold the scope."""
    units = {bound.unit for bound in groups.bound(desk.session, chat)}
    return "" in units or _holds(desk.city, units, scope)


def scopes_of(desk: Desk, person: Person, roles: Collection[Role] = READERS) -> tuple[Scope, ...]:
    """Return whose figures somebody gets by these of their roles, without saying more."""
    held = [item for item in people.functions(desk.session, person.id, desk.now) if item.role in roles]
    if any(item.role in WHOLE for item in held):
        return (DISTRICT,)
    return scopes(desk.city, {item.unit for item in held if item.unit})


def scopes(city: City, units: Collection[str]) -> tuple[Scope, ...]:
    """Return the scopes that cover these units (an empty code: the district): the topmost ones, each once."""
    live = set(units) & city.units.keys()
    if "" in units or (live and city.units.keys() <= live):
        return (DISTRICT,)
    below = {code for unit in live for code in Scope(unit).units(city) - {unit}}
    return tuple(Scope(unit) for unit in city.units if unit in live - below)


def _holds(city: City, units: Collection[str], scope: Scope) -> bool:
    covered = {code for unit in units if unit for code in Scope(unit).units(city)}
    return scope.units(city) <= covered if covered else False


def subscribed(desk: Desk, person: Person) -> frozenset[Kind]:
    """Return what somebody gets in private."""
    kinds = desk.session.scalars(select(Subscription.kind).where(Subscription.person_id == person.id))
    return frozenset(Kind(kind) for kind in kinds)


def subscribe(desk: Desk, person: Person, kind: Kind, *, wanted: bool) -> None:
    """Let somebody get digests of a kind in private from now on, or no more."""
    found = desk.session.get(Subscription, (person.id, kind.value))
    if wanted and found is None:
        desk.session.add(Subscription(person_id=person.id, kind=kind.value))
    elif not wanted and found is not None:
        desk.session.delete(found)
    desk.session.flush()
