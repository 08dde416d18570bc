"""Photos and files: taken in at once, fetched outside the transaction, settled when the bytes are known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from bot.port import File, Media, Photo
from bot.services.desk import Desk, Turn
from storage.knowledge import is_new, known, learn
from storage.models import Attachment, new_id
from storage.queries.conversations import live_drafts

MAX_BYTES = 20_000_000
"""A file of this size or more is not fetched: platforms give bots no larger ones."""
ALBUM_LASTS = timedelta(hours=1)
CHORE = "fetch"
DUTY = "duty"
"""The purpose of a photo of volunteers' post: it belongs to no case, and is kept by the retention of photos."""
STORED, PENDING, REFUSED, LOST, ERASED = "stored", "pending", "refused", "lost", "erased"
_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".gif", ".bmp", ".tif", ".tiff", ".avif")
_OF_DRAFTS = select(Attachment).where(Attachment.draft_id.in_(bindparam("drafts", expanding=True)))
_FACTS = ("state", "reason", "blob", "mime", "width", "height", "dhash", "lat", "lon")


def receive(
    turn: Turn,
    media: Media,
    purpose: Literal["before", "after"],
    *,
    draft_id: int,
    case_id: int | None = None,
    album: str = "",
    round: int = 1,  # noqa: A002 -- the handling round, as the column is called
) -> Attachment:
    """Take a photo in without waiting: a pending row, and the chore that fetches it.

    One that can never become a photo comes back refused (`too_big`, `empty`, `not_photo`), without a chore.
    """
    reason = refusal(media)
    attachment = Attachment(
        id=new_id(), draft_id=draft_id, case_id=case_id, person_id=turn.person.id, purpose=purpose, round=round,
        album=album[:64], state=REFUSED if reason else PENDING, reason=reason, mime=media.mime[:64],
        sent_at=turn.incoming.at,
    )  # fmt: skip
    turn.session.add(attachment)
    known(turn.session, "new photos")[attachment.id] = attachment
    if not reason:
        args = {
            "attachment": attachment.id, "channel": turn.chat.channel, "account": turn.chat.account,
            "media": media.model_dump(mode="json"),
        }  # fmt: skip
        turn.post.chore(CHORE, turn.chat.key, args, expires=media.expires_at)
    return attachment


def refusal(media: Media) -> str:
    """Return why a file can never become a photo, by what the platform says of it; empty when it may."""
    if media.size == 0:
        return "empty"
    if media.size is not None and media.size >= MAX_BYTES:
        return "too_big"
    is_image = media.mime.startswith("image/") or media.name.casefold().endswith(_ENDINGS)
    return "not_photo" if (media.mime or media.name) and not is_image else ""


def settle(desk: Desk, facts: Mapping[str, Any]) -> Attachment:
    """Write down what became of a fetch, and return the attachment. Raises `LookupError` for one that is not there.

    `facts` holds `attachment` (id), `state` (stored, refused, lost), and where known `reason`, `blob`, `mime`, `width`,
    `height`, `dhash`, `lat`, `lon` (WGS-84) and `taken_at` (ISO 8601 with zone).
    """
    attachment = desk.session.get(Attachment, facts["attachment"])
    if attachment is None:
        raise LookupError(facts["attachment"])
    if attachment.state == ERASED:
        return attachment
    for name in _FACTS:
        if facts.get(name) is not None:
            setattr(attachment, name, facts[name])
    if attachment.purpose == DUTY:
        attachment.lat = attachment.lon = None  # of volunteers no position is kept
    if facts.get("taken_at"):
        attachment.taken_at = datetime.fromisoformat(facts["taken_at"])
    return attachment


def of_draft(session: Session, draft_id: int) -> list[Attachment]:
    """Return what came with a draft, in the order of its coming."""
    found = {*_of(session, "draft", draft_id), *_new(session)}
    return sorted((photo for photo in found if photo.draft_id == draft_id), key=_by_id)


def of_case(session: Session, case_id: int, purpose: str = "", *, round: int | None = None) -> list[Attachment]:  # noqa: A002
    """Return what belongs to a case, in the order of its coming; of one purpose and one handling round if given."""
    found = {*_of(session, "case", case_id), *_new(session)}
    return [
        photo
        for photo in sorted(found, key=_by_id)
        if photo.case_id == case_id and purpose in {"", photo.purpose} and round in {None, photo.round}
    ]


def read_ahead(session: Session, draft_ids: Collection[int]) -> None:
    """Read what came with these drafts at once, before it is asked for one by one."""
    photos = known(session, "photos of draft")
    unknown = [draft_id for draft_id in draft_ids if draft_id not in photos]
    if unknown:
        photos |= {draft_id: [] for draft_id in unknown}
        with session.no_autoflush:
            for photo in session.scalars(_OF_DRAFTS, {"drafts": unknown}):
                photos[photo.draft_id].append(photo)


