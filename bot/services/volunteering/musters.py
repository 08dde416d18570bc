"""Who has come to a shift and who has not, and the photo of the post, for those who answer for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, time

from sqlalchemy import ColumnElement, func, select

from bot.port import Outgoing
from bot.services import people
from bot.services.casework.faces.parts import Spans
from bot.services.desk import Desk
from bot.services.volunteering import attendance, dutyphotos, notices, posts, shifts, volunteers
from bot.services.volunteering.hands import Gap
from bot.services.words import joined
from storage.models import Attendance, Person, Post, Shift

# --- which ------------------------------------------------------------------------------------------------------------


def going_on(desk: Desk, organiser: Person) -> list[Gap]:
    """Return the shifts that go on now at posts that somebody organises, in order of time."""
    return _organised(desk, organiser, Shift.begins <= desk.now, Shift.ends > desk.now)


def over_today(desk: Desk, organiser: Person) -> list[Gap]:
    """Return those that have ended today, the last one first."""
    midnight = datetime.combine(desk.now.astimezone(desk.words.zone), time(), desk.words.zone)
    return _organised(desk, organiser, Shift.ends > midnight, Shift.ends <= desk.now)[::-1]


def came(desk: Desk, found: Iterable[Shift]) -> Counter[int]:
    """Return how many have signed in to each of these shifts, by its id; who is forgotten is somebody still."""
    somebody = func.coalesce(func.nullif(Attendance.person_id, 0), -Attendance.id)
    counts = select(Attendance.shift_id, func.count(somebody.distinct())).group_by(Attendance.shift_id)
    of_these = (Attendance.shift_id.in_([each.id for each in found]), Attendance.state == attendance.GOOD)
    return Counter({shift_id: n for shift_id, n in desk.session.execute(counts.where(*of_these))})  # noqa: C416


def _organised(desk: Desk, organiser: Person, *when: ColumnElement[bool]) -> list[Gap]:
    held = {post.code: post for post in posts.organised_by(desk, organiser)}
    rows = select(Shift).where(Shift.post.in_(held), Shift.cancelled_at.is_(None), *when)
    found = desk.session.scalars(rows.order_by(Shift.begins, Shift.post)).all()
    count = shifts.manned(desk, found)
    return [Gap(shift, held[shift.post], count[shift.id]) for shift in found]


# --- one of them ------------------------------------------------------------------------------------------------------


def may_see(desk: Desk, shift: Shift, person: Person) -> bool:
    """Tell whether somebody answers for a shift: its organisers, and whoever leads it."""
    post = desk.session.get_one(Post, shift.post)
    leads = person.id in {shifts.leader(desk, shift), attendance.leader(desk, shift)}
    return leads or posts.may_organise(desk, person, post)


def card(desk: Desk, shift: Shift, reader: Person) -> Outgoing:
    """Return who stands in a shift; once it has begun who came and when, who did not, and the photo of the post."""
    photos = dutyphotos.of(desk, shift)
    return Outgoing(text=joined(*_lines(desk, shift, reader, is_shown=bool(photos))), photos=photos)


def _lines(desk: Desk, shift: Shift, reader: Person, *, is_shown: bool) -> Iterator[Spans]:
    language, crew = desk.language_of(reader), [each.person_id for each in shifts.crew(desk, shift)]
    leader = shifts.leader(desk, shift)
    yield desk.words.say(
        language, "gaps.shift", what=notices.slot(desk, shift, language), crew=shift.crew, signed=len(crew),
        names=_names(desk, shift, reader, crew), leader=_names(desk, shift, reader, [leader] if leader else []),
    )  # fmt: skip
    if shift.begins > desk.now:
        return
    there = _there(desk, shift)
    if there:
        comma = desk.words.plain(language, "shifts.comma")
        said = [f"{_names(desk, shift, reader, [each])} {when}".strip() for each, when in there.items()]
        yield desk.words.say(language, "gaps.there", n=len(there), names=comma.join(said))
    else:
        yield desk.words.say(language, "gaps.nobody")
    if absent := [each for each in crew if people.merged(desk.session, each).id not in there]:
        yield desk.words.say(language, "gaps.absent", names=_names(desk, shift, reader, absent))
    if not is_shown:
        yield desk.words.say(language, "gaps.no_photo")


def _there(desk: Desk, shift: Shift) -> dict[int, str]:
    """Return from when to when people were there, by person; of whoever has not gone the begin alone."""
    rows = select(Attendance).where(Attendance.shift_id == shift.id, Attendance.state == attendance.GOOD)
    spells: dict[int, list[Attendance]] = {}
    for row in desk.session.scalars(rows.order_by(Attendance.came_at)):
        spells.setdefault(people.merged(desk.session, row.person_id).id if row.person_id else -row.id, []).append(row)
    return {person: _spell(desk, found) for person, found in spells.items()}


def _spell(desk: Desk, found: list[Attendance]) -> str:
    since, until = notices.clock(desk, found[0].came_at), found[-1].left_at
    return since if until is None else f"{since}–{notices.clock(desk, until)}"


def _names(desk: Desk, shift: Shift, reader: Person, ids: Collection[int]) -> str:
    """Return names, all of them to organisers; a shift leader reads of no child who it is."""
    known = [each for each in ids if each > 0]
    if posts.may_organise(desk, reader, desk.session.get_one(Post, shift.post)):
        names = [people.merged(desk.session, each).name for each in known]
    else:
        names = [volunteers.name(desk, each, desk.language_of(reader)) for each in known]
    return desk.words.plain(desk.language_of(reader), "shifts.comma").join(names) or "—"
