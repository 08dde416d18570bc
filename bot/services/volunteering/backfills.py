"""补录: service that was not signed in for, with a reason, and only if an organiser of the post approves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, literal, select
from sqlalchemy.orm import aliased

from bot.domain.case import NotNow, NotYours, Refusal
from bot.domain.service import Spell, do_overlap, to_the_minute
from bot.port import Chat, Outgoing
from bot.services import people
from bot.services.desk import Desk
from bot.services.mishaps import contained
from bot.services.volunteering import attendance, backfillcards, hours, notices, posts
from storage.models import Attendance, Person, Post, Shift, Signup, new_id

LONGEST = 200
"""Letters of a reason."""
LATE = "late"


def open_shifts(desk: Desk, person_id: int, limit: int) -> list[Shift]:
    """Return the shifts of the last days for which somebody may ask: they were to stand in them, something is missing,
    and they were not refused as often as one may ask (the pack's `backfill_asks`).
    """
    theirs = select(Shift).join(Signup, Signup.shift_id == Shift.id)
    theirs = theirs.where(Signup.person_id == person_id, Signup.withdrawn_at.is_(None), Shift.cancelled_at.is_(None))
    found = desk.session.scalars(theirs.where(*_lately(desk)).order_by(Shift.begins.desc()))
    return [shift for shift in found.all() if _lacks(desk, shift, person_id)][:limit]


def ask(desk: Desk, shift: Shift, person: Person, spell: Spell, reason: str) -> Attendance:
    """Ask that somebody was there within the slot. Raises `Refusal`: too late, not within it, twice, too many a day."""
    if shift not in open_shifts(desk, person.id, limit=1000):
        raise Refusal("backfill.not_now")
    came, left = (to_the_minute(each) for each in spell)
    if not shift.begins <= came < left <= shift.ends:
        raise Refusal("backfill.not_within")
    _ensure_apart(desk, shift, person, Spell(came, left))
    row = Attendance(
        id=new_id(), shift_id=shift.id, person_id=person.id, pair=attendance.next_pair(desk, shift, person.id),
        came_at=came, left_at=left, came_by=LATE, left_by=LATE, state=attendance.ASKED, reason=reason[:LONGEST],
    )  # fmt: skip
    desk.session.add(row)
    desk.session.flush()
    call(desk)
    return row


def call(desk: Desk) -> int:
    """Show organisers what waits for them, one message each, unless it is night; return how many requests are new."""
    asked = waiting(desk)
    fresh = [each for each, _ in asked if each.called_at is None]
    if not fresh or notices.is_quiet(desk):
        return 0
    new = [(each.person_id, _post(desk, shift)) for each, shift in asked if each.called_at is None]
    for person_id in dict.fromkeys(one for asker, post in new for one in posts.callees(desk, post, but=asker)):
        with contained(desk, "person", person_id):
            _show(desk, person_id, asked, refused(desk), anew=True)
    for each in fresh:
        each.called_at = desk.now
    return len(fresh)


def decide(desk: Desk, attendance_id: int, by: Person, *, grant: bool) -> None:
    """Let it count, or not; what was refused may count after all. The volunteer is told.

    Raises `NotYours`, or `NotNow` when somebody has decided.
    """
    row = desk.session.get(Attendance, attendance_id, with_for_update=True)
    if row is None:
        raise NotNow("press.old")
    shift = desk.session.get_one(Shift, row.shift_id)
    post = _post(desk, shift)
    if not posts.may_organise(desk, by, post) or by.id == row.person_id:
        raise NotYours("backfill.not_yours")
    if row.state != attendance.ASKED:
        _ensure_refused_lately(desk, row, shift, grant=grant)
    row.state = attendance.GOOD if grant else attendance.REFUSED
    row.decided_by, row.decided_at = by.id, desk.now
    desk.session.flush()
    found = (waiting(desk), refused(desk))
    for person_id in {*posts.callees(desk, post), by.id}:
        _show(desk, person_id, *found)
    _tell(desk, row, shift)


def waiting(desk: Desk) -> Sequence[tuple[Attendance, Shift]]:
    """Return what nobody has decided yet, the oldest first."""
    # In the very words of the index, and sorted here: else SQLite reads all comings there ever were, every minute.
    is_asked = Attendance.state == literal(attendance.ASKED, literal_execute=True)
    asked = select(Attendance, Shift).join(Shift, Shift.id == Attendance.shift_id).where(is_asked)
    return sorted(desk.session.execute(asked).all(), key=lambda found: found[0].id)


def refused(desk: Desk) -> Sequence[tuple[Attendance, Shift]]:
    """Return what was refused of late and not asked for again since, the newest first: it may count after all."""
    again = aliased(Attendance)
    newer = (again.shift_id == Attendance.shift_id, again.person_id == Attendance.person_id, again.id > Attendance.id)
    found = select(Attendance, Shift).join(Shift, Shift.id == Attendance.shift_id).where(*_lately(desk))
    found = found.where(Attendance.state == attendance.REFUSED, ~exists().where(*newer))
    return desk.session.execute(found.order_by(Attendance.id.desc())).all()


def show(desk: Desk, person: Person) -> bool:
    """Show an organiser what waits for them and what was refused; tell whether there is anything."""
    return _show(desk, person.id, waiting(desk), refused(desk), anew=True)


def left(desk: Desk, rows: Iterable[Attendance]) -> int:
    """Return how often somebody may still ask for the shift in which these are their comings and goings."""
    return desk.city.settings.volunteers.backfill_asks - sum(row.state == attendance.REFUSED for row in rows)


def at(desk: Desk, shift: Shift, clock: str) -> datetime:
    """Return the moment of a shift that a clock shows ("07:05"): over midnight on the next day. Raises `ValueError`."""
    local = datetime.fromisoformat(f"{shift.day}T{clock}").replace(tzinfo=desk.words.zone)
    is_next_day = local <= shift.ends.astimezone(desk.words.zone) - timedelta(days=1)
    return (local + timedelta(days=is_next_day)).astimezone(shift.begins.tzinfo)


def _lately(desk: Desk) -> tuple[ColumnElement[bool], ...]:
    since = desk.now - timedelta(days=desk.city.settings.volunteers.backfill_days)
    return Shift.ends <= desk.now, Shift.ends > since


def _lacks(desk: Desk, shift: Shift, person_id: int) -> bool:
    served = hours.in_shift(desk, shift, person_id)
    is_asked = any(row.state == attendance.ASKED for row in served.rows)
    is_whole = timedelta(minutes=served.minutes) >= shift.ends - shift.begins
    return not is_asked and not is_whole and left(desk, served.rows) > 0


def _ensure_refused_lately(desk: Desk, row: Attendance, shift: Shift, *, grant: bool) -> None:
    if not grant or (row, shift) not in refused(desk) or row.left_at is None:
        raise NotNow("backfill.decided")
    _ensure_apart(desk, shift, people.merged(desk.session, row.person_id), Spell(row.came_at, row.left_at))


def _ensure_apart(desk: Desk, shift: Shift, person: Person, spell: Spell) -> None:
    """Nobody is in two places, nor twice in one; whoever has not signed out yet still is where they are."""
    known = [
        Spell(each.came_at, each.left_at or desk.now)
        for each in attendance.of_day(desk, person.id, shift.day)
        if each.state != attendance.REFUSED
    ]
    if any(do_overlap([spell, each]) for each in known):
        raise Refusal("backfill.overlaps")


_Found = Sequence[tuple[Attendance, Shift]]


def _show(desk: Desk, person_id: int, asked: _Found, refused: _Found, *, anew: bool = False) -> bool:
    person, chat = people.merged(desk.session, person_id), people.private_chat(desk.session, person_id)
    if chat is None:
        return False
    theirs = [[each for each in found if _may_decide(desk, person, *each)] for found in (asked, refused)]
    return backfillcards.show(desk, person, chat, *theirs, anew=anew)


def _may_decide(desk: Desk, person: Person, row: Attendance, shift: Shift) -> bool:
    return posts.may_organise(desk, person, _post(desk, shift)) and row.person_id != person.id


def _tell(desk: Desk, row: Attendance, shift: Shift) -> None:
    person = people.merged(desk.session, row.person_id)
    chat: Chat | None = people.private_chat(desk.session, person.id)
    star = hours.new_star(desk, person.id) if row.state == attendance.GOOD else 0
    if chat is not None:
        desk.post.send(
            chat,
            Outgoing(
                text=backfillcards.told(
                    desk, person, row, shift, star=star, left=left(desk, attendance.of_shift(desk, shift.id, person.id))
                )
            ),
        )


def _post(desk: Desk, shift: Shift) -> Post:
    return desk.session.get_one(Post, shift.post)
