"""补充: whoever reported or follows a case adds words and photos to it."""

from __future__ import annotations

from bot.handlers import router
from bot.port import File, Photo, Text
from bot.services import attachments
from bot.services.desk import Turn
from bot.services.drafting import drafts, supplements
from bot.services.drafting.supplements import Supplement
from storage.models import Case


@router.press("supplement")
def begin(turn: Turn) -> None:
    """Open the supplement, unless a report is open that would be lost."""
    case = turn.session.get(Case, turn.token.subject) if turn.token else None
    if case is None:
        turn.say("press.old")
    elif drafts.current(turn) is not None:
        turn.say("report.finish_first")
    else:
        open_ = supplements.current(turn)
        same = open_ if open_ is not None and open_.case_id == case.id else None
        supplements.show(turn, same or supplements.begin(turn, case), case)


@router.draft(supplements.KIND)
def take(turn: Turn) -> None:
    """Add what was sent."""
    found = _open(turn)
    if found is None:
        return
    supplement, case = found
    payload = turn.incoming.payload
    if isinstance(payload, Photo | File) and attachments.follows_its_album(turn, payload, supplement.id):
        return
    match payload:
        case Text(text=text, edited=False):
            notice = supplements.add_words(turn, supplement, text)
        case Photo() | File() as photo:
            notice = supplements.add_photo(turn, supplement, photo)
            if photo.caption.strip():
                notice = supplements.add_words(turn, supplement, photo.caption) or notice
        case _:
            notice = "report.supplement_cannot"
    supplements.show(turn, supplement, case)
    if notice:
        limits = turn.city.settings.limits
        turn.say(notice, photos=limits.photos_a_report, letters=limits.words_a_report)


@router.press("supplement_submit")
def submit(turn: Turn) -> None:
    """Give it all to the case."""
    found = _pressed(turn)
    if found is not None:
        supplements.file(turn, *found)


@router.press("supplement_cancel")
def cancel(turn: Turn) -> None:
    """Add nothing after all."""
    found = _pressed(turn)
    if found is not None:
        supplements.finish(turn, found[0], "report.supplement_cancelled")


def _open(turn: Turn) -> tuple[Supplement, Case] | None:
    supplement = supplements.current(turn)
    case = turn.session.get(Case, supplement.case_id) if supplement else None
    return (supplement, case) if supplement and case else None


def _pressed(turn: Turn) -> tuple[Supplement, Case] | None:
    found = _open(turn)
    if found is None or turn.token is None or found[0].id != turn.token.subject:
        turn.say("press.old")
        return None
    return found
