"""Reminding volunteers: in the evening of all of tomorrow's shifts in one message, and shortly before each begins.

Who comes to a shift later than it would have been said has just read of it, and is not reminded. What was slept
through is said as long as it helps: the evening's until the quiet hours, the other one until the shift begins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select

from bot.port import Choice, Span
from bot.services import people, tokens
from bot.services.desk import Desk, Row
from bot.services.mishaps import contained
from bot.services.volunteering import notices, posts, shifts
from bot.services.words import joined
from storage.models import Person, Post, Shift, Signup

EVENING, SOON = "eve", "soon"


def remind_of_tomorrow(desk: Desk, limit: int) -> int:
    """Remind so many people at most of tomorrow, if it is evening; return how many."""
    at = desk.city.settings.volunteers.evening
    local = desk.now.astimezone(desk.words.zone)
    if at is None or local.time() < at or notices.is_quiet(desk):
        return 0
    said = datetime.combine(local.date(), at, local.tzinfo)
    tomorrow = (local.date() + timedelta(days=1)).isoformat()
    due = _due().where(Shift.day == tomorrow, Shift.begins > desk.now, Signup.reminded == "", Signup.signed_at < said)
    return _remind(desk, due, EVENING, limit)


def remind_of_soon(desk: Desk, limit: int) -> int:
    """Remind so many people at most of what begins within `soon_minutes`; return how many."""
    soon = timedelta(minutes=desk.city.settings.volunteers.soon_minutes)
    due = _due().where(Shift.begins > desk.now, Shift.begins <= desk.now + soon, Signup.reminded != SOON)
    return _remind(desk, due, SOON, limit, but_within=soon)


def _due() -> Select[Signup, Shift]:
    stands = (Signup.withdrawn_at.is_(None), Shift.cancelled_at.is_(None))
    return select(Signup, Shift).join(Shift, Shift.id == Signup.shift_id).where(*stands)


def _remind(desk: Desk, due: Select[Signup, Shift], kind: str, limit: int, but_within: timedelta = timedelta()) -> int:
    """Remind each of all that is due, once; whoever signed up within so long before knows."""
    first = due.with_only_columns(Signup.person_id).distinct().order_by(Signup.person_id).limit(limit)
    persons = desk.session.scalars(first).all()
    theirs: dict[int, list[Shift]] = defaultdict(list)
    rows = due.where(Signup.person_id.in_(persons)).order_by(Shift.begins, Shift.id)
    for found, shift in desk.session.execute(rows):
        found.reminded = kind
        if not but_within or found.signed_at < shift.begins - but_within:
            theirs[found.person_id].append(shift)
    _read_ahead(desk, theirs)
    leads: dict[int, str] = {}
    for person_id, found_shifts in theirs.items():
        with contained(desk, "person", person_id):
            _tell(desk, person_id, kind, found_shifts, leads)
    return len(persons)


def _read_ahead(desk: Desk, theirs: Mapping[int, Sequence[Shift]]) -> None:
    """Read at once whom it is said to, and of which posts."""
    desk.session.read(Person, theirs)
    desk.session.read(Post, {shift.post for found in theirs.values() for shift in found})
    people.read_chats(desk.session, theirs.keys())


def _tell(desk: Desk, person_id: int, kind: str, due: Sequence[Shift], leads: dict[int, str]) -> None:
    """Say it; `leads` grows by the names of those who lead."""

    def rows(language: str) -> list[Row]:
        come: list[Row] = [(desk.button(language, "button.sign_in", tokens.write("sign_in"), "primary"),)]
        ways = [choices(desk, shift, language, named=len(due) > 1) for shift in due]
        return [*(come if kind == SOON else []), *ways]

    def lines(language: str) -> tuple[Span, ...]:
        return joined(*(_line(desk, shift, language, leads) for shift in due))

    notices.tell(desk, person_id, f"remind.{kind}", rows=rows, n=len(due), shifts=lines)


def _line(desk: Desk, shift: Shift, language: str, leads: dict[int, str]) -> tuple[Span, ...]:
    post = desk.session.get_one(Post, shift.post)
    corners = posts.corners(post, language)
    if shift.id not in leads:
        leader = shifts.leader(desk, shift)
        leads[shift.id] = people.merged(desk.session, leader).name if leader else "—"
    what = notices.slot(desk, shift, language)
    return joined(desk.words.say(language, "remind.line", what=what, leader=leads[shift.id]), corners)


def choices(desk: Desk, shift: Shift, language: str, *, named: bool) -> tuple[Choice, ...]:
    """Return what can be done about one's shift; named by its hour where there are several."""
    clock = f" {notices.clock(desk, shift.begins)}" if named else ""
    return (
        desk.button(language, "button.shift_out", tokens.write("shift_out", shift.id), clock=clock),
        desk.button(language, "button.swap", tokens.write("swap", shift.id), clock=clock),
    )
