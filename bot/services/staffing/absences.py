"""Who is away (请假), until when, and who stands in for them (代理)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.domain.roles import Role
from bot.port import Outgoing
from bot.services import people
from bot.services.desk import Desk
from bot.services.words import Fact
from storage.knowledge import known, learn
from storage.models import Absence, Nag, Person, new_id

SEEN, TOLD = "seen", "told"
_LONGEST_CHAIN = 8
"""Stand-ins who are away themselves are followed so far; nobody passes leave on further than that."""


def standing_in(desk: Desk, person_id: int) -> int:
    """Return who acts for somebody now: themselves, or at the end of the chain of stand-ins somebody who is there.

    Where the chain goes round in a circle, or ends at somebody who holds no function or cannot be reached, nobody
    stands in, and it is still the person asked about.
    """
    away = _away(desk)
    first = at = person_id
    for _ in range(_LONGEST_CHAIN):
        if at not in away:
            return at if at == first or _can_act(desk, at) else first
        at = people.merged(desk.session, away[at].stand_in_id).id
    return first


def absents(desk: Desk, person_id: int) -> list[int]:
    """Return the persons for whom somebody stands in now, directly or by a chain."""
    return [each for each in _away(desk) if each != person_id and standing_in(desk, each) == person_id]


def all_standing_in(desk: Desk, person_ids: Iterable[int]) -> list[int]:
    """Return who acts for these persons now, each once, in order."""
    return list(dict.fromkeys(standing_in(desk, each) for each in person_ids))


def begin(desk: Desk, person: Person, stand_in: Person, since: datetime, until: datetime) -> Absence:
    """Let somebody be away between two aware moments; what they had planned for that time gives way to it."""
    end(desk, person)
    absence = Absence(id=new_id(), person_id=person.id, stand_in_id=stand_in.id, since=since, until=until)
    desk.session.add(absence)
    desk.session.flush()
    known(desk.session, "absences").clear()
    return absence


def end(desk: Desk, person: Person) -> Absence | None:
    """Let somebody be back now, or not go at all; return the absence that ends, if there was one."""
    absence = of(desk, person)
    if absence is not None:
        doubt(desk, absence)
        absence.until, absence.ending = max(absence.since, desk.now), TOLD
        desk.session.flush()
        known(desk.session, "absences").clear()
    return absence


def doubt(desk: Desk, absence: Absence) -> None:
    """Have all looked at again that is on the nag cards of those who stand in: some of it is theirs no more."""
    deputy = people.merged(desk.session, absence.stand_in_id).id
    theirs = Nag.person_id.in_({deputy, standing_in(desk, deputy)})
    desk.session.execute(update(Nag).where(theirs, ~Nag.stale).values(stale=True))


def of(desk: Desk, person: Person) -> Absence | None:
    """Return the absence in which somebody is, or which they have planned."""
    planned = select(Absence).where(Absence.person_id == person.id, Absence.until > desk.now)
    return desk.session.scalar(planned.where(Absence.since < Absence.until).order_by(Absence.id.desc()).limit(1))


def would_circle(desk: Desk, person: Person, stand_in: Person, since: datetime, until: datetime) -> bool:
    """Tell whether within these moments whoever would stand in is away as well, and in the end leaves it to the person
    themselves.
    """
    at = stand_in.id
    for _ in range(_LONGEST_CHAIN):
        if at == person.id:
            return True
        meanwhile = select(Absence).where(Absence.person_id == at, Absence.since < until, Absence.until > since)
        theirs = desk.session.scalar(meanwhile.order_by(Absence.id.desc()).limit(1))
        if theirs is None:
            return False
        at = people.merged(desk.session, theirs.stand_in_id).id
    return True


def span(desk: Desk, since: datetime, until: datetime, language: str) -> str:
    """Return in words from which day to which somebody is away; `until` is not part of it."""
    first, last = desk.words.day(language, since), desk.words.day(language, until - timedelta(seconds=1))
    return desk.words.plain(language, "away.is_one_day" if first == last else "away.is_days", first=first, last=last)


def tell(desk: Desk, person: Person, key: str, **facts: Fact) -> None:
    """Write somebody a line about an absence, where they can be reached."""
    chat = people.private_chat(desk.session, person.id)
    if chat is not None:
        desk.post.send(chat, Outgoing(text=desk.words.say(desk.language_of(person), key, **facts)))


def current(desk: Desk) -> list[Absence]:
    """Return who is away now, the first to be back first."""
    return sorted(_away(desk).values(), key=lambda absence: absence.until)


def _away(desk: Desk) -> dict[int, Absence]:
    """Return the absences of this moment by person, as who they are now; read once a transaction."""

    def read() -> dict[int, Absence]:
        running = select(Absence).where(Absence.until > desk.now, Absence.since <= desk.now).order_by(Absence.id)
        found = desk.session.scalars(running).all()
        desk.session.read(Person, {person_id for each in found for person_id in (each.person_id, each.stand_in_id)})
        return {people.merged(desk.session, each.person_id).id: each for each in found}

    return learn(desk.session, "absences", "now", read)


def _can_act(desk: Desk, person_id: int) -> bool:
    person = people.merged(desk.session, person_id)
    is_staff = people.roles_of(desk.session, person, desk.now) != {Role.CITIZEN}
    return is_staff and people.private_chat(desk.session, person_id) is not None
