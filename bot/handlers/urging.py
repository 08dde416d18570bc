"""催办 by those whom it concerns, now and then; 催办 and 督办 by headquarters and executives."""

from __future__ import annotations

from datetime import datetime

from bot.domain.case import Action
from bot.handlers import casework
from bot.services.casework import cases, demands, urging
from bot.services.casework.faces import parts
from bot.services.desk import Turn
from storage.models import Case


@casework.tap("urge", in_any_round=True)
def urge(turn: Turn, case: Case, _rest: str) -> None:
    """Remind whoever must act; too early again, say from when, and by when it has to be done anyway."""
    again = urging.free_again(turn, case)
    if again is not None and not demands.may(turn, case, Action.URGE, turn.person):
        _say(turn, case, "urge.too_early", again)
        return
    cases.act(turn, case, Action.URGE, turn.person)
    at = urging.called_at(turn, case)
    _say(turn, case, "urge.later" if at > turn.now else "urge.done", at)


@casework.tap("supervise", in_any_round=True)
def supervise(turn: Turn, case: Case, _rest: str) -> None:
    """Mark the case for everybody who works on it."""
    cases.act(turn, case, Action.SUPERVISE, turn.person)
    turn.say("supervise.done", number=case.number)


def _say(turn: Turn, case: Case, key: str, at: datetime) -> None:
    language = turn.language
    turn.say(
        key, number=case.number, who=parts.who(turn, case, language), due=parts.due(turn, case, language),
        when=turn.words.moment(language, at, turn.now),
    )  # fmt: skip
