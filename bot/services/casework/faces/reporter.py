"""What the reporter and the followers see: a track like a parcel's, and at the end the question whether it is well."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.case import ENDED_STATES, FINISHED_STATES, OPEN_STATES, State
from bot.port import Choice, Outgoing
from bot.services import tokens
from bot.services.casework import followers
from bot.services.casework.faces.parts import Reader, Spans, button, now, photos, place, shortened, title, who
from bot.services.casework.stances import have_handled
from bot.services.desk import Desk, Row
from bot.services.history import last_text
from bot.services.words import joined
from storage.models import Case

_STEPS = ("track.accepted", "track.handling", "track.verifying", "track.closed")
_STARS = 5


def reporter(desk: Desk, case: Case, reader: Reader) -> Outgoing:
    """The track. Its news are written to them besides, so that it need not come again where it cannot change."""
    language = reader.language
    head = joined(title(desk, case, language), place(desk, case, language))
    track = joined(*_track(desk, case, language)) if case.state not in ENDED_STATES - FINISHED_STATES else ()
    others = followers.joined(desk, case)
    company = desk.words.say(language, "case.followers", n=others) if others else ()
    rows: list[Row] = []
    if State(case.state) in OPEN_STATES:
        rows.append((button(desk, case, reader, "supplement"), button(desk, case, reader, "urge")))
        if case.handler_id is None and _is_reporter(case, reader):
            rows = [(*rows[0], button(desk, case, reader, "withdraw"))]
    text = joined(head, track, joined(now(desk, case, language), company), by="\n\n")
    return Outgoing(text=text, choices=tuple(rows), informs=True)


def _track(desk: Desk, case: Case, language: str) -> list[Spans]:
    """Like a parcel's: what is done with its time, what is under way, what is to come."""
    stage = _stage(State(case.state))
    times = (case.reported_at, case.signed_at or case.dispatched_at, case.replied_at, case.closed_at)
    lines = []
    for number, (name, when) in enumerate(zip(_STEPS, times, strict=True)):
        mark = "done" if number < stage else "current" if number == stage else "to_come"
        moment = desk.words.moment(language, when, desk.now) if when and number <= stage else ""
        lines.append(desk.words.say(language, f"track.{mark}", step=desk.words.plain(language, name), when=moment))
    return lines


def _stage(state: State) -> int:
    """How many of the steps are done."""
    if state in FINISHED_STATES:
        return len(_STEPS)
    return 2 if state in {State.PENDING_VERIFICATION, State.PASSED} else 1


def feedback(desk: Desk, case: Case, reader: Reader) -> Outgoing:
    """The result, and 满意 or 不满意 as long as the pack lets them."""
    language, say = reader.language, desk.words.say
    head = joined(title(desk, case, language), place(desk, case, language), now(desk, case, language))
    if State(case.state) not in FINISHED_STATES:
        return Outgoing(text=head)
    words = shortened(last_text(desk.session, case.id, "reply"))
    reply = say(language, "feedback.reply", words=words, who=who(desk, case, language)) if words else ()
    days = desk.city.settings.dispute_days
    in_time = case.closed_at is not None and desk.now <= case.closed_at + timedelta(days=days)
    is_open = in_time and not _has_handled(desk, case, reader)
    if case.rating:
        end = say(language, "feedback.stars", stars="★" * case.rating + "☆" * (_STARS - case.rating))
    else:
        end = say(language, "feedback.ask", days=days) if is_open else ()
    rows = _judging(desk, case, reader) if is_open else ()
    return Outgoing(text=joined(head, reply, end, by="\n\n"), photos=photos(desk, case, "after"), choices=rows)


def _judging(desk: Desk, case: Case, reader: Reader) -> tuple[Row, ...]:
    yes, no = button(desk, case, reader, "satisfied"), button(desk, case, reader, "dispute", "dissatisfied")
    return ((yes, no), tuple(_star(case, stars) for stars in range(1, _STARS + 1)))


def _has_handled(desk: Desk, case: Case, reader: Reader) -> bool:
    return reader.person is not None and reader.person.id in have_handled(desk, case)


def _star(case: Case, stars: int) -> Choice:
    return Choice(label=f"{stars}★", token=tokens.write("rate", case.id, f"{case.round}:{stars}"))


def _is_reporter(case: Case, reader: Reader) -> bool:
    return reader.person is not None and case.reporter_id == reader.person.id
