"""Shifts (班次): which are open, who stands in them, and coming into one or out of it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from bot.domain.case import Refusal
from bot.domain.geo import metres_between
from bot.domain.service import Age
from bot.services.desk import Desk
from bot.services.volunteering import notices, posts, volunteers
from storage.models import Person, Post, Shift, Signup, Volunteer, new_id

_STANDS = Signup.withdrawn_at.is_(None)
_HELD = Shift.cancelled_at.is_(None)


class NoPlace(Refusal):
    """Somebody cannot come into this shift, or not out of it, with the sentence that says why."""


# --- looking ----------------------------------------------------------------------------------------------------------


def coming(desk: Desk, person_id: int) -> list[Shift]:
    """Return somebody's shifts that are not over, the first one first."""
    return list(desk.session.scalars(_of(person_id).where(Shift.ends > desk.now)))


def current(desk: Desk, person_id: int) -> Shift | None:
    """Return the shift that somebody may be in now: between so long before its begin and so long after its end.

    Of two the one that goes on now comes first, then the one to come.
    """
    settings = desk.city.settings.volunteers
    before = timedelta(minutes=settings.sign_in_minutes_before)
    after = timedelta(minutes=settings.sign_out_minutes_after)
    window = _of(person_id).where(Shift.begins <= desk.now + before, Shift.ends >= desk.now - after)
    found = desk.session.scalars(window).all()
    return min(found, key=lambda each: (each.ends <= desk.now, each.begins > desk.now, each.begins), default=None)


def crew(desk: Desk, shift: Shift) -> list[Signup]:
    """Return who stands in a shift, in the order in which they signed up."""
    theirs = select(Signup).where(Signup.shift_id == shift.id, _STANDS)
    return list(desk.session.scalars(theirs.order_by(Signup.signed_at, Signup.id)))


def signup(desk: Desk, shift: Shift, person_id: int) -> Signup | None:
    """Return somebody's place in a shift, if they have one."""
    theirs = select(Signup).where(Signup.shift_id == shift.id, Signup.person_id == person_id, _STANDS)
    return desk.session.scalar(theirs)


def manned(desk: Desk, found: Iterable[Shift]) -> Counter[int]:
    """Return how many stand in each of these shifts, by its id."""
    counts = select(Signup.shift_id, func.count()).where(Signup.shift_id.in_([each.id for each in found]), _STANDS)
    rows = desk.session.execute(counts.group_by(Signup.shift_id))
    return Counter({shift_id: count for shift_id, count in rows})  # noqa: C416 -- a row is no pair for mypy


def between(desk: Desk, since: str, until: str, *, at: Collection[str] | None = None) -> Sequence[Shift]:
    """Return the shifts of these days (both counted) that are held and not over, of all posts or of these.

    One that began yesterday and still goes on is one of today.
    """
    day, today = Shift.day >= since, desk.now.astimezone(desk.words.zone).date().isoformat()
    first = or_(day, Shift.begins <= desk.now) if since <= today else day
    days = select(Shift).where(first, Shift.day <= until, _HELD, Shift.ends > desk.now)
    if at is not None:
        days = days.where(Shift.post.in_(at))
    return desk.session.scalars(days.order_by(Shift.begins, Shift.post)).all()


def open_to(
    desk: Desk, volunteer: Volunteer, since: str, until: str, *, near: tuple[float, float] | None = None
) -> list[Shift]:
    """Return the shifts of these days in which hands are missing and that somebody is free for.

    Those near a place (WGS-84) come first where one is given, else those of their own unit, and then the earliest.
    """
    held = {post.code: post for post in posts.live(desk)}
    found = [shift for shift in between(desk, since, until) if shift.post in held]
    count, mine = manned(desk, found), coming(desk, volunteer.person_id)
    free = [each for each in found if count[each.id] < each.crew and not any(overlap(each, other) for other in mine)]

    def order(shift: Shift) -> tuple[float, datetime, str]:
        post = held[shift.post]
        away = metres_between(*near, post.lat, post.lon) if near else float(post.unit != volunteer.team)
        return away, shift.begins, shift.post

    return sorted(free, key=order)


def overlap(one: Shift, other: Shift) -> bool:
    """Tell whether nobody can stand in both."""
    return one.begins < other.ends and other.begins < one.ends


def leader(desk: Desk, shift: Shift) -> int | None:
    """Return who leads a shift (带班): whom the organiser named, else the first who signed up."""
    found = leaders(desk, shift)
    return shift.leader_id if shift.leader_id in found else next(iter(found), None)


def leaders(desk: Desk, shift: Shift) -> list[int]:
    """Return who of the crew may lead a shift, in the order in which they signed up: nobody under 14."""
    standing = [each.person_id for each in crew(desk, shift)]
    young = {each for each, age in volunteers.ages(desk, standing).items() if age.needs_guardian}
    return [each for each in standing if each not in young]


def _of(person_id: int) -> Select[Shift]:
    stands: ColumnElement[bool] = exists().where(Signup.shift_id == Shift.id, Signup.person_id == person_id, _STANDS)
    return select(Shift).where(stands, _HELD).order_by(Shift.begins, Shift.id)


# --- coming and going -------------------------------------------------------------------------------------------------


