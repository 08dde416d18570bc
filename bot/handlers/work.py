"""Those who put it right: 签收 by one tap, 退回 with a reason, 办结 with a photo of the result and a few words."""

from __future__ import annotations

from typing import Any

from bot.domain.case import Action, NotNow, State
from bot.domain.letters import clean
from bot.handlers import casework, patrol, reasons, router
from bot.port import File, Media, Photo, Text
from bot.services import attachments
from bot.services.casework import cases, replies
from bot.services.desk import Turn
from storage.models import Case, new_id


@casework.tap("sign")
def sign(turn: Turn, case: Case, _rest: str) -> None:
    """Take the case. Of two who tap at once one gets it, and the other is told who."""
    try:
        cases.act(turn, case, Action.SIGN, turn.person)
    except NotNow:
        if case.handler_id is None or case.state != State.HANDLING:
            raise
        key = "sign.yours" if case.handler_id == turn.person.id else "sign.taken"
        turn.say(key, number=case.number, who=casework.handler_name(turn, case))


@casework.tap("return")
def give_back(turn: Turn, case: Case, _rest: str) -> None:
    """Ask why it is not theirs; how often it was passed on is said as well."""
    reasons.ask(turn, case, Action.RETURN)


@casework.tap("reply")
def begin_reply(turn: Turn, case: Case, rest: str) -> None:
    """Ask for the photo and the words. What was sent already is kept; when all is there, this tap hands it in."""
    casework.may(turn, case, Action.REPLY)
    draft = _begun(turn, case)
    if not turn.is_private:
        turn.say("command.private_only")
    elif draft and draft["words"] and draft["photos"]:
        hand_in(turn, case, rest)
    elif draft and (draft["words"] or draft["photos"]):
        _show(turn, case, draft)
    else:
        casework.ask(turn, "reply", case, draft_id=new_id(), words="", photos=0)
        casework.put(turn, "reply.ask", casework.drop(turn), number=case.number)


@router.draft("reply")
def collect(turn: Turn) -> None:
    """Take photos and words in any order, and show what is there."""
    case = casework.asked(turn)
    if case is None or turn.draft is None:
        return
    draft = dict(turn.draft)
    match turn.incoming.payload:
        case Photo() | File() as photo if attachments.follows_its_album(turn, photo, draft["draft_id"]):
            return
        case Text(text=text):
            draft["words"] = "\n".join(filter(None, (draft["words"], clean(text))))
        case Photo(media=media, caption=caption, album=album) | File(media=media, caption=caption, album=album):
            _take_photo(turn, case, draft, media, album)
            draft["words"] = "\n".join(filter(None, (draft["words"], clean(caption))))
        case _:
            turn.say("reply.cannot")
    draft["words"] = draft["words"][: turn.city.settings.limits.words_a_report]
    turn.draft = draft
    _show(turn, case, draft)


@casework.tap("done")
def hand_in(turn: Turn, case: Case, _rest: str) -> None:
    """办结: effective at once, or when the photo has arrived."""
    draft = _begun(turn, case)
    if draft is None:
        casework.explain(turn, case)
        return
    is_effective = replies.submit(turn, case, turn.person, words=draft["words"], draft_id=draft["draft_id"])
    casework.done(turn, "reply.done" if is_effective else "reply.waiting", number=case.number)
    patrol.resume(turn)


def _begun(turn: Turn, case: Case) -> dict[str, Any] | None:
    """Return what was sent of this case's result so far, in this round."""
    draft = turn.draft
    is_this = (
        draft is not None and draft["kind"] == "reply" and (draft["case"], draft["round"]) == (case.id, case.round)
    )
    return draft if is_this else None


def _take_photo(turn: Turn, case: Case, draft: dict[str, Any], media: Media, album: str) -> None:
    received = attachments.receive(turn, media, "after", draft_id=draft["draft_id"], album=album, round=case.round)
    if received.state == attachments.REFUSED:
        turn.say("reply.bad_photo")
    else:
        draft["photos"] += 1


def _show(turn: Turn, case: Case, draft: dict[str, Any]) -> None:
    """What is there and what is missing; 办结 as soon as nothing is."""
    words, photos = draft["words"], draft["photos"]
    if words and photos:
        hand = turn.press("button.done", "done", case.id, case.round, style="primary")
        casework.put(turn, "reply.ready", (hand, *casework.drop(turn)), number=case.number, words=words, n=photos)
    else:
        missing = "reply.needs_words" if photos else "reply.needs_photo"
        casework.put(turn, missing, casework.drop(turn), number=case.number)
