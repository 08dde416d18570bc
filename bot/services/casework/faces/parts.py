"""The parts of which the faces of a case are put together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from bot.domain.case import ENDED_STATES, State
from bot.port import Choice, Span
from bot.services import attachments, people, tokens
from bot.services.desk import Desk
from bot.services.history import last_text, text_since
from bot.services.words import joined
from storage.models import Case, Person, Retained

PHOTOS = 4
LONGEST = 300
Spans = tuple[Span, ...]


class Reader(NamedTuple):
    """Who looks: their language, who they are, or the unit whose group it is."""

    language: str
    person: Person | None = None
    unit: str = ""


def button(desk: Desk, case: Case, reader: Reader, action: str, label: str = "", *, style: str = "") -> Choice:
    """A choice on a case's card; its token carries the handling round, so that it grows old with it."""
    token = tokens.write(action, case.id, case.round)
    return desk.button(reader.language, f"button.{label or action}", token, style)


def title(desk: Desk, case: Case, language: str) -> Spans:
    """The number and what it is about."""
    key = "case.title_urgent" if case.urgent else "case.title"
    return desk.words.say(language, key, number=case.number, category=category(desk, case, language))


def category(desk: Desk, case: Case, language: str) -> str:
    """The category in the reader's language."""
    return desk.city.category(case.category).label(language)


def place(desk: Desk, case: Case, language: str) -> str:
    """The place in words: as reported, or the point, or the bare position."""
    if case.point:
        point = desk.city.point(case.point)
        return point.label(language) if case.place in {"", point.name, point.name_en} else case.place
    if case.place:
        return case.place
    return f"{case.lat:.5f}, {case.lon:.5f}" if case.lat is not None else ""


def who(desk: Desk, case: Case, language: str) -> str:
    """Who has it, by function and never by name: the point's leader, the unit, or headquarters."""
    if not case.unit:
        return desk.words.plain(language, "case.headquarters")
    unit = desk.city.unit(case.unit).label(language)
    if case.owner_kind == "leader" and case.point:
        point = desk.city.point(case.point).label(language)
        return desk.words.plain(language, "case.leader_of", point=point, unit=unit)
    return unit


def state(desk: Desk, case: Case, language: str) -> str:
    """The state by its name."""
    return desk.words.plain(language, f"state.{case.state}")


def due(desk: Desk, case: Case, language: str, *, at: datetime | None = None) -> str:
    """By when it has to be done, or as much as is known."""
    moment = at or case.handle_due
    return desk.words.moment(language, moment, desk.now) if moment else desk.words.plain(language, "case.no_due")


def now(desk: Desk, case: Case, language: str) -> Spans:
    """One sentence: how things stand, who has it, by when."""
    reason = shortened(last_text(desk.session, case.id, "reason", "dispute"))
    facts = {"who": who(desk, case, language), "due": due(desk, case, language), "reason": reason or "—"}
    return joined(desk.words.say(language, f"case.now.{case.state}", **facts), *_erased(desk, case, language))


def standing(desk: Desk, case: Case, language: str) -> Spans:
    """How things stand and who has it, where the deadline is said already; of rework, who asked for it."""
    is_disputed = case.state == State.REWORK and text_since(desk.session, case.id, "dispute", "reason")
    key = "case.standing.disputed" if is_disputed else f"case.standing.{case.state}"
    if not desk.words.has(key):
        return now(desk, case, language)
    reason = shortened(last_text(desk.session, case.id, "reason", "dispute"))
    return desk.words.say(language, key, who=who(desk, case, language), reason=reason or "—")


def _erased(desk: Desk, case: Case, language: str) -> Iterator[Spans]:
    """Say of a case that ended long ago what is kept no more."""
    if State(case.state) not in ENDED_STATES:
        return
    kept = desk.session.get(Retained, case.id)
    if (kept is None or not kept.photos) and attachments.has_erased(desk.session, case.id):
        yield desk.words.say(language, "case.photos_erased")
    if case.reporter_id == people.NOBODY:
        yield desk.words.say(language, "case.reporter_erased")


def quoted(desk: Desk, case: Case, language: str, purpose: str) -> Spans:
    """What was last said for this purpose, as a quotation."""
    words = shortened(last_text(desk.session, case.id, purpose))
    return desk.words.say(language, f"case.{purpose}", words=words) if words else ()


def shortened(words: str) -> str:
    """Return as much of the words as a card has room for."""
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rstrip()}…"


def photos(desk: Desk, case: Case, purpose: str) -> tuple[str, ...]:
    """Return the addresses of stored photos: of the problem all, of the result those of this round."""
    wanted = None if purpose == "before" else case.round
    found = attachments.of_case(desk.session, case.id, purpose, round=wanted)
    return tuple(photo.blob for photo in found if photo.state == attachments.STORED)[:PHOTOS]
