"""Finding somebody who takes one's place in a shift: offered to one's team or to a colleague, taken by the first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select

from bot.domain import ladder
from bot.domain.service import LONGEST
from bot.services import people, tokens
from bot.services.casework import alarms
from bot.services.desk import Desk, Row
from bot.services.mishaps import contained
from bot.services.volunteering import closing, hands, notices, shifts, volunteers
from bot.services.volunteering.shifts import NoPlace
from storage.models import Person, Shift, Signup

COLLEAGUES = 6


def colleagues(desk: Desk, shift: Shift, person: Person) -> list[Person]:
    """Return who of somebody's team is free during their shift; a few, to choose from. Nobody under 14 is named."""
    free = _free(desk, shift, person)
    young = {each for each, age in volunteers.ages(desk, free).items() if age.needs_guardian}
    return [people.merged(desk.session, each) for each in free if each not in young][:COLLEAGUES]


def offer(desk: Desk, person: Person, shift_id: int, to: int | None = None) -> int:
    """Offer somebody's place to their whole team, or to one colleague; return how many were written to.

    At night nobody is, but in the morning (`call`); and nobody again within the pack's `call_hours`: they see it in
    their list. Raises `NoPlace`.
    """
    shift, found = _mine(desk, person, shift_id)
    if to is not None and to not in _free(desk, shift, person):
        raise NoPlace("swap.not_free")
    found.offered_at, found.offered_to = desk.now, to
    desk.session.flush()
    return 0 if notices.is_quiet(desk) else _write(desk, shift, found, person)


def call(desk: Desk) -> int:
    """Write about the places that were offered in the quiet hours, once these are over; return about how many."""
    if notices.is_quiet(desk):
        return 0
    to_come = (Shift.begins > desk.now - LONGEST, Shift.ends > desk.now, Shift.cancelled_at.is_(None))
    offered = select(Signup, Shift).join(Shift, Shift.id == Signup.shift_id).where(*to_come)
    offered = offered.where(Signup.offered_at.is_not(None), Signup.withdrawn_at.is_(None)).order_by(Signup.id)
    rows = desk.session.execute(offered.with_for_update(skip_locked=True, of=Signup)).all()
    rules = alarms.rules(desk.city)
    unsaid = [(found, shift) for found, shift in rows if found.offered_at and ladder.is_quiet(found.offered_at, rules)]
    for found, shift in unsaid:
        found.offered_at = desk.now
        with contained(desk, "signup", found.id):
            _write(desk, shift, found, people.merged(desk.session, found.person_id))
    return len(unsaid)


def take_back(desk: Desk, person: Person, shift_id: int) -> Shift:
    """Let an offer stand no more. Raises `NoPlace`."""
    shift, found = _mine(desk, person, shift_id)
    if found.offered_at is None:
        raise NoPlace("swap.is_not_offered")
    found.offered_at = found.offered_to = None
    return shift


def take(desk: Desk, person: Person, signup_id: int) -> Shift:
    """Let somebody take a place that is offered; who had it is told. Raises `NoPlace`: taken, or not for them."""
    given = desk.session.get(Signup, signup_id)
    if given is None:
        raise NoPlace("swap.is_gone")
    volunteers.lock(desk, person.id)
    shifts.lock(desk, given.shift_id)  # from here on nobody else takes it
    desk.session.refresh(given)
    if given.withdrawn_at is not None or given.offered_at is None:
        raise NoPlace("swap.is_gone")
    if given.offered_to not in {None, person.id}:
        raise NoPlace("swap.not_for_you")
    shift = shifts.sign_up(desk, given.shift_id, person, instead_of=[given])
    shifts.leave(desk, shift, given)
    notices.tell(
        desk, given.person_id, "swap.taken", shift, name=lambda language: volunteers.name(desk, person.id, language)
    )
    closing.relieve(desk, shift, given.person_id)
    return shift


def offers_to(desk: Desk, person: Person) -> Sequence[tuple[Signup, Shift]]:
    """Return the places that somebody may take over from others of their team, the first shift first."""
    own = volunteers.of(desk, person.id)
    if own is None:
        return []
    for_them = or_(Signup.offered_to.is_(None), Signup.offered_to == person.id)
    rows = (
        select(Signup, Shift)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(Signup.offered_at.is_not(None), Signup.withdrawn_at.is_(None), Signup.person_id != person.id, for_them)
        .where(Shift.cancelled_at.is_(None), Shift.ends > desk.now)
        .order_by(Shift.begins, Signup.id)
    )
    mine = shifts.coming(desk, person.id)
    found = desk.session.execute(rows).all()
    free = [(each, shift) for each, shift in found if not any(shifts.overlap(shift, other) for other in mine)]
    teams = {each.person_id: volunteers.of(desk, each.person_id) for each, _ in free}
    return [
        (each, shift) for each, shift in free if (giver := teams[each.person_id]) is not None and giver.team == own.team
    ]


def _mine(desk: Desk, person: Person, shift_id: int) -> tuple[Shift, Signup]:
    shift = shifts.lock(desk, shift_id)
    found = shifts.signup(desk, shift, person.id) if shift is not None else None
    if shift is None or found is None or shift.cancelled_at is not None or shift.ends <= desk.now:
        raise NoPlace("shifts.not_yours")
    return shift, found


def _free(desk: Desk, shift: Shift, person: Person) -> list[int]:
    own = volunteers.of(desk, person.id)
    team = own.team if own is not None else ""
    return [each.person_id for each in hands.free(desk, shift, team) if each.person_id != person.id]


def _write(desk: Desk, shift: Shift, found: Signup, giver: Person) -> int:
    before = desk.now - timedelta(hours=desk.city.settings.volunteers.call_hours)
    if found.asked_at is not None and found.asked_at > before:
        return 0
    asked = [each for each in _free(desk, shift, giver) if found.offered_to in {None, each}]
    if found.offered_to is None:
        found.asked_at = desk.now
    hands.note_asked(desk, asked)
    return sum(_ask(desk, each, shift, found, giver) for each in asked)


def _ask(desk: Desk, person_id: int, shift: Shift, found: Signup, giver: Person) -> bool:
    def rows(language: str) -> list[Row]:
        return [(desk.button(language, "button.take_over", tokens.write("swap_take", found.id), "primary"),)]

    return notices.tell(
        desk, person_id, "swap.wanted", shift, rows, name=lambda language: volunteers.name(desk, giver.id, language)
    )
