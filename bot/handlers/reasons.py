"""Why: a step back needs a reason, by one tap on a common one or in free words (and a photo, where it helps)."""

from __future__ import annotations

from bot.domain.case import Action, Refusal
from bot.domain.letters import clean
from bot.handlers import casework, router
from bot.port import Choice, File, Photo, Text
from bot.services import attachments, tokens
from bot.services.casework import cases, requests
from bot.services.casework.faces import parts
from bot.services.desk import Row, Turn
from storage.models import Case, new_id

SUGGESTED = {
    Action.RETURN: ("reason.not_my_area", "reason.not_my_duty", "reason.wrong_place"),
    Action.REJECT: ("reason.not_there", "reason.not_ours", "reason.unclear"),
    Action.VOID: ("reason.mistake", "reason.double", "reason.not_there"),
    Action.FAIL: ("reason.not_done", "reason.half_done", "reason.wrong_photo"),
    Action.UNABLE: ("reason.view_blocked", "reason.wrong_time", "reason.not_found"),
    Action.DISPUTE: ("reason.not_done", "reason.half_done", "reason.back_again"),
    **requests.REASONS,
}
LONGEST = 500


def ask(turn: Turn, case: Case, action: Action) -> None:
    """Ask why, with the common reasons to tap. Raises `NotNow` or `NotYours`."""
    casework.may(turn, case, action)
    casework.ask(turn, "reason", case, action=action.value, draft_id=new_id())
    rows: list[Row] = [(_suggestion(turn, case, action, key),) for key in SUGGESTED[action]]
    key = "why.return_again" if action is Action.RETURN and case.transfers else f"why.{action.value}"
    casework.put(turn, key, *rows, casework.drop(turn), number=case.number, n=case.transfers)


@casework.tap("why")
def tapped(turn: Turn, case: Case, rest: str) -> None:
    """Take the reason that was tapped."""
    action, _, index = rest.partition(":")
    suggested = SUGGESTED.get(Action(action), ()) if action in set(Action) else ()
    if not index.isdecimal() or int(index) >= len(suggested):
        turn.say("press.unknown")
        return
    give(turn, case, Action(action), turn.words.plain(turn.language, suggested[int(index)]))


@router.draft("reason")
def said(turn: Turn) -> None:
    """Take the reason in words; a photo is kept with the case."""
    case = casework.asked(turn)
    if case is None or turn.draft is None:
        return
    action = Action(turn.draft["action"])
    match turn.incoming.payload:
        case Text(text=text):
            reason = text
        case Photo(media=media, caption=caption, album=album) | File(media=media, caption=caption, album=album):
            attachments.receive(
                turn, media, "before", draft_id=turn.draft["draft_id"], case_id=case.id, album=album, round=case.round
            )
            reason = caption
        case _:
            reason = ""
    if reason := clean(reason):
        give(turn, case, action, reason)
    else:
        casework.put(turn, "why.words", casework.drop(turn))


def give(turn: Turn, case: Case, action: Action, reason: str) -> None:
    """Do it, for this reason, and say what came of it."""
    try:
        cases.act(turn, case, action, turn.person, reason=reason[:LONGEST])
    except Refusal:
        casework.done(turn, about=case)  # it can be answered no more
        raise
    key = "" if action is Action.DISPUTE else f"did.{action.value}"  # reporters hear who has it again, and by when
    casework.done(turn, key, about=case, number=case.number, who=parts.who(turn, case, turn.language))


def _suggestion(turn: Turn, case: Case, action: Action, key: str) -> Choice:
    index = SUGGESTED[action].index(key)
    return turn.button(turn.language, key, tokens.write("why", case.id, f"{case.round}:{action.value}:{index}"))
