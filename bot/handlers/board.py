"""The counting board: every tap counts one, and 撤销 takes the last one back."""

from __future__ import annotations

from bot.domain.counting import OUTCOMES, PASSERS, passed
from bot.domain.roles import Role
from bot.handlers import router
from bot.port import Text
from bot.services.desk import Turn
from bot.services.volunteering import attendance, boardcards, boards, hours
from bot.services.volunteering.boards import STEPS
from storage.models import Shift


@router.command("count", aliases=("计数", "计数板"), roles=frozenset({Role.VOLUNTEER}), order=15)
def show(turn: Turn, _argument: str) -> None:
    """Bring the board to the bottom."""
    here = attendance.present(turn, turn.person.id)
    if here is None:
        turn.say("board.sign_in_first")
        return
    shift = turn.session.get_one(Shift, here.shift_id)
    if shift.kind == hours.TRAINING or not boardcards.pages(turn):
        turn.say("board.none")
    else:
        boardcards.show(turn, shift, turn.person, turn.chat, anew=True)


@router.press("tally")
def tap(turn: Turn) -> None:
    """Count what was tapped, or turn the page."""
    here, token = attendance.present(turn, turn.person.id), turn.token
    shift = turn.session.get(Shift, token.subject) if token else None
    if here is None or token is None or shift is None or here.shift_id != shift.id:
        turn.say("board.over")
        return
    page, _, what = token.extra.partition(":")
    if what == boardcards.UNDO:
        boards.undo(turn, shift, turn.person.id)
    elif found := _meant(turn, page, what):
        boards.count(turn, shift, turn.person.id, *found)
    elif what:
        turn.say("press.old")
    boardcards.show(turn, shift, turn.person, turn.chat, page)


def _is_named(turn: Turn) -> bool:
    """Tell whether somebody who serves says the name of what they saw, as one does where no button can be tapped."""
    payload = turn.incoming.payload
    if (
        not isinstance(payload, Text)
        or turn.draft is not None
        or not boardcards.named(turn, payload.text, turn.language)
    ):
        return False
    shift = attendance.serving(turn, turn.person)
    return shift is not None and shift.kind != hours.TRAINING


@router.claim(_is_named)
def count_named(turn: Turn) -> None:
    """Count it, and show the page that it is on."""
    payload, shift = turn.incoming.payload, attendance.serving(turn, turn.person)
    if isinstance(payload, Text) and shift is not None:
        page, name = boardcards.named(turn, payload.text, turn.language) or ("", "")
        boards.count(turn, shift, turn.person.id, name)
        boardcards.show(turn, shift, turn.person, turn.chat, page)


def _meant(turn: Turn, page: str, what: str) -> tuple[str, int] | None:
    """Return what is to be counted and how often; None for what nobody counts here."""
    if what.startswith("+"):
        n = int(what[1:]) if what[1:].isdecimal() else 0
        return (passed(page), n) if page in PASSERS and n in STEPS else None
    return (what, 1) if what in OUTCOMES or what in turn.city.behaviours else None
