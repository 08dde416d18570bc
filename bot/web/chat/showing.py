"""A message as the page's script gets it; ids and revisions are text, since they are too long for its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.port import Outgoing
from bot.web.chat.seats import Seat
from storage.models import WebFile, WebMessage

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
"""What every browser shows; anything else is offered as a file."""
_STARTS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}


def shown(seat: Seat, row: WebMessage, files: Sequence[WebFile]) -> dict[str, Any]:
    """Return a message as JSON, as it looks from this seat."""
    message = Outgoing.model_validate_json(row.body)
    mine = bool(row.sender) and row.sender == seat.sender.id
    pictures, others = _files(seat, row, message, files)
    return {
        "id": str(row.id),
        "revision": str(row.revision),
        "at": row.sent_at.isoformat(),
        "by": "bot" if not row.sender else "me" if mine else "other",
        "key": row.key if mine else None,
        "text": [span.model_dump(exclude_defaults=True) for span in message.text],
        "photos": pictures,
        "whole": message.whole,
        "files": others,
        "location": message.location.model_dump(include={"lat", "lon", "name"}) if message.location else None,
        "choices": [[choice.model_dump() for choice in row] for row in message.choices],
        "asksLocation": message.ask_location,
    }


def picture_type(data: bytes) -> str:
    """Return the type of a picture that every browser shows, by its first bytes; empty for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for start, mime in _STARTS.items() if data.startswith(start)), "")


def _files(
    seat: Seat, row: WebMessage, message: Outgoing, files: Sequence[WebFile]
) -> tuple[list[str], list[dict[str, Any]]]:
    """The addresses of the pictures, and the files to save."""
    if not row.sender:
        url = _url(seat, row, len(message.photos))
        document = [{"name": message.document_name or "file", "url": url, "size": None}] if message.document else []
        return [_url(seat, row, position) for position in range(len(message.photos))], document
    is_picture = [file.mime in PICTURES and file.size > 0 for file in files]
    pictures = [_url(seat, row, file.position) for file, shows in zip(files, is_picture, strict=True) if shows]
    others = [
        {"name": file.name, "url": _url(seat, row, file.position), "size": file.size}
        for file, shows in zip(files, is_picture, strict=True)
        if not shows
    ]
    return pictures, others


def _url(seat: Seat, row: WebMessage, position: int) -> str:
    return f"/chat/seats/{seat.name}/files/{row.id}/{position}"
