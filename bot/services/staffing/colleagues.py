"""Colleagues whom somebody may ask to stand in: those next to them, or found by name."""

from __future__ import annotations

from itertools import islice

from sqlalchemy import ColumnElement, func, or_, select

from bot.domain.roles import Role
from bot.services import people
from bot.services.desk import Desk
from storage.models import Assignment, Person

OFFERED = 6
_LOOKED_AT = 50
STAFF = frozenset(Role) - {Role.CITIZEN, Role.VOLUNTEER}
_POSTS = [role.value for role in Role if role in STAFF]


def near(desk: Desk, person: Person) -> list[Person]:
    """Return who holds a post at the same points or in the same unit, or the same at headquarters; at most six."""
    held = people.functions(desk.session, person.id, desk.now)
    points = people.points_of(person.id, desk.now)
    units = {item.unit for item in held if item.unit}
    roles = {item.role.value for item in held if not item.unit}
    alike = or_(Assignment.point.in_(points), Assignment.unit.in_(units), Assignment.role.in_(roles))
    return _reachable(desk, alike, person)


def called(desk: Desk, name: str, *, but: Person) -> list[Person]:
    """Return who holds a post and has this in their name, or in the name of the post; at most six."""
    if not name.strip():
        return []
    like = f"%{name.strip().replace('%', '').replace('_', '')}%"
    return _reachable(desk, or_(Person.name.like(like), Assignment.title.like(like)), but)


def can_stand_in(desk: Desk, colleague: Person, person: Person) -> bool:
    """Tell whether somebody is a colleague of the person: holds a post, can be reached, and is somebody else."""
    holds = bool(STAFF & people.roles_of(desk.session, colleague, desk.now))
    return holds and colleague.id != person.id and people.private_chat(desk.session, colleague.id) is not None


def function_of(desk: Desk, person: Person, language: str) -> str:
    """Return what somebody is, in words: their weightiest function and its unit."""
    held = people.functions(desk.session, person.id, desk.now)
    posts = [item for role in Role for item in held if item.role == role and role in STAFF]
    if not posts:
        return desk.words.plain(language, f"role.{Role.CITIZEN}")
    unit = desk.city.unit(posts[0].unit).label(language) if posts[0].unit in desk.city.units else ""
    return " · ".join(filter(None, (desk.words.plain(language, f"role.{posts[0].role}"), unit)))


def _reachable(desk: Desk, which: ColumnElement[bool], but: Person) -> list[Person]:
    query = (
        select(Person.id)
        .join(Assignment, Assignment.person_id == Person.id)
        .where(Assignment.role.in_(_POSTS), people.current(desk.now), which)
        .group_by(Person.id)
        .order_by(func.min(Assignment.id))
        .limit(_LOOKED_AT)
    )
    found = dict.fromkeys(people.merged(desk.session, each).id for each in desk.session.scalars(query))
    colleagues = (people.merged(desk.session, each) for each in found)
    return list(islice((each for each in colleagues if can_stand_in(desk, each, but)), OFFERED))
