"""The kind of a report by tap: the guesses, then the tree of classes, then a search by word."""

from __future__ import annotations

from bot.handlers import router
from bot.handlers.report import answer, pressed
from bot.services.desk import Turn
from bot.services.drafting.drafts import Draft


@router.press("report_category")
def choose_category(turn: Turn) -> None:
    """Take the category that was tapped, or turn the pages towards it."""
    draft = pressed(turn)
    if draft is None or turn.token is None:
        return
    what, _, detail = turn.token.extra.partition(":")
    if what == "is" and detail in turn.city.categories:
        draft.category, draft.certainty, draft.view = detail, "chosen", ""
    else:
        _turn_pages(turn, draft, what, detail)
    answer(turn, draft)


def _turn_pages(turn: Turn, draft: Draft, what: str, detail: str) -> None:
    code, _, page = detail.partition(":")
    if what == "in" and code in turn.city.category_classes and page.isdecimal():
        draft.view = f"in:{code}:{int(page)}"
    elif what in {"classes", "search"}:
        draft.view = what
    else:
        draft.view = "category" if draft.guesses else "classes"
