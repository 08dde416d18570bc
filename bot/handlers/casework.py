"""What the conversations about one case share: its taps, and the question that is open about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.domain.case import Action, NotNow, NotYours, State, find
from bot.domain.roles import Stance
from bot.handlers import router
from bot.services import cards, people
from bot.services.desk import Row, Turn
from bot.services.faces import parts
from bot.services.stances import stances
from storage.models import Case

CaseHandler = Callable[[Turn, Case, str], None]
KINDS = ("reason", "reply", "dispatch")


def tap(action: str, *, in_any_round: bool = False) -> Callable[[CaseHandler], CaseHandler]:
    """Answer taps on a case's cards: the handler gets the case and what follows the round in the token.

    A tap of an earlier round, or too late, or by somebody else, is answered kindly and changes nothing.
    """

    def register(handler: CaseHandler) -> CaseHandler:
        router.press(action)(lambda turn: _tapped(turn, handler, in_any_round=in_any_round))
        return handler

    return register


def may(turn: Turn, case: Case, action: Action) -> None:
    """Raise `NotNow` or `NotYours` before asking somebody for what could not be used."""
    find(State(case.state), action, stances(turn, case, turn.person))


def ask(turn: Turn, kind: str, case: Case, **fields: Any) -> None:
    """Open a question about a case; a report that is being made stays below it and comes back after."""
    under = turn.draft
    if under is not None and under["kind"] in KINDS:
        under = under.get("under")
    turn.draft = {"kind": kind, "case": case.id, "round": case.round, "under": under, **fields}


def is_asking(turn: Turn) -> bool:
    """Tell whether a question about a case is open."""
    return turn.draft is not None and turn.draft["kind"] in KINDS


def done(turn: Turn) -> None:
    """Close the question; what was open before is open again."""
    if turn.draft is not None and is_asking(turn):
        turn.draft = turn.draft.get("under")


def asked(turn: Turn) -> Case | None:
    """Return the case that is asked about, unless it went on meanwhile; then the question is closed kindly."""
    draft = turn.draft or {}
    case = turn.session.get(Case, draft.get("case", 0))
    if case is None or case.round != draft.get("round"):
        done(turn)
        explain(turn, case)
        return None
    return case


def drop(turn: Turn) -> Row:
    """The way out of a question."""
    return (turn.press("button.cancel", "drop"),)


@router.press("drop")
def dropped(turn: Turn) -> None:
    """Leave the question unanswered."""
    done(turn)
    turn.say("case.dropped")


def explain(turn: Turn, case: Case | None) -> None:
    """Say how the case stands now, to those who have to do with it."""
    if case is None or not stances(turn, case, turn.person):
        turn.say("press.old")
        return
    cards.refresh(turn, case)
    language = turn.language
    turn.say(
        "case.moved_on",
        number=case.number,
        state=parts.state(turn, case, language),
        now=parts.now(turn, case, language),
    )


def handler_name(turn: Turn, case: Case) -> str:
    """The name of whoever took it, for colleagues; the unit where there is none."""
    handler = people.merged(turn.session, case.handler_id) if case.handler_id else None
    return (handler.name if handler else "") or parts.who(turn, case, turn.language)


def _tapped(turn: Turn, handler: CaseHandler, *, in_any_round: bool) -> None:
    token = turn.token
    case = turn.session.get(Case, token.subject) if token else None
    number, _, rest = token.extra.partition(":") if token else ("", "", "")
    if case is None or (number != str(case.round) and not in_any_round):
        explain(turn, case)
        return
    try:
        handler(turn, case, rest)
    except NotNow:
        explain(turn, case)
    except NotYours:
        is_worker = stances(turn, case, turn.person) - {Stance.REPORTER, Stance.FOLLOWER}
        turn.say("case.not_yours_now" if is_worker else "case.not_yours", number=case.number)
