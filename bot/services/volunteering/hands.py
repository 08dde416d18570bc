"""Hands: where they are missing, who is free, and calling for them in one message a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import exists, or_, select, update

from bot.domain.case import Refusal
from bot.domain.roles import Role
from bot.domain.service import Age
from bot.port import Choice
from bot.services import people, tokens
from bot.services.desk import Desk, Row
from bot.services.volunteering import notices, posts, shifts
from storage.models import Assignment, Person, Post, Shift, Signup, Volunteer

_AT_MOST = 200
_SHOWN = 8
_ALONE = [age.value for age in Age if not age.needs_guardian]
_IN_COMPANY = [age.value for age in Age if age.needs_company]


class NobodyToCall(Refusal):
    """Hands cannot be called for, with the sentence that says why."""


class Gap(NamedTuple):
    """A shift, the post it is at, and how many have signed up for it."""

    shift: Shift
    post: Post
    signed: int

    @property
    def missing(self) -> int:
        """How many are still wanted."""
        return max(0, self.shift.crew - self.signed)


def gaps(desk: Desk, organiser: Person, since: str, until: str) -> list[Gap]:
    """Return the shifts of these days that somebody organises, in order of time, full or not."""
    held = {post.code: post for post in posts.organised_by(desk, organiser)}
    found = shifts.between(desk, since, until, at=held)
    count = shifts.manned(desk, found)
    return [Gap(shift, held[shift.post], count[shift.id]) for shift in found]


def free(desk: Desk, shift: Shift, unit: str | None, *, on_call: bool = False) -> list[Volunteer]:
    """Return the volunteers of a unit and of none (None: all of them) who may stand in a shift and are free then.

    Those who were not asked for longest come first, so that it is not always the same. With `on_call` only those who
    want to hear when hands are missing.
    """
    busy = exists().where(
        Signup.person_id == Volunteer.person_id, Signup.withdrawn_at.is_(None), Shift.id == Signup.shift_id,
        Shift.cancelled_at.is_(None), Shift.begins < shift.ends, Shift.ends > shift.begins,
    )  # fmt: skip
    serves = exists().where(
        Assignment.person_id == Volunteer.person_id, Assignment.role == Role.VOLUNTEER.value, people.current(desk.now)
    )
    may = or_(Volunteer.age.in_(_ALONE), Volunteer.guardian_at.is_not(None))
    found = select(Volunteer).where(may, Volunteer.age.not_in(_IN_COMPANY), serves, ~busy)
    if unit is not None:
        found = found.where(Volunteer.team.in_({unit, ""})).limit(_AT_MOST)
    if on_call:
        found = found.where(Volunteer.on_call)
    order = (Volunteer.asked_at.is_not(None), Volunteer.asked_at, Volunteer.joined_at, Volunteer.person_id)
    return list(desk.session.scalars(found.order_by(*order)))


def note_asked(desk: Desk, ids: Iterable[int]) -> None:
    """Note that these volunteers are asked now, one after the other; others come first next time.

    Whoever is just doing something themselves is left out, since waiting for them could go round in a circle.
    """
    asked = list(ids)
    locking = select(Volunteer.person_id).where(Volunteer.person_id.in_(asked)).with_for_update(skip_locked=True)
    idle = set(desk.session.scalars(locking))
    marks = [
        {"person_id": each, "asked_at": desk.now + timedelta(microseconds=place)}
        for place, each in enumerate(asked)
        if each in idle
    ]
    if marks:
        desk.session.execute(update(Volunteer), marks)


def call(desk: Desk, organiser: Person, wanted: Iterable[Gap]) -> int:
    """Write to the free volunteers of the units who want to hear of it, one message each; return how many there were.

    Each shift is called for once in the pack's `call_hours`. Raises `NobodyToCall`.
    """
    if notices.is_quiet(desk):
        raise NobodyToCall("hands.quiet")
    missing = [gap for gap in wanted if gap.missing]
    before = desk.now - timedelta(hours=desk.city.settings.volunteers.call_hours)
    due = [gap for gap in missing if gap.shift.called_at is None or gap.shift.called_at <= before]
    if not due:
        hours = str(desk.city.settings.volunteers.call_hours)
        raise NobodyToCall("hands.called" if missing else "hands.all_there", hours=hours)
    theirs: dict[int, list[Shift]] = defaultdict(list)
    for gap in due:
        posts.ensure_organiser(desk, organiser, gap.post)
        gap.shift.called_at = desk.now
        for volunteer in free(desk, gap.shift, gap.post.unit, on_call=True):
            theirs[volunteer.person_id].append(gap.shift)
    desk.session.read(Person, theirs)
    people.read_chats(desk.session, theirs.keys())
    note_asked(desk, theirs)
    return sum(_ask(desk, person_id, found) for person_id, found in theirs.items())


def _ask(desk: Desk, person_id: int, found: Collection[Shift]) -> bool:
    shown = list(found)[:_SHOWN]

    def rows(language: str) -> list[Row]:
        return [(come(desk, shift, language),) for shift in shown]

    return notices.tell(desk, person_id, "hands.wanted", rows=rows, n=len(found))


def come(desk: Desk, shift: Shift, language: str) -> Choice:
    """Return the choice by which somebody comes into a shift."""
    what = notices.brief(desk, shift, language)
    return desk.button(language, "button.shift", tokens.write("shift_in", shift.id), what=what)
