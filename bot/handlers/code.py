"""签到码: the code that changes, on the phone of the shift leader or of an organiser."""

from __future__ import annotations

from bot.domain.roles import Role
from bot.handlers import router
from bot.services.desk import Row, Turn
from bot.services.volunteering import codes, dutycards, posts, shifts
from storage.models import Shift

_LISTED = 8


@router.command("code", aliases=("签到码",), roles=posts.ORGANISERS | {Role.VOLUNTEER}, order=14)
def show_code(turn: Turn, _argument: str) -> None:
    """Show the code of one's own shift; organisers choose one of those that go on at their posts."""
    mine = shifts.current(turn, turn.person.id)
    if mine is not None and codes.may_show(turn, mine, turn.person):
        dutycards.show_code(turn, mine, turn.person, turn.chat, anew=True)
        return
    found = [each for each in codes.going_on(turn) if codes.may_show(turn, each, turn.person)][:_LISTED]
    if not found:
        turn.say("code.none")
        return
    rows: list[Row] = [
        (turn.press("code.choose", "show_code", each.id, title=dutycards.title(turn, each, turn.language)),)
        for each in found
    ]
    turn.say("code.which", *rows)


@router.press("show_code")
def show_code_by_tap(turn: Turn) -> None:
    """Show the code of this shift below."""
    _show_code(turn, anew=True)


@router.press("renew_code")
def renew_code(turn: Turn) -> None:
    """Show the code of now in the same place."""
    _show_code(turn, anew=not turn.post.capabilities(turn.chat).edits)


def _show_code(turn: Turn, *, anew: bool) -> None:
    shift = shift_of(turn)
    if shift is None or not turn.is_private or not codes.may_show(turn, shift, turn.person):
        turn.say("press.old")
    elif shift.cancelled_at is not None or turn.now >= shift.ends:
        turn.say("signin.over")
    else:
        dutycards.show_code(turn, shift, turn.person, turn.chat, anew=anew)


def shift_of(turn: Turn) -> Shift | None:
    """Return the shift that a tap names."""
    return turn.session.get(Shift, turn.token.subject) if turn.token else None
