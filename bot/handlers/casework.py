"""What the conversations about one case share, and those about staff too: taps, and the question that is open about it.

A question is a card of its own, so that it loses its buttons as soon as it is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.domain.case import Action, NotNow, NotYours
from bot.domain.roles import Stance
from bot.handlers import router
from bot.port import Outgoing, Press
from bot.services import people
from bot.services.casework import cards, demands
from bot.services.casework.faces import parts
from bot.services.casework.stances import stances
from bot.services.desk import Row, Turn
from bot.services.post import View
from bot.services.words import Fact
from storage.models import Card, Case, new_id

CaseHandler = Callable[[Turn, Case, str], None]
KINDS = ("reason", "reply", "dispatch", "invite", "away", "patrol", "backfill", "plan", "certificate")


def tap(action: str, *, in_any_round: bool = False) -> Callable[[CaseHandler], CaseHandler]:
    """Answer taps on a case's cards: the handler gets the case and what follows the round in the token.

    A tap of an earlier round, or too late, or by somebody else, is answered kindly and changes nothing.
    """

    def register(handler: CaseHandler) -> CaseHandler:
        router.press(action)(lambda turn: _tapped(turn, handler, in_any_round=in_any_round))
        return handler

    return register


def may(turn: Turn, case: Case, action: Action) -> None:
    """Raise `NotNow`, `NotYours` or `Missing` before asking somebody for what could not be used."""
    demands.ensure(turn, case, action, turn.person)


def ask(turn: Turn, kind: str, case: Case | None, **fields: Any) -> None:
    """Open a question, about a case if there is one; a report that is being made stays below and comes back after."""
    done(turn)
    about = {"case": case.id, "round": case.round, "state": case.state} if case else {"case": 0}
    turn.draft = {"kind": kind, **about, "under": turn.draft, **fields}


def is_asking(turn: Turn) -> bool:
    """Tell whether a question about a case is open."""
    return turn.draft is not None and turn.draft["kind"] in KINDS


def put(turn: Turn, key: str, *rows: Row, **facts: Fact) -> None:
    """Put the open question, or what is still missing of its answer; what was put before loses its buttons."""
    if turn.draft is not None and is_asking(turn):
        _bare(turn, turn.draft.get("question", 0))
        turn.draft = turn.draft | {"question": put_alone(turn, new_id(), key, *rows, **facts)}


def put_alone(turn: Turn, question: int, key: str, *rows: Row, **facts: Fact) -> int:
    """Put a question that needs no words for an answer, under an id of its own."""
    turn.post.show(_view(turn, question), Outgoing(text=turn.words.say(turn.language, key, **facts), choices=rows))
    return question


def done(turn: Turn, key: str = "", *, about: Case | None = None, **facts: Fact) -> None:
    """Close the open question (only if it is `about` this case); what was open before is open again.

    With a key, say what came of it.
    """
    question = 0
    if turn.draft is not None and is_asking(turn) and (about is None or about.id == turn.draft["case"]):
        question = turn.draft.get("question", 0)
        turn.draft = turn.draft.get("under")
    done_alone(turn, question, key, **facts)


def done_alone(turn: Turn, question: int, key: str = "", **facts: Fact) -> None:
    """Close a question: what came of it stands in its place if it was tapped, else at the bottom."""
    card = turn.post.card(_view(turn, question)) if question else None
    if card is not None and key and _is_tapped(turn, card):
        turn.post.show(_view(turn, question), Outgoing(text=turn.words.say(turn.language, key, **facts))).closed = True
        return
    _bare(turn, question)
    if key:
        turn.say(key, **facts)


def asked(turn: Turn) -> Case | None:
    """Return the case that is asked about, unless it went on meanwhile; then the question is closed kindly."""
    draft = turn.draft or {}
    case = turn.session.get(Case, draft.get("case", 0))
    if case is None or not _stands(draft, case):
        done(turn)
        explain(turn, case)
        return None
    return case


def _stands(draft: dict[str, Any], case: Case) -> bool:
    """Tell whether the case is still where it was when the question was put."""
    return draft.get("round") == case.round and draft.get("state", case.state) == case.state


def drop(turn: Turn, question: int = 0) -> Row:
    """The way out of the open question, or of one that stands alone."""
    return (turn.press("button.cancel", "drop", question),)


@router.press("drop")
def dropped(turn: Turn) -> None:
    """Leave the question unanswered."""
    if turn.token is not None and turn.token.subject:
        done_alone(turn, turn.token.subject, "case.dropped")
    else:
        done(turn, "case.dropped")


def explain(turn: Turn, case: Case | None) -> None:
    """Say how the case stands now, to those who have to do with it; a question from before is closed."""
    if case is not None and turn.draft is not None and is_asking(turn) and not _stands(turn.draft, case):
        done(turn, about=case)
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


def _view(turn: Turn, question: int) -> View:
    return View(f"question:{question}", turn.chat, "question", turn.person.id)


def _bare(turn: Turn, question: int) -> None:
    """Leave the words of a question, and nothing to tap."""
    card = turn.post.card(_view(turn, question)) if question else None
    if card is not None and not card.closed:
        bare = Outgoing.model_validate_json(card.body).bare
        turn.post.show(_view(turn, question), bare).closed = True


def _is_tapped(turn: Turn, card: Card) -> bool:
    """Tell whether this very message was tapped and can be changed: then it need not be said again below."""
    tap, receipt = turn.incoming.payload, card.receipt or {}
    if not isinstance(tap, Press) or tap.receipt is None or tap.receipt.id != receipt.get("id"):
        return False
    return turn.post.capabilities(turn.chat).edits and not receipt.get("editable_until")


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