def sign_up(desk: Desk, shift_id: int, person: Person, *, instead_of: Collection[Signup] = ()) -> Shift:
    """Give somebody a place in a shift, perhaps that of somebody else: those places count as free. Raises `NoPlace`.

    The rows of the volunteer and of the shift are locked, so that the last place is given once, and nobody stands in
    two places.
    """
    volunteer = volunteers.lock(desk, person.id)
    shift = lock(desk, shift_id)
    if shift is None or shift.cancelled_at is not None:
        raise NoPlace("shifts.is_cancelled")
    if shift.ends <= desk.now:
        raise NoPlace("shifts.is_over")
    if volunteer is None or not volunteers.serves(desk, person):
        raise NoPlace("shifts.join_first")
    if signup(desk, shift, person.id) is not None:
        raise NoPlace("shifts.is_yours")
    _ensure_free(desk, shift, person)
    standing = [each for each in crew(desk, shift) if each not in instead_of]
    if len(standing) >= shift.crew:
        raise NoPlace("shifts.is_full")
    _ensure_age(desk, volunteer, standing)
    _put_in(desk, shift, person)
    return shift


def withdraw(desk: Desk, shift_id: int, person: Person) -> Shift:
    """Take somebody's place back. Raises `NoPlace` within the last hours (`withdraw_hours`), naming whom to call."""
    shift = lock(desk, shift_id)
    found = signup(desk, shift, person.id) if shift is not None else None
    if shift is None or found is None or shift.ends <= desk.now:
        raise NoPlace("shifts.not_yours")
    if cut_off(desk, shift) < desk.now:
        hours = str(desk.city.settings.volunteers.withdraw_hours)
        raise NoPlace("shifts.too_late", who=whom_to_call(desk, shift, desk.language_of(person)), hours=hours)
    leave(desk, shift, found)
    return shift


def cut_off(desk: Desk, shift: Shift) -> datetime:
    """Return until when a place is given back by a tap."""
    return shift.begins - timedelta(hours=desk.city.settings.volunteers.withdraw_hours)


def review_age(desk: Desk, volunteer: Volunteer) -> None:
    """Hold somebody who says to be of another age to its rules where they have signed up already; those concerned hear.

    Who may not serve yet loses their places to come; who is no adult any more keeps nobody company.
    """
    for shift in coming(desk, volunteer.person_id):
        found = signup(desk, shift, volunteer.person_id)
        if found is None or shift.begins <= desk.now:
            continue
        if Age(volunteer.age).needs_guardian and volunteer.guardian_at is None:
            leave(desk, shift, found)
            notices.tell(desk, volunteer.person_id, "shifts.lost_place", shift)
        else:
            send_home_unaccompanied(desk, shift)


def leave_all(desk: Desk, person_id: int) -> None:
    """Take somebody out of all that has not begun: they serve no more."""
    for shift in coming(desk, person_id):
        found = signup(desk, shift, person_id)
        if found is not None and shift.begins > desk.now:
            leave(desk, shift, found)


def leave(desk: Desk, shift: Shift, found: Signup) -> None:
    """Let a place be free again; who may only stand beside an adult goes when the last one does, and is told."""
    found.withdrawn_at, found.offered_at, found.offered_to = desk.now, None, None
    desk.session.flush()
    send_home_unaccompanied(desk, shift)


def send_home_unaccompanied(desk: Desk, shift: Shift) -> None:
    """Take out of a shift those who may only stand beside an adult, if none is left there."""
    standing = crew(desk, shift)
    ages = volunteers.ages(desk, [each.person_id for each in standing])
    if Age.ADULT in ages.values():
        return
    for each in standing:
        if each.person_id in ages and ages[each.person_id].needs_company:
            each.withdrawn_at = desk.now
            notices.tell(desk, each.person_id, "shifts.lost_company", shift)


def lock(desk: Desk, shift_id: int) -> Shift | None:
    """Return a shift as it is now, and let nobody else change who stands in it until this transaction ends."""
    row = select(Shift).where(Shift.id == shift_id).with_for_update()
    return desk.session.scalar(row, execution_options={"populate_existing": True})


def whom_to_call(desk: Desk, shift: Shift, language: str) -> str:
    """Return the names of those who organise a shift, and their unit."""
    post = desk.session.get_one(Post, shift.post)
    return notices.names(desk, posts.callees(desk, post), post.unit, language)


def _ensure_free(desk: Desk, shift: Shift, person: Person) -> None:
    other = next((each for each in coming(desk, person.id) if overlap(each, shift)), None)
    if other is not None:
        raise NoPlace("shifts.overlaps", what=notices.slot(desk, other, desk.language_of(person)))


def _ensure_age(desk: Desk, volunteer: Volunteer, standing: Collection[Signup]) -> None:
    """Under 14 only with a guardian's consent on record, under 10 only beside an adult of the same shift."""
    age = Age(volunteer.age)
    if not age.may_serve:
        raise NoPlace("volunteer.too_young")
    if age.needs_guardian and volunteer.guardian_at is None:
        raise NoPlace("shifts.needs_guardian")
    ages = volunteers.ages(desk, [each.person_id for each in standing])
    if age.needs_company and Age.ADULT not in ages.values():
        raise NoPlace("shifts.needs_adult")


def _put_in(desk: Desk, shift: Shift, person: Person) -> None:
    known = select(Signup).where(Signup.shift_id == shift.id, Signup.person_id == person.id)
    found = desk.session.scalar(known)
    if found is None:
        found = Signup(id=new_id(), shift_id=shift.id, person_id=person.id)
        desk.session.add(found)
    found.signed_at, found.withdrawn_at, found.reminded = desk.now, None, ""
    found.offered_at = found.offered_to = None
    desk.session.flush()
