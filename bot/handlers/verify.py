"""Those who look whether it is really done: 核查通过, 核查不通过, 无法核查."""

from __future__ import annotations

from bot.domain.case import Action
from bot.handlers import casework, reasons
from bot.services.casework import cases
from bot.services.desk import Turn
from storage.models import Case


@casework.tap("pass")
def passed(turn: Turn, case: Case, _rest: str) -> None:
    """It is done; the case closes by itself. Where the card cannot show that, it is said."""
    seen = turn.post.seen(turn.chat)
    cases.act(turn, case, Action.PASS, turn.person)
    if turn.post.seen(turn.chat) == seen:
        turn.say("verify.passed", number=case.number)


@casework.tap("fail")
def failed(turn: Turn, case: Case, _rest: str) -> None:
    """It is not done: ask what is missing."""
    reasons.ask(turn, case, Action.FAIL)


@casework.tap("unable")
def unable(turn: Turn, case: Case, _rest: str) -> None:
    """It cannot be told: ask why, and leave it to headquarters."""
    reasons.ask(turn, case, Action.UNABLE)
