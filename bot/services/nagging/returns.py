"""Who is back because their leave ended by its date: noticed at once, and told to both in the morning."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from bot.domain import ladder
from bot.port import Outgoing
from bot.services import people
from bot.services.casework import alarms
from bot.services.desk import Desk
from bot.services.mishaps import contained
from bot.services.staffing import absences
from bot.services.words import joined
from storage.models import Absence, Person


def notice(desk: Desk) -> None:
    """Take off the stand-ins' cards what is theirs no more; nobody is told yet."""
    ended = select(Absence).where(Absence.until <= desk.now, Absence.ending == "")
    for absence in desk.session.scalars(ended.with_for_update(skip_locked=True)).all():
        absences.doubt(desk, absence)
        absence.ending = absences.SEEN


def tell(desk: Desk) -> None:
    """Tell those who are back and those who stood in, a message each, once one may speak; not who has left again."""
    if not ladder.may_speak(desk.now, alarms.rules(desk.city), urgent=False):
        return
    seen = select(Absence).where(Absence.ending == absences.SEEN).order_by(Absence.id)
    back: dict[int, Person] = {}
    relieved: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for absence in desk.session.scalars(seen.with_for_update(skip_locked=True)).all():
        absence.ending = absences.TOLD
        person, deputy = (people.merged(desk.session, each) for each in (absence.person_id, absence.stand_in_id))
        acting = absences.standing_in(desk, person.id)
        if acting == person.id:
            back[person.id] = person
        if acting != deputy.id:
            relieved[deputy.id][person.id] = person.name
    for person_id in back | relieved:
        with contained(desk, "person", person_id):
            _write(desk, person_id, [*relieved[person_id].values()], is_back=person_id in back)


def _write(desk: Desk, person_id: int, names: list[str], *, is_back: bool) -> None:
    chat = people.private_chat(desk.session, person_id)
    if chat is None:
        return
    language = desk.language_of(people.merged(desk.session, person_id))
    lines = [desk.words.say(language, "away.over")] if is_back else []
    if names:
        who = desk.words.plain(language, "nag.comma").join(names)
        lines.append(desk.words.say(language, "away.deputy_over", name=who, n=len(names)))
    desk.post.send(chat, Outgoing(text=joined(*lines)))
