"""The nag card: everything that waits for somebody, the first five with buttons, and when to be reminded again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.port import Outgoing
from bot.services import tokens
from bot.services.casework.faces.parts import Spans, place, state, title
from bot.services.casework.waiting import Entry, Waiting
from bot.services.desk import Desk, Row
from bot.services.mishaps import contained
from bot.services.words import joined
from storage.models import Case
from storage.models.nags import ASKED

PAGE = 5
_NUMBERS = 3
_HOURS_SHOWN = timedelta(hours=48)


def card(desk: Desk, language: str, waiting: Waiting, page: int = 0) -> Outgoing:
    """Return one page of what waits; pages count from 0, and one that is no more is the last there is."""
    page = max(0, min(page, (len(waiting.entries) - 1) // PAGE))
    shown = waiting.entries[page * PAGE : (page + 1) * PAGE]
    cases = [(number, entry, _case(desk, entry)) for number, entry in enumerate(shown, page * PAGE + 1)]
    items = _items(desk, language, cases)
    rows = [_row(desk, language, number, entry, page) for number, entry, _ in cases]
    text = joined(_head(desk, language, waiting), *items, *_missing(desk, language, waiting), by="\n\n")
    return Outgoing(text=text, choices=(*rows, *_paging(desk, language, len(waiting.entries), page)))


def when_again(desk: Desk, language: str, entry: Entry, moments: list[tuple[str, datetime]], page: int) -> Outgoing:
    """Return the question when to be reminded of a case again, with these moments to choose from."""
    case = _case(desk, entry)
    head = joined(title(desk, case, language), _when(desk, language, entry, case))
    rows: list[Row] = []
    for name, at in moments:
        token = tokens.write("nag_until", case.id, f"{page}:{name}")
        when = desk.words.moment(language, at, desk.now)
        rows.append((desk.button(language, f"nag.{name}", token, when=when),))
    rows.append((desk.button(language, "nag.back", tokens.write("nag_page", 0, page)),))
    return Outgoing(text=joined(head, desk.words.say(language, "nag.when_again"), by="\n\n"), choices=tuple(rows))


def item(desk: Desk, language: str, number: int, entry: Entry, case: Case) -> Spans:
    """Return the lines of one case: what and where, how it stands and how late it is, and what was said to that."""
    at = place(desk, case, language)
    what = joined(f"{number}.", title(desk, case, language), by=" ")
    return joined(
        joined(what, at, by=" · "), _when(desk, language, entry, case), *_notes(desk, language, entry)
    )  # fmt: skip


def _items(desk: Desk, language: str, cases: list[tuple[int, Entry, Case]]) -> Iterator[Spans]:
    for number, entry, case in cases:
        with contained(desk, "case", case.id):
            yield item(desk, language, number, entry, case)


def late_by(desk: Desk, language: str, due: datetime) -> str:
    """Return in words for how long something has been due: by the clock on the wall, as people count."""
    late = desk.now - due
    unit = "minutes" if late < timedelta(hours=1) else "hours" if late < _HOURS_SHOWN else "days"
    amount = late // {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}[unit]
    return desk.words.plain(language, f"nag.span.{unit}", n=amount)


def _case(desk: Desk, entry: Entry) -> Case:
    return desk.session.get_one(Case, entry.case_id)


def _head(desk: Desk, language: str, waiting: Waiting) -> Spans:
    late = waiting.late(desk.now)
    if not waiting.entries:
        return () if waiting.missing else desk.words.say(language, "nag.none")
    return desk.words.say(language, "nag.head_late" if late else "nag.head", n=len(waiting.entries), late=late)


def _when(desk: Desk, language: str, entry: Entry, case: Case) -> Spans:
    due = desk.words.moment(language, entry.due, desk.now)
    asked = entry.rung == ASKED and case.request
    stands = desk.words.plain(language, f"nag.asked.{case.request}") if asked else state(desk, case, language)
    if desk.now - entry.due < timedelta(hours=1):  # the card will stand there for a while as it is written now
        key = "nag.coming" if entry.due > desk.now else "nag.just_due"
        return desk.words.say(language, key, state=stands, due=due)
    return desk.words.say(language, "nag.late", state=stands, due=due, late=late_by(desk, language, entry.due))


def _notes(desk: Desk, language: str, entry: Entry) -> Iterator[Spans]:
    ladder = desk.city.settings.ladder
    if 0 < entry.rung <= len(ladder) and ladder[entry.rung - 1].to != ("whose_turn",):
        yield desk.words.say(language, "nag.escalated")
    if entry.silent_until is not None and entry.is_silent(desk.now):
        until = desk.words.moment(language, entry.silent_until, desk.now)
        yield desk.words.say(language, "nag.on_it" if entry.on_it else "nag.later_at", until=until)


def _row(desk: Desk, language: str, number: int, entry: Entry, page: int) -> Row:
    choices = [desk.button(language, "nag.open", tokens.write("look", entry.case_id), n=number)]
    if not entry.is_silent(desk.now):
        choices += [
            desk.button(language, f"nag.button_{name}", tokens.write(f"nag_{name}", entry.case_id, page), n=number)
            for name in ("later", "on_it")
        ]
    return tuple(choices)


def _paging(desk: Desk, language: str, count: int, page: int) -> Iterator[Row]:
    row: Row = ()
    if page:
        row += (desk.button(language, "nag.previous", tokens.write("nag_page", 0, page - 1)),)
    left = count - (page + 1) * PAGE
    if left > 0:
        row += (desk.button(language, "nag.more", tokens.write("nag_page", 0, page + 1), n=left),)
    if row:
        yield row


def _missing(desk: Desk, language: str, waiting: Waiting) -> Iterator[Spans]:
    """Say to headquarters who could not be told of what."""
    for key, numbers in waiting.missing.items():
        holder, _, unit = key.partition(":")
        name = desk.city.unit(unit).label(language) if unit else desk.words.plain(language, "case.headquarters")
        yield desk.words.say(
            language, "nag.missing", holder=desk.words.plain(language, f"holder.{holder}"), unit=name,
            n=len(numbers), numbers=desk.words.plain(language, "nag.comma").join(numbers[:_NUMBERS]),
        )  # fmt: skip
