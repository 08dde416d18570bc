"""Whether what came last is a report of its own: by tap."""

from __future__ import annotations

from bot.handlers import router
from bot.handlers.report import answer, pressed
from bot.services.desk import Turn
from bot.services.drafting import apart, drafts


@router.press("report_put_in")
def put_in(turn: Turn) -> None:
    """Let it belong to the open report."""
    draft = pressed(turn)
    if draft is None:
        return
    is_asked = draft.view == drafts.ANOTHER
    draft.view = ""
    answer(turn, draft, apart.put_in(turn, draft) if is_asked else "")
