"""A second report that comes while one is open: known by its place and matter, kept apart until its turn, or put in."""

from __future__ import annotations

from bot.city.guess import find_advice, guess
from bot.domain.geo import metres_between
from bot.domain.letters import clean
from bot.services import attachments
from bot.services.desk import Turn
from bot.services.drafting import drafts, intake, places
from bot.services.drafting.drafts import Draft, Place

_METRES = 300
_MOST = 5


def begin(turn: Turn, draft: Draft, caption: str) -> Draft | None:
    """Begin a report of its own for a photo whose caption is one, and let the card ask; None where it is none."""
    if len(draft.waiting) >= _MOST or not is_another(turn, draft.newest, caption):
        return None
    draft.waiting.append(drafts.begin(turn))
    draft.view = drafts.ANOTHER
    return draft.newest


def is_another(turn: Turn, draft: Draft, caption: str) -> bool:
    """Tell whether words are a report of their own, while this one is ready: they surely name another place, and this
    one's is sure too or their matter is another. What needs a warning does not have to wait.
    """
    if draft.missing or draft.place is None or draft.view not in {"", "similar"}:
        return False
    said = places.understand(turn.city, clean(caption), turn.language)
    if said.place is None or not said.place.sure or not _is_elsewhere(draft.place, said.place):
        return False
    if find_advice(turn.city, caption) or not places.is_inside(turn.city, said.place):
        return False
    best = next(iter(guess(turn.city, said.rest, 1)), None)
    is_other_matter = best is not None and best.score >= intake.PROBABLE and best.category.code != draft.category
    return draft.place.sure or is_other_matter


def of_album(turn: Turn, draft: Draft, album: str) -> Draft | None:
    """Return the report, the open one or one that waits, to which the other photos of an album came."""
    elder = attachments.sibling(turn, album)
    return next((each for each in (draft, *draft.waiting) if elder and each.id == elder.draft_id), None)


def put_in(turn: Turn, draft: Draft) -> str:
    """Put the report that came last into the open one, place and all; return the key of what must be said of it."""
    other = draft.waiting.pop()
    room = turn.city.settings.limits.photos_a_report - len(draft.photos)
    attachments.drop(turn.session, other.id, other.photos[room:])
    attachments.move(turn.session, other.id, draft.id)
    draft.photos += other.photos[:room]
    words = "\n".join(filter(None, (other.place.text if other.place else "", other.text)))
    return intake.add_words(turn, draft, words) or ("report.too_many_photos" if other.photos[room:] else "")


def next_of(turn: Turn, draft: Draft) -> Draft:
    """Return the report whose turn it is now, with the photos that did not fail, and the others waiting in it."""
    following, *others = draft.waiting
    failed = {attachments.REFUSED, attachments.LOST}
    photos = attachments.of_draft(turn.session, following.id)
    following.photos = [photo.id for photo in photos if photo.state not in failed]
    following.waiting = others
    return following


def _is_elsewhere(one: Place, other: Place) -> bool:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return one.text != other.text
    return metres_between(one.lat, one.lon, other.lat, other.lon) > _METRES
