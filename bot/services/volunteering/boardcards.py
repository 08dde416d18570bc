"""The counting board: one message, edited in place, with a button a behaviour; a page for each kind of passers.

Quick taps are counted each, and shown together: the message changes at once and then once in `PAUSE` at most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain.counting import OUTCOMES, PASSERS, kind_passed, passed
from bot.port import Chat, Choice, Outgoing
from bot.services import tokens
from bot.services.casework.faces.parts import Spans
from bot.services.desk import Desk, Row
from bot.services.post import View
from bot.services.volunteering import attendance, boards, dutycards, hours
from bot.services.volunteering.boards import STEPS
from bot.services.words import joined
from storage.models import Person, Shift

PAUSE = timedelta(seconds=1.5)
UNDO = "undo"
_OTHERS = "other"
_COLUMNS = 2


def pages(desk: Desk) -> list[str]:
    """Return the pages that the pack's behaviours need, in its order; the last one is for those of whoever it is."""
    kinds = dict.fromkeys(each.passers or _OTHERS for each in desk.city.behaviours.values())
    return sorted(kinds, key=[*PASSERS, _OTHERS].index)


def show(desk: Desk, shift: Shift, person: Person, chat: Chat, page: str = "", *, anew: bool = False) -> None:
    """Show a page of somebody's board, else that on which they counted last.

    Raises nothing where the pack counts nothing: then there is no board.
    """
    known = pages(desk)
    if known:
        message = _compose(desk, shift, person, page if page in known else _last_page(desk, shift, person, known))
        at = None if anew else _due(desk, shift, person)
        desk.post.show(_view(shift, person, chat), message, anew=anew, at=at)


def bring_down(desk: Desk, person: Person, chat: Chat) -> None:
    """Bring the board of whoever serves now to the bottom, below what was said about something else."""
    shift = attendance.serving(desk, person)
    if shift is not None and shift.kind != hours.TRAINING:
        show(desk, shift, person, chat, anew=True)


def close(desk: Desk, shift: Shift, person: Person, chat: Chat) -> None:
    """Leave what was counted, and nothing to tap."""
    view = _view(shift, person, chat)
    if desk.post.card(view) is not None:
        language = desk.language_of(person)
        counts = boards.totals(desk, shift.id, person.id)
        text = joined(dutycards.title(desk, shift, language), *_counted(desk, counts, language))
        desk.post.show(view, Outgoing(text=text))


def _last_page(desk: Desk, shift: Shift, person: Person, known: list[str]) -> str:
    taps = boards.board(desk, shift, person.id).taps
    counted = (kind_passed(name) or _page_of(desk).get(name, "") for _, name, _ in reversed(taps))
    return next((page for page in counted if page in known), known[0])


def _page_of(desk: Desk) -> dict[str, str]:
    """Return on which page each of the pack's behaviours stands."""
    return {each.code: each.passers or _OTHERS for each in desk.city.behaviours.values()}


def _view(shift: Shift, person: Person, chat: Chat) -> View:
    return View(f"shift:{shift.id}", chat, "board", person.id)


def _due(desk: Desk, shift: Shift, person: Person) -> datetime:
    """Return when the message may change next: now, a pause after it last did, or when it will anyway."""
    board = boards.board(desk, shift, person.id)
    if board.shown_at is None or board.shown_at <= desk.now:
        board.shown_at = max(desk.now, board.shown_at + PAUSE) if board.shown_at else desk.now
    return board.shown_at


def _compose(desk: Desk, shift: Shift, person: Person, page: str) -> Outgoing:
    language = desk.language_of(person)
    counts = boards.totals(desk, shift.id, person.id)
    text = joined(
        dutycards.title(desk, shift, language),
        *_counted(desk, counts, language),
        _last(desk, shift, person, language),
        desk.words.say(language, "board.nobody"),
    )
    return Outgoing(text=text, choices=tuple(_rows(desk, shift, counts, page, language)))


def _counted(desk: Desk, counts: Counter[str], language: str) -> Iterator[Spans]:
    facts = {name: counts[name] for name in OUTCOMES}
    yield desk.words.say(language, "board.counted", seen=boards.seen(counts), **facts)
    kinds = [
        desk.words.plain(language, "board.passed", kind=desk.words.plain(language, f"board.page.{kind}"), n=n)
        for kind in PASSERS
        if (n := counts[passed(kind)])
    ]
    if kinds:
        yield desk.words.say(language, "board.passers", kinds=" · ".join(kinds))


def _last(desk: Desk, shift: Shift, person: Person, language: str) -> Spans:
    taps = boards.board(desk, shift, person.id).taps
    if not taps:
        return desk.words.say(language, "board.begin")
    _, name, n = taps[-1]
    return desk.words.say(language, "board.last", what=label(desk, name, language), n=n)


def label(desk: Desk, name: str, language: str) -> str:
    """What was counted, in the reader's language."""
    if name in OUTCOMES:
        return desk.words.plain(language, f"board.{name}")
    if kind := kind_passed(name):
        return desk.words.plain(language, "board.who_pass", kind=desk.words.plain(language, f"board.page.{kind}"))
    return desk.city.behaviour(name).label(language)


def named(desk: Desk, text: str, language: str) -> tuple[str, str] | None:
    """Return the page and the name of the behaviour or the outcome that a text is; None if it is neither."""
    said = text.strip().casefold()
    pages_of = _page_of(desk)
    found = (name for name in (*pages_of, *OUTCOMES) if label(desk, name, language).casefold() == said)
    name = next(found, "")
    return (pages_of.get(name, ""), name) if name else None


def _rows(desk: Desk, shift: Shift, counts: Counter[str], page: str, language: str) -> Iterator[Row]:
    def choice(text: str, what: str, *, on: str = page) -> Choice:
        return Choice(label=text, token=tokens.write("tally", shift.id, f"{on}:{what}"))

    def counted(name: str) -> Choice:
        n = counts[name]
        text = label(desk, name, language)
        return choice(f"{text} {n}" if n else text, name)

    codes = [each.code for each in desk.city.behaviours.values() if (each.passers or _OTHERS) == page]
    for start in range(0, len(codes), _COLUMNS):
        yield tuple(counted(code) for code in codes[start : start + _COLUMNS])
    if page in PASSERS:
        name = label(desk, passed(page), language)
        yield tuple(choice(f"{name} +{n}" if n == 1 else f"+{n}", f"+{n}") for n in STEPS)
    yield tuple(counted(name) for name in OUTCOMES)
    others = [each for each in pages(desk) if each != page]
    if others:
        yield tuple(choice(f"{desk.words.plain(language, f'board.page.{each}')} ▸", "", on=each) for each in others)
    yield (choice(desk.words.plain(language, "board.undo"), UNDO),)
