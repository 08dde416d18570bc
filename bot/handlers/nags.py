"""Answers to a nag: another page, 稍后提醒, 处理中. They stop no clock; a case itself is opened like from any list."""

from __future__ import annotations

from collections.abc import Callable

from bot.handlers import router
from bot.services.casework import alarms, waiting
from bot.services.casework.faces import nag as face
from bot.services.desk import Turn
from bot.services.nagging import nagcards, nags
from storage.models import Case, Nag

NagHandler = Callable[[Turn, Case, Nag, str], None]


def tap(action: str) -> Callable[[NagHandler], NagHandler]:
    """Answer taps about one case on a nag card: the handler gets it, and what follows the page in the token.

    What waits for them no more is answered kindly. Afterwards the card is shown as it is now, on the same page.
    """

    def register(handler: NagHandler) -> NagHandler:
        router.press(action)(lambda turn: _tapped(turn, handler))
        return handler

    return register


@router.press("nag_page")
def turn_page(turn: Turn) -> None:
    """Show another page, or the card again."""
    _show(turn, turn.token.extra if turn.token else "")


@router.press("nag_later")
def ask_when(turn: Turn) -> None:
    """Ask when to be reminded again."""
    token = turn.token
    found = waiting.read(turn, turn.person.id).entries if token else ()
    entry = next((each for each in found if token and each.case_id == token.subject), None)
    if token is None or entry is None:
        turn.say("press.old")
        return
    moments = nags.later(turn, urgent=entry.urgent)
    page = int(token.extra) if token.extra.isdecimal() else 0
    message = face.when_again(turn, turn.language, entry, moments, page)
    turn.post.show(nagcards.view(turn.person.id, turn.chat), message)


@tap("nag_until")
def keep_quiet(turn: Turn, case: Case, nag: Nag, name: str) -> None:
    """稍后提醒: silent about this case until the moment that was chosen, if it still lies ahead."""
    moments = dict(nags.later(turn, urgent=alarms.is_urgent(case)))
    if name in moments:
        nags.silence(nag, moments[name])


@tap("nag_on_it")
def work_on(turn: Turn, case: Case, nag: Nag, _rest: str) -> None:
    """处理中: silent about this case until it is due, or until the next day."""
    nags.work_on(turn, case, nag)


def _tapped(turn: Turn, handler: NagHandler) -> None:
    token = turn.token
    case = turn.session.get(Case, token.subject) if token else None
    nag = nags.of(turn, turn.person.id, case.id) if case else None
    page, _, rest = token.extra.partition(":") if token else ("", "", "")
    if case is None or nag is None or nag.rung is None:
        turn.say("press.old")
        return
    handler(turn, case, nag, rest)
    turn.session.flush()
    _show(turn, page)


def _show(turn: Turn, page: str) -> None:
    if turn.is_private:
        nagcards.show(turn, turn.person.id, turn.chat, int(page) if page.isdecimal() else 0)
    else:
        turn.say("press.old")