def adopt(session: Session, draft_id: int, case_id: int, **changes: Any) -> None:
    """Give a draft's attachments, pending ones included, to a case, and change what else is to be changed of them."""
    for photo in of_draft(session, draft_id):
        _of(session, "case", case_id).append(photo)
        for name, value in {"case_id": case_id, **changes}.items():
            setattr(photo, name, value)


def move(session: Session, draft_id: int, to: int) -> None:
    """Give a draft's attachments, pending ones included, to another draft."""
    for photo in of_draft(session, draft_id):
        _of(session, "draft", to).append(photo)
        photo.draft_id = to


def drop(session: Session, draft_id: int, ids: Sequence[int]) -> None:
    """Take photos out of their draft again; pending ones still settle, and belong to nothing then."""
    for photo in of_draft(session, draft_id):
        if photo.id in ids:
            photo.draft_id = None


def _of(session: Session, owner: Literal["draft", "case"], owner_id: int) -> list[Attachment]:
    """Return what belonged to a draft or a case when it was first asked for, and what `adopt` and `move` have added."""

    def read() -> list[Attachment]:
        column = Attachment.draft_id if owner == "draft" else Attachment.case_id
        return [] if is_new(session, owner_id) else list(session.scalars(select(Attachment).where(column == owner_id)))

    return learn(session, f"photos of {owner}", owner_id, read)


def _new(session: Session) -> Iterable[Attachment]:
    photos: dict[int, Attachment] = known(session, "new photos")
    return photos.values()


def _by_id(photo: Attachment) -> int:
    return photo.id


def erase(session: Session, case_ids: Sequence[int]) -> set[str]:
    """Erase the photos of these cases, and what they told; return the addresses that belong to nobody any more."""
    theirs = (Attachment.case_id.in_(case_ids), Attachment.state.in_([STORED, PENDING]))
    blobs = set(session.scalars(select(Attachment.blob).where(*theirs, Attachment.blob != "")))
    bare = {"state": ERASED, "blob": "", "dhash": "", "album": "", "lat": None, "lon": None, "taken_at": None}
    session.execute(update(Attachment).where(*theirs).values(bare))
    return blobs - set(session.scalars(select(Attachment.blob).where(Attachment.blob.in_(blobs))))


def has_erased(session: Session, case_id: int) -> bool:
    """Tell whether photos of a case were erased."""
    erased = select(Attachment.id).where(Attachment.case_id == case_id, Attachment.state == ERASED).limit(1)
    return session.scalar(erased) is not None


def forget_dead(session: Session, before: datetime, limit: int) -> int:
    """Forget what was sent before and belongs to no case and no open draft, at most so much; return how many.

    What is still being fetched stays until it has settled.
    """
    loose = (Attachment.case_id.is_(None), Attachment.purpose != DUTY)
    old = (*loose, Attachment.state != PENDING, Attachment.sent_at < before)
    found = session.execute(select(Attachment.id, Attachment.draft_id).where(*old).order_by(Attachment.id)).all()
    live = live_drafts(session) if found else set()
    dead = [row.id for row in found if row.draft_id not in live][:limit]
    session.execute(delete(Attachment).where(Attachment.id.in_(dead)))
    return len(dead)


def follows_its_album(turn: Turn, photo: Photo | File, draft_id: int | None) -> bool:
    """Tell whether a photo is a late one of an album that this draft has no part in, and send it after the others.

    It joins the case that its siblings went to; if they were cancelled, so is it.
    """
    elder = sibling(turn, photo.album)
    if elder is None or elder.draft_id == draft_id is not None:
        return False
    if elder.case_id is not None and elder.draft_id is not None:
        purpose: Literal["before", "after"] = "after" if elder.purpose == "after" else "before"
        receive(
            turn, photo.media, purpose,
            draft_id=elder.draft_id, case_id=elder.case_id, album=photo.album, round=elder.round,
        )  # fmt: skip
    return True


def sibling(turn: Turn, album: str) -> Attachment | None:
    """Return the last photo this person sent in this album, so that a late one goes where the others went."""
    if not album:
        return None
    return turn.session.scalar(
        select(Attachment)
        .where(
            Attachment.album == album[:64],
            Attachment.person_id == turn.person.id,
            Attachment.sent_at > turn.incoming.at - ALBUM_LASTS,
        )
        .order_by(Attachment.id.desc())
        .limit(1)
    )
