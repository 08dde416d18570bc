"""Reminding of rounds: in the afternoon one message a leader of all that is left of the day, and of the week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time

from sqlalchemy import select

from bot.domain import ladder
from bot.domain.patrol import Rhythm, ends_week
from bot.domain.roles import Role
from bot.port import Outgoing, Span
from bot.services import people, tokens
from bot.services.casework import alarms, clocks, rounds
from bot.services.casework.rounds import Round
from bot.services.desk import Desk
from bot.services.mishaps import contained
from bot.services.patrolling import patrolcard
from bot.services.staffing import absences
from bot.services.words import joined
from storage.models import Assignment, Person

_SPANS = {"day": {Rhythm.DAILY}, "week": {Rhythm.WEEKLY, Rhythm.CHIEF}}


def remind(desk: Desk, part: int, limit: int) -> bool:
    """Remind the next so many persons, as they are dealt into parts; tell whether there are more.

    Nobody is spoken to outside working hours: what the program slept through until evening stays unsaid.
    """
    if not ladder.may_speak(desk.now, alarms.rules(desk.city), urgent=False):
        return False
    expected = _expected(desk)
    persons = sorted(expected)[(part - 1) * limit : part * limit]
    made = rounds.made_of(desk, [each for person in persons for each in expected[person]])
    people.read_chats(desk.session, persons)
    for person_id in persons:
        left = [each for each in expected[person_id] if (each.point.code, each.slot) not in made]
        if left:
            with contained(desk, "person", person_id):
                _tell(desk, person_id, left)
    return len(expected) > part * limit


def _expected(desk: Desk) -> dict[int, list[Round]]:
    """Return the rounds that are due today, made or not, by who is to make them: whoever is there for the leader."""
    day = rounds.today(desk)
    is_last = ends_week(day, clocks.calendar(desk.city).is_working_day)
    found: defaultdict[int, dict[Round, None]] = defaultdict(dict)
    for person_id, each in _held(desk):
        if is_last or each.rhythm is Rhythm.DAILY:
            found[absences.standing_in(desk, person_id)][each] = None
    return {person_id: list(theirs) for person_id, theirs in found.items()}


def _held(desk: Desk) -> Iterator[tuple[int, Round]]:
    """Yield who leads what, of those who did so when the day began."""
    city, day = desk.city, rounds.today(desk)
    morning = datetime.combine(day, time(), clocks.calendar(city).zone).astimezone(UTC)
    roles = [Role.LEADER.value, *([Role.UNIT_HEAD.value] if city.settings.patrols.chiefs else [])]
    held = desk.session.scalars(
        select(Assignment).where(Assignment.role.in_(roles), Assignment.since < morning, people.current(desk.now))
    ).all()
    desk.session.read(Person, {each.person_id for each in held})
    for each in held:
        person_id = people.merged(desk.session, each.person_id).id
        if each.role == Role.UNIT_HEAD:
            yield from ((person_id, rounds.of_circle(at, day)) for at in city.anchors if at.chief_unit == each.unit)
        elif each.point in city.points and (found := rounds.of_point(city, city.points[each.point], day)):
            yield person_id, found


def _tell(desk: Desk, person_id: int, left: Sequence[Round]) -> None:
    chat = people.private_chat(desk.session, person_id)
    if chat is None:
        return
    language = desk.language_of(people.merged(desk.session, person_id))
    parts = [_lines(desk, language, span, [each for each in left if each.rhythm in _SPANS[span]]) for span in _SPANS]
    go = desk.button(language, "patrol.go", tokens.write("patrol"), "primary")
    desk.post.send(chat, Outgoing(text=joined(*parts), choices=((go,),)))


def _lines(desk: Desk, language: str, span: str, left: Sequence[Round]) -> tuple[Span, ...]:
    if not left:
        return ()
    return joined(desk.words.say(language, f"patrol.nag.{span}", n=len(left)), *patrolcard.lines(desk, language, left))
