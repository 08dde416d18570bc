"""One tap says that a photo shows the post in duty and is no report."""

from __future__ import annotations

from bot.handlers import router
from bot.handlers.report import leave, pressed
from bot.services.desk import Turn
from bot.services.drafting import draftcard
from bot.services.volunteering import boardcards, dutyphotos


@router.press("duty_photo")
def keep(turn: Turn) -> None:
    """Keep it with the shift; the report that it began is none."""
    draft = pressed(turn)
    if draft is None:
        return
    if not dutyphotos.keep(turn, draft):
        turn.say("press.old")
        return
    draft.photos = []
    draftcard.finish(turn, draft, turn.chat, turn.person, "duty.photo_kept")
    if not turn.post.capabilities(turn.chat).edits:
        turn.say("duty.photo_kept")
    leave(turn)
    boardcards.bring_down(turn, turn.person, turn.chat)
