"""Coming to a shift and going again (签到、签退), to the minute; what was forgotten is closed when the slot ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select

from bot.domain.case import Refusal
from bot.domain.roles import Role
from bot.domain.service import Age, Distance, to_the_minute
from bot.services import people
from bot.services.desk import Desk
from bot.services.volunteering import shifts, volunteers
from storage.models import Attendance, Person, Shift, new_id

GOOD, ASKED, REFUSED = "good", "asked", "refused"
"""States: a 补录 is asked for, then good or refused; everything else is good at once."""
AT_THE_END = "end"
"""How somebody left who did not say so …"""
RELIEVED = "relieved"
"""… or whose place somebody else took over meanwhile …"""
ALONE = "alone"
"""… or who may not be there without an adult, and the last one had gone."""
Way = Literal["pin", "live", "code"]


class NotIn(Refusal):
    """Somebody cannot sign in, with the sentence that says why."""


def present(desk: Desk, person_id: int) -> Attendance | None:
    """Return the coming of somebody who has not gone yet."""
    here = select(Attendance).where(Attendance.person_id == person_id, Attendance.left_at.is_(None))
    return desk.session.scalars(here.order_by(Attendance.came_at.desc())).first()


def serving(desk: Desk, person: Person) -> Shift | None:
    """Return the shift in which a volunteer is now; nobody else is asked about."""
    if Role.VOLUNTEER not in people.roles_of(desk.session, person, desk.now):
        return None
    here = present(desk, person.id)
    return desk.session.get(Shift, here.shift_id) if here is not None else None


def of_shift(desk: Desk, shift_id: int, person_id: int) -> Sequence[Attendance]:
    """Return somebody's comings and goings in a shift, asked for and refused ones included."""
    theirs = select(Attendance).where(Attendance.shift_id == shift_id, Attendance.person_id == person_id)
    return desk.session.scalars(theirs.order_by(Attendance.came_at)).all()


def of_day(desk: Desk, person_id: int, day: str) -> Sequence[Attendance]:
    """Return somebody's comings and goings on a day of the city, whatever the shift."""
    theirs = select(Attendance).join(Shift, Shift.id == Attendance.shift_id)
    theirs = theirs.where(Attendance.person_id == person_id, Shift.day == day)
    return desk.session.scalars(theirs.order_by(Attendance.came_at)).all()


def sign_in(
    desk: Desk, shift: Shift, person: Person, *, at: datetime, by: Way, distance: Distance | None
) -> Attendance:
    """Let somebody be there from this minute on; whoever still is in another shift leaves that. Raises `NotIn`."""
    volunteers.lock(desk, person.id)  # on two phones at once they are still there once
    here, at = present(desk, person.id), to_the_minute(at)
    language = desk.language_of(person)
    if here is not None and here.shift_id == shift.id:
        raise NotIn("signin.is_in", since=desk.words.moment(language, here.came_at, desk.now))
    if at >= shift.ends:
        raise NotIn("signin.over")
    _ensure_company(desk, shift, person.id)
    pair = next_pair(desk, shift, person.id)
    if here is not None:
        sign_out(here, at, "moved")
    row = Attendance(
        id=new_id(), shift_id=shift.id, person_id=person.id, pair=pair, came_at=at, left_at=None, came_by=by,
        left_by="", distance=distance.value if distance else "", state=GOOD, reason="",
    )  # fmt: skip
    desk.session.add(row)
    desk.session.flush()
    return row


def _ensure_company(desk: Desk, shift: Shift, person_id: int) -> None:
    """Under 10 only beside an adult who is there, not only signed up."""
    own = volunteers.of(desk, person_id)
    if own is None or not Age(own.age).needs_company:
        return
    there = select(Attendance.person_id).where(Attendance.shift_id == shift.id, Attendance.left_at.is_(None))
    locked = desk.session.scalars(there.with_for_update()).all()  # whoever goes just now sees who came to them
    if Age.ADULT not in volunteers.ages(desk, locked).values():
        raise NotIn("signin.needs_adult")


def sign_out(here: Attendance, at: datetime, by: str) -> None:
    """Let somebody have gone at this minute."""
    here.left_at, here.left_by = max(here.came_at, to_the_minute(at)), by


def unaccompanied(desk: Desk, shift: Shift) -> list[Attendance]:
    """Return the comings of those under 10 who are there, when no adult is there any more."""
    still = select(Attendance).where(Attendance.shift_id == shift.id, Attendance.left_at.is_(None))
    there = desk.session.scalars(still.order_by(Attendance.came_at)).all()
    ages = volunteers.ages(desk, [each.person_id for each in there])
    if Age.ADULT in ages.values():
        return []
    return [each for each in there if each.person_id in ages and ages[each.person_id].needs_company]


def next_pair(desk: Desk, shift: Shift, person_id: int) -> int:
    """Return the number of the next coming and going of a day. Raises `NotIn` when there are enough (`pairs_a_day`)."""
    today = of_day(desk, person_id, shift.day)
    limit = desk.city.settings.volunteers.pairs_a_day
    if sum(each.state != REFUSED for each in today) >= limit:
        raise NotIn("signin.pairs", limit=str(limit))
    return max((each.pair for each in today), default=0) + 1


def leader(desk: Desk, shift: Shift) -> int | None:
    """Return who leads a shift (带班): whom the organiser named, else who signed up first of those who are there."""
    standing = shifts.leaders(desk, shift)
    if shift.leader_id in standing:
        return shift.leader_id
    here = select(Attendance.person_id).where(Attendance.shift_id == shift.id, Attendance.left_at.is_(None))
    there = set(desk.session.scalars(here))
    return next((each for each in standing if each in there), None)


def forgotten(desk: Desk, limit: int) -> Sequence[tuple[Attendance, Shift]]:
    """Return those who did not say that they went, when it is too late to say so; for this transaction alone."""
    after = timedelta(minutes=desk.city.settings.volunteers.sign_out_minutes_after)
    is_open = Attendance.left_at.is_(None)
    still = select(Attendance, Shift).join(Shift, Shift.id == Attendance.shift_id).limit(limit)
    # They are few; else SQLite begins with all the shifts that are over.
    still = still.where(
        is_open, Shift.id.in_(select(Attendance.shift_id).where(is_open)), Shift.ends < desk.now - after
    )
    return desk.session.execute(still.with_for_update(skip_locked=True, of=Attendance)).all()
