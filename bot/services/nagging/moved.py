"""Deadlines that another count has moved: whoever follows the cases hears of all of theirs in one message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from bot.domain.case import OPEN_STATES, State
from bot.port import Outgoing
from bot.services import people
from bot.services.casework.faces import parts
from bot.services.casework.faces.parts import Spans
from bot.services.desk import Desk
from bot.services.mishaps import contained
from bot.services.words import joined
from storage.models import Case, Follower, MovedDeadline

_LEAST = timedelta(minutes=5)
_PERSONS = 100
_SHOWN = 8

_Moved = Sequence[tuple[Case, datetime]]


def note(desk: Desk, case: Case, was: datetime) -> None:
    """Note when a case was due before, to be told later; less than five minutes are no news."""
    is_news = case.handle_due is not None and abs(case.handle_due - was) >= _LEAST
    if is_news and desk.session.get(MovedDeadline, case.id) is None:
        desk.session.add(MovedDeadline(case_id=case.id, was=was))


def tell(desk: Desk, after: int) -> int | None:
    """Tell the next people with an id after this one, a message each; return the last id, None if there are none."""
    theirs = select(Follower.person_id).join(MovedDeadline, MovedDeadline.case_id == Follower.case_id)
    following = theirs.where(Follower.person_id > after).distinct().order_by(Follower.person_id).limit(_PERSONS)
    found = desk.session.scalars(following).all()
    for person_id in found:
        with contained(desk, "person", person_id):
            _write(desk, person_id)
    return found[-1] if found else None


def forget(desk: Desk) -> None:
    """Forget what has moved, since everybody was told."""
    desk.session.execute(delete(MovedDeadline))


def _write(desk: Desk, person_id: int) -> None:
    person = people.merged(desk.session, person_id)
    chat, moved = people.private_chat(desk.session, person.id), _of(desk, person_id)
    if chat is not None and moved:
        desk.post.send(chat, Outgoing(text=_say(desk, moved, desk.language_of(person))))


def _of(desk: Desk, person_id: int) -> _Moved:
    query = (
        select(Case, MovedDeadline.was)
        .join(MovedDeadline, MovedDeadline.case_id == Case.id)
        .join(Follower, Follower.case_id == Case.id)
        .where(Follower.person_id == person_id, Case.handle_due != MovedDeadline.was)
        .order_by(Case.handle_due, Case.id)
    )
    return [(case, was) for case, was in desk.session.execute(query) if State(case.state) in OPEN_STATES]


def _say(desk: Desk, moved: _Moved, language: str) -> Spans:
    say, rest = desk.words.say, len(moved) - _SHOWN
    lines = [
        say(
            language, "told.recounted_line", number=case.number, category=parts.category(desk, case, language),
            was=parts.due(desk, case, language, at=was), due=parts.due(desk, case, language),
        )
        for case, was in moved[:_SHOWN]
    ]  # fmt: skip
    more = [say(language, "told.recounted_more", n=rest)] if rest > 0 else []
    return joined(say(language, "told.recounted"), *lines, *more)
