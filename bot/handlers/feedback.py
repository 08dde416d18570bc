"""The reporters' last word: 满意, 不满意, and stars."""

from __future__ import annotations

from bot.domain.case import Action
from bot.handlers import casework, reasons
from bot.services.casework import cases
from bot.services.desk import Turn
from storage.models import Case

BEST = 5


@casework.tap("satisfied")
def satisfied(turn: Turn, case: Case, _rest: str) -> None:
    """满意 counts as five stars, unless they choose others."""
    cases.act(turn, case, Action.RATE, turn.person, rating=BEST)


@casework.tap("rate")
def rate(turn: Turn, case: Case, rest: str) -> None:
    """Take one to five stars."""
    cases.act(turn, case, Action.RATE, turn.person, rating=int(rest) if rest.isdecimal() else None)


@casework.tap("dispute")
def dispute(turn: Turn, case: Case, _rest: str) -> None:
    """Ask what is not well; with the answer the case goes on."""
    reasons.ask(turn, case, Action.DISPUTE)
