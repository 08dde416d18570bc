"""The place of a report by tap: one of several of the same name, one of the last, or asked for again."""

from __future__ import annotations

from bot.handlers import router
from bot.handlers.report import answer, pressed
from bot.services.desk import Turn
from bot.services.drafting import intake
from bot.services.drafting.drafts import Draft, Place


@router.press("report_place")
def choose_place(turn: Turn) -> None:
    """Take the place that was tapped; without one, ask for it."""
    draft = pressed(turn)
    if draft is None or turn.token is None:
        return
    place = _meant(draft, turn.token.extra)
    if place is not None:
        intake.put_place(draft, place)
    else:
        draft.view = "place"
    answer(turn, draft)


def _meant(draft: Draft, extra: str) -> Place | None:
    offers = {"c": draft.candidates, "r": draft.recent}.get(extra[:1], [])
    number = int(extra[1:]) if extra[1:].isdecimal() else len(offers)
    return offers[number] if number < len(offers) else None
