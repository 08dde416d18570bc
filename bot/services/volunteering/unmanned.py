"""Posts where nobody has come: organisers and shift leaders hear it once, ask who is near, and somebody steps in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import exists, select, update

from bot.domain.roles import Role
from bot.domain.service import LONGEST, Age
from bot.port import Choice, Span
from bot.services import people, tokens
from bot.services.desk import Desk, Row
from bot.services.mishaps import contained
from bot.services.volunteering import attendance, hands, hours, notices, posts, shifts, volunteers
from bot.services.volunteering.hands import NobodyToCall
from bot.services.volunteering.nearest import Nearest
from bot.services.volunteering.shifts import NoPlace
from bot.services.words import joined
from storage.models import Attendance, Person, Post, Shift, Signup, Volunteer

_AT_ONCE = 200
_SHOWN = 8
_CAME = exists().where(Attendance.shift_id == Shift.id, Attendance.state == attendance.GOOD)


class Unmanned(NamedTuple):
    """A shift that has begun without anybody, and its post; by id who had signed up, who of them leads, who is near and
    free, and who organises the post.
    """

    shift: Shift
    post: Post
    absent: Sequence[int]
    leader: int | None
    near: Sequence[int]
    organisers: Sequence[int]

    @property
    def hearers(self) -> list[int]:
        """Who is told of it."""
        return list(dict.fromkeys([*self.organisers, *([self.leader] if self.leader else [])]))


# --- telling ----------------------------------------------------------------------------------------------------------


def alarm(desk: Desk) -> int:
    """Tell of all posts that are unmanned now, in one message a person; return how many posts. Each is told of once.

    What begins in the quiet hours is told when they are over, if it still goes on.
    """
    if not desk.city.settings.volunteers.unmanned_minutes or notices.is_quiet(desk):
        return 0
    due = _due(desk)
    found = list(_look(desk, due)) if due else []
    theirs: defaultdict[int, list[Unmanned]] = defaultdict(list)
    for each in found:
        for person_id in each.hearers:
            theirs[person_id].append(each)
    desk.session.read(Person, {*theirs, *(one for each in found for one in (*each.absent, *each.near))})
    people.read_chats(desk.session, list(theirs))
    for person_id, told in theirs.items():
        with contained(desk, "person", person_id):
            _tell(desk, person_id, told)
    return len(due)


def _due(desk: Desk) -> Sequence[Shift]:
    after = timedelta(minutes=desk.city.settings.volunteers.unmanned_minutes)
    goes_on = (Shift.begins > desk.now - LONGEST, Shift.begins <= desk.now - after, Shift.ends > desk.now)
    is_held = (Shift.cancelled_at.is_(None), Shift.kind != hours.TRAINING)
    unsaid = select(Shift).where(*goes_on, *is_held, Shift.alarmed_at.is_(None), ~_CAME)
    ordered = unsaid.order_by(Shift.begins, Shift.post).limit(_AT_ONCE)
    return desk.session.scalars(ordered.with_for_update(skip_locked=True)).all()


def _look(desk: Desk, due: Sequence[Shift]) -> Iterator[Unmanned]:
    """Read all at once who has to do with these shifts; from now on they are told of."""
    desk.session.execute(update(Shift).where(Shift.id.in_([each.id for each in due])).values(alarmed_at=desk.now))
    near, crews = Nearest(desk), _crews(desk, due)
    people.read_chats(desk.session, people.holders(desk.session, [Role.UNIT_HEAD], desk.now))
    for shift in due:
        with contained(desk, "shift", shift.id):
            post, absent = desk.session.get_one(Post, shift.post), crews.get(shift.id, [])
            organisers = [people.merged(desk.session, each).id for each in posts.callees(desk, post)]
            yield Unmanned(shift, post, absent, _leader(desk, shift, absent), near.of(shift, post), organisers)


def _crews(desk: Desk, due: Sequence[Shift]) -> dict[int, list[int]]:
    """Return who stands in each of these shifts, in the order in which they signed up."""
    standing = select(Signup.shift_id, Signup.person_id).where(Signup.withdrawn_at.is_(None))
    standing = standing.where(Signup.shift_id.in_([each.id for each in due]))
    found: defaultdict[int, list[int]] = defaultdict(list)
    for shift_id, person_id in desk.session.execute(standing.order_by(Signup.signed_at, Signup.id)):
        found[shift_id].append(person_id)
    desk.session.read(Volunteer, {each for crew in found.values() for each in crew})
    return found


def _leader(desk: Desk, shift: Shift, absent: Sequence[int]) -> int | None:
    """Return who leads, as `shifts.leader` does, of those whose rows have been read."""
    known = ((each, volunteers.of(desk, each)) for each in absent)
    may = [each for each, own in known if own is None or not Age(own.age).needs_guardian]
    return shift.leader_id if shift.leader_id in may else next(iter(may), None)


def _tell(desk: Desk, person_id: int, told: Sequence[Unmanned]) -> None:
    def lines(language: str) -> tuple[Span, ...]:
        return joined(*_lines(desk, told, language, person_id))

    def rows(language: str) -> Iterator[Row]:
        if any(person_id in each.absent for each in told):
            yield (desk.button(language, "button.sign_in", tokens.write("sign_in")),)
        for each in told[:_SHOWN]:
            if each.near:
                yield (_asking(desk, each, language),)

    minutes = desk.city.settings.volunteers.unmanned_minutes
    left = max(each.shift.ends for each in told) - desk.now
    notices.tell(desk, person_id, "unmanned.head", rows=rows, expires=left, n=len(told), minutes=minutes, posts=lines)


def _asking(desk: Desk, each: Unmanned, language: str) -> Choice:
    post, token = posts.label(each.post, language), tokens.write("unmanned_ask", each.shift.id)
    return desk.button(language, "button.unmanned_ask", token, n=len(each.near), post=post)


def _lines(desk: Desk, told: Sequence[Unmanned], language: str, reader: int) -> Iterator[tuple[Span, ...]]:
    for each in told[:_SHOWN]:
        absent = _names(desk, each, reader, language)
        near = [people.merged(desk.session, one).name for one in each.near]
        yield desk.words.say(
            language, "unmanned.line", what=notices.slot(desk, each.shift, language),
            signed=_named(desk, "unmanned.absent", absent, language),
            near=_named(desk, "unmanned.near", near, language),
        )  # fmt: skip
    if left := told[_SHOWN:]:
        names = desk.words.plain(language, "shifts.comma").join(posts.label(each.post, language) for each in left)
        yield desk.words.say(language, "unmanned.more", n=len(left), posts=names)


def _names(desk: Desk, each: Unmanned, reader: int, language: str) -> list[str]:
    """Return who had signed up, by name to those who organise the post; a shift leader reads of no child who it is."""
    if reader in each.organisers:
        return [people.merged(desk.session, one).name for one in each.absent]
    return [volunteers.name(desk, one, language) for one in each.absent]


def _named(desk: Desk, key: str, names: Sequence[str], language: str) -> str:
    if not names:
        return desk.words.plain(language, f"{key}.none")
    return desk.words.plain(language, key, n=len(names), names=desk.words.plain(language, "shifts.comma").join(names))


# --- asking, and stepping in ------------------------------------------------------------------------------------------


def ask(desk: Desk, person: Person, shift_id: int) -> int:
    """Ask the nearest to come at once; return how many were written to. Raises `NobodyToCall`, `NoPlace`."""
    shift = _going_on(desk, shift_id)
    post = desk.session.get_one(Post, shift.post)
    if shifts.leader(desk, shift) != person.id:
        posts.ensure_organiser(desk, person, post)
    if desk.session.scalar(select(Shift.id).where(Shift.id == shift.id, _CAME)) is not None:
        raise NobodyToCall("unmanned.manned")
    if shift.alarmed_at is None or (shift.called_at is not None and shift.called_at >= shift.alarmed_at):
        raise NobodyToCall("unmanned.asked_before")
    shift.called_at = desk.now
    near = Nearest(desk).of(shift, post)
    hands.note_asked(desk, near)
    return sum(_ask(desk, each, shift) for each in near)


def step_in(desk: Desk, shift_id: int, person: Person) -> Shift:
    """Let somebody come in the stead of those who did not; the organisers hear who comes. Raises `NoPlace`.

    Whoever signed up before the alarm and has not come holds no place any more, but may still come.
    """
    volunteers.lock(desk, person.id)
    shift = _going_on(desk, shift_id)
    before = shift.alarmed_at or datetime.min.replace(tzinfo=desk.now.tzinfo)
    absent = [each for each in shifts.crew(desk, shift) if each.signed_at < before and not _is_there(desk, each)]
    shifts.sign_up(desk, shift_id, person, instead_of=absent)
    for each in posts.callees(desk, desk.session.get_one(Post, shift.post)):
        notices.tell(desk, each, "unmanned.comes", shift, name=person.name)
    return shift


def _going_on(desk: Desk, shift_id: int) -> Shift:
    shift = shifts.lock(desk, shift_id)
    if shift is None or shift.cancelled_at is not None:
        raise NoPlace("shifts.is_cancelled")
    if shift.ends <= desk.now:
        raise NoPlace("shifts.is_over")
    return shift


def _is_there(desk: Desk, each: Signup) -> bool:
    theirs = attendance.of_shift(desk, each.shift_id, each.person_id)
    return any(row.state == attendance.GOOD for row in theirs)


def _ask(desk: Desk, person_id: int, shift: Shift) -> bool:
    def rows(language: str) -> list[Row]:
        return [(desk.button(language, "button.unmanned_come", tokens.write("unmanned_come", shift.id), "primary"),)]

    return notices.tell(desk, person_id, "unmanned.wanted", shift, rows, expires=shift.ends - desk.now)
