"""Volunteers: joining with a band of age and a unit, and the consent of a guardian for the young."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, update

from bot.domain.case import Refusal
from bot.domain.roles import Role
from bot.domain.service import Age
from bot.services import people
from bot.services.desk import Desk
from bot.services.staffing import invites
from bot.services.volunteering import posts
from storage.models import Assignment, Person, Volunteer


class NotJoined(Refusal):
    """Somebody cannot become a volunteer, with the sentence that says why."""


def of(desk: Desk, person_id: int) -> Volunteer | None:
    """Return what is kept of somebody as a volunteer; None if they are none."""
    return desk.session.get(Volunteer, person_id)


def serves(desk: Desk, person: Person) -> bool:
    """Tell whether somebody is a volunteer now and has said how old they are."""
    is_one = Role.VOLUNTEER in people.roles_of(desk.session, person, desk.now)
    return is_one and of(desk, person.id) is not None


def lock(desk: Desk, person_id: int) -> Volunteer | None:
    """Return a volunteer as they are now; what else they are about to do waits until this transaction ends."""
    row = select(Volunteer).where(Volunteer.person_id == person_id).with_for_update()
    return desk.session.scalar(row, execution_options={"populate_existing": True})


def ages(desk: Desk, ids: Collection[int]) -> dict[int, Age]:
    """Return how old these volunteers are, by id."""
    rows = select(Volunteer.person_id, Volunteer.age).where(Volunteer.person_id.in_(ids))
    return {person_id: Age(age) for person_id, age in desk.session.execute(rows)}


def name(desk: Desk, person_id: int, language: str) -> str:
    """Return somebody's name as other volunteers may read it: nobody under 14 is named to them."""
    known = of(desk, person_id)
    if known is not None and Age(known.age).needs_guardian:
        return desk.words.plain(language, "volunteer.young_one")
    return people.merged(desk.session, person_id).name


def team(desk: Desk, person: Person) -> str:
    """Return the unit for which somebody was invited as a volunteer; empty if they were not, or for none."""
    held = people.functions(desk.session, person.id, desk.now)
    return next((item.unit for item in held if item.role == Role.VOLUNTEER and item.unit), "")


def teams(desk: Desk) -> list[str]:
    """Return the units that organise posts, and so have volunteers."""
    return list(dict.fromkeys(post.unit for post in posts.live(desk) if post.unit in desk.city.units))


def join(desk: Desk, person: Person, age: Age, unit: str) -> Volunteer:
    """Let somebody be a volunteer of a unit (empty: of none). Raises `NotJoined` under six."""
    if not age.may_serve:
        raise NotJoined("volunteer.too_young")
    found = of(desk, person.id)
    if found is None:
        found = Volunteer(person_id=person.id, joined_at=desk.now)
        desk.session.add(found)
    found.age, found.team = age.value, unit
    if Role.VOLUNTEER not in people.roles_of(desk.session, person, desk.now):
        invites.give(desk.session, person, Role.VOLUNTEER, desk.now, unit=unit)
    else:
        _move(desk, person, unit)
    desk.session.flush()
    return found


def _move(desk: Desk, person: Person, unit: str) -> None:
    theirs = (Assignment.person_id == person.id, Assignment.role == Role.VOLUNTEER.value, people.current(desk.now))
    desk.session.execute(update(Assignment).where(*theirs).values(unit=unit))
    people.forget_functions(desk.session)


def may_consent(desk: Desk, volunteer: Volunteer, organiser: Person) -> bool:
    """Tell whether an organiser answers for this volunteer: headquarters for all, the head of a unit for its own."""
    if volunteer.person_id == organiser.id:
        return False
    units = posts.units_of(desk, organiser)
    return units is None or volunteer.team in units


def record_consent(desk: Desk, volunteer: Volunteer, organiser: Person) -> None:
    """Note that an organiser has a guardian's consent before them. Raises `NotOrganiser`."""
    if not may_consent(desk, volunteer, organiser):
        raise posts.NotOrganiser
    if volunteer.guardian_at is None:
        volunteer.guardian_at, volunteer.guardian_by = desk.now, organiser.id


def waiting(desk: Desk, organiser: Person) -> list[Volunteer]:
    """Return those who cannot serve before this organiser has recorded a guardian's consent, the longest first."""
    young = [age.value for age in Age if age.needs_guardian]
    found = select(Volunteer).where(Volunteer.age.in_(young), Volunteer.guardian_at.is_(None))
    rows = desk.session.scalars(found.order_by(Volunteer.joined_at, Volunteer.person_id)).all()
    return [each for each in rows if may_consent(desk, each, organiser)]
