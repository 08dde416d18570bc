"""Finding somebody who takes one's place in a shift, and taking one."""

from __future__ import annotations

from bot.handlers import casework, router
from bot.port import Choice
from bot.services import tokens
from bot.services.desk import Row, Turn
from bot.services.volunteering import notices, shifts, swaps
from storage.models import Shift, new_id


@router.press("swap")
def ask(turn: Turn) -> None:
    """Ask who is to be asked: the whole team, or somebody who is free."""
    shift = turn.session.get(Shift, turn.token.subject) if turn.token else None
    found = shifts.signup(turn, shift, turn.person.id) if shift else None
    if shift is None or found is None or shift.cancelled_at is not None or shift.ends <= turn.now:
        raise shifts.NoPlace("shifts.not_yours")
    question = new_id()
    free = swaps.colleagues(turn, shift, turn.person)
    rows: list[Row] = [(turn.press("button.swap_all", "swap_to", shift.id, f"{question}:0", "primary"),)]
    rows += [
        (Choice(label=each.name, token=tokens.write("swap_to", shift.id, f"{question}:{each.id}")),) for each in free
    ]
    what = notices.slot(turn, shift, turn.language)
    casework.put_alone(turn, question, "swap.ask", *rows, casework.drop(turn, question), what=what)


@router.press("swap_to")
def offer(turn: Turn) -> None:
    """Offer it."""
    question, _, to = (turn.token.extra if turn.token else "").partition(":")
    if turn.token is None or not question.isdecimal() or not to.isdecimal():
        turn.say("press.old")
        return
    n = swaps.offer(turn, turn.person, turn.token.subject, int(to) or None)
    casework.done_alone(turn, int(question))
    back = turn.press("button.swap_back", "swap_back", turn.token.subject, clock="")
    silent = "swap.offered_at_night" if notices.is_quiet(turn) else "swap.offered_in_silence"
    turn.say("swap.offered" if n else silent, (back,), n=n)


@router.press("swap_back")
def take_back(turn: Turn) -> None:
    """Keep one's place after all."""
    if turn.token is not None:
        shift = swaps.take_back(turn, turn.person, turn.token.subject)
        turn.say("swap.taken_back", what=notices.slot(turn, shift, turn.language))


@router.press("swap_take")
def take(turn: Turn) -> None:
    """Take the place of somebody else."""
    if turn.token is not None:
        shift = swaps.take(turn, turn.person, turn.token.subject)
        mine = (turn.press("button.my_shifts", "my_shifts"),)
        turn.say("swap.yours", mine, what=notices.slot(turn, shift, turn.language))
