"""The photo that shows a post in duty: the first of a shift that comes without words may be it, if a tap says so."""

from __future__ import annotations

from sqlalchemy import select

from bot.services import attachments
from bot.services.desk import Desk, Turn
from bot.services.drafting.drafts import Draft
from bot.services.volunteering import attendance, boards
from storage.models import Attachment, Board, Shift

_SHOWN = 4


def wanted(turn: Turn) -> int:
    """Return the shift in which somebody serves now and whose post was not shown yet; 0 for none."""
    shift = attendance.serving(turn, turn.person)
    return shift.id if shift is not None and boards.board(turn, shift, turn.person.id).photo is None else 0


def of(desk: Desk, shift: Shift) -> tuple[str, ...]:
    """Return the addresses of the photos of a post in a shift, the first ones; of those that are still kept."""
    kept = select(Attachment.blob).join(Board, Board.photo == Attachment.id)
    kept = kept.where(Board.shift_id == shift.id, Attachment.state == attachments.STORED).order_by(Attachment.id)
    return tuple(desk.session.scalars(kept.limit(_SHOWN)))


def keep(turn: Turn, draft: Draft) -> bool:
    """Let the first photo of a draft be that of the post; tell whether it could be. Where it was taken is not kept."""
    photo = next((each for each in attachments.of_draft(turn.session, draft.id) if each.id in draft.photos), None)
    if photo is None or not draft.duty or wanted(turn) != draft.duty:
        return False
    photo.purpose, photo.draft_id, photo.lat, photo.lon = attachments.DUTY, None, None, None
    boards.board(turn, turn.session.get_one(Shift, draft.duty), turn.person.id).photo = photo.id
    return True
