"""Takes what somebody sends from the page: into the inbox first, then into the chat where they see it themselves.

The page makes an id for each message and sends it again until it hears an answer; the id is the key of every row, so
that a second coming changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.domain.letters import line
from bot.port import (
    Envelope,
    File,
    Incoming,
    Location,
    Media,
    Opened,
    Outgoing,
    Payload,
    Photo,
    Press,
    Receipt,
    Span,
    Text,
)
from bot.web.chat.refusal import Refused
from bot.web.chat.room import Room
from bot.web.chat.seats import Seat
from bot.web.chat.showing import shown
from storage.models import WebFile, WebMessage, new_id
from storage.queries import webchat

MAX_FILE = 20_000_000
MAX_FILES = 10
_MAX_REQUEST = 100_000_000
_MAX_JSON = 200_000


def _without_nul(text: str) -> str:
    return text.replace("\0", "")


Words = Annotated[str, AfterValidator(_without_nul)]
"""Text without the one sign that PostgreSQL keeps nowhere."""


class Spot(BaseModel):
    """A place that somebody picked."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    name: Words = Field("", max_length=200)


class Note(BaseModel):
    """What the page sends: one of text, location, press or opened, or files (`photos`, `files`) and a caption."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,48}$")]
    text: Words = Field("", max_length=20_000)
    location: Spot | None = None
    press: str = Field("", max_length=256)
    message: str = Field("", max_length=32)
    opened: Annotated[str, Field(max_length=64)] | None = None


async def post(room: Room, request: Request) -> Response:
    """Answer once everything is committed: the message as the chat shows it, or nothing for a tap.

    Refused: 400 unreadable or empty, 413 too big, 429 too much at once.
    """
    seat = room.seat(request)
    _take(room, seat, request)
    note, uploads = await _read(request)
    files = [await _store(room, upload) for _, upload in uploads]
    payloads = list(_payloads(note, files, [field == "photos" for field, _ in uploads]))
    if not payloads:
        raise Refused(400, "page.error.empty")
    message_id = new_id()  # before the inbox has it, so that no answer can stand above it
    await room.intake(list(_envelopes(room, request, seat, note, payloads)))
    if note.press or note.opened is not None:
        return JSONResponse({})
    row = await _keep(room, seat, note, files, message_id)
    room.live.ring(seat.chat.id)
    return JSONResponse({"message": shown(seat, row, files)})


async def press(room: Room, request: Request, seat: Seat, token: str) -> None:
    """Make a tap for whoever sits there, as if the bot had shown them the button."""
    note = Note(id=f"page-{new_id()}", press=token)
    await room.intake(list(_envelopes(room, request, seat, note, list(_payloads(note, [], [])))))


# --- reading ---------------------------------------------------------------------------------------------------------


def _take(room: Room, seat: Seat, request: Request) -> None:
    wait = 0.0 if room.is_demo else room.limits.take(seat.sender.id, request.client.host if request.client else "")
    if wait:
        raise Refused(429, "page.error.slow_down", retry_after=wait, n=int(wait) + 1)


async def _read(request: Request) -> tuple[Note, list[tuple[str, UploadFile]]]:
    is_form = request.headers.get("content-type", "").startswith("multipart/form-data")
    limit = _MAX_REQUEST if is_form else _MAX_JSON
    if int(request.headers.get("content-length") or limit + 1) > limit:
        raise Refused(413, "page.error.too_big", megabytes=MAX_FILE // 1_000_000)
    try:
        if not is_form:
            return Note.model_validate_json(await request.body()), []
        form = await request.form(max_files=MAX_FILES, max_fields=10)
        uploads = [(field, value) for field, value in form.multi_items() if isinstance(value, UploadFile)]
        return Note.model_validate({k: v for k, v in form.items() if isinstance(v, str)}), uploads
    except (ValidationError, HTTPException) as error:
        raise Refused(400, "page.error.unreadable") from error


async def _store(room: Room, upload: UploadFile) -> WebFile:
    if (upload.size or 0) >= MAX_FILE:
        raise Refused(413, "page.error.too_big", megabytes=MAX_FILE // 1_000_000)
    data = await upload.read()
    blob = await asyncio.to_thread(room.blobs.put, data)
    mime = line(upload.content_type or "application/octet-stream").split(";")[0].strip().lower()
    return WebFile(blob=blob, mime=mime[:64], name=line(upload.filename or "")[-255:], size=len(data))


# --- into the inbox --------------------------------------------------------------------------------------------------


def _payloads(note: Note, files: Sequence[WebFile], are_photos: Sequence[bool]) -> Iterator[Payload]:
    if note.opened is not None:
        yield Opened(start=note.opened)
    elif note.press:
        yield Press(token=note.press, receipt=Receipt(id=note.message) if note.message else None, press_id=note.id)
    elif note.location is not None:
        yield Location(lat=note.location.lat, lon=note.location.lon, name=note.location.name)
    elif files:
        yield from _album(note, files, are_photos)
    elif note.text.strip():
        yield Text(text=note.text)


def _album(note: Note, files: Sequence[WebFile], are_photos: Sequence[bool]) -> Iterator[Payload]:
    album = note.id if len(files) > 1 else ""
    for position, (file, is_photo) in enumerate(zip(files, are_photos, strict=True)):
        media = Media(ref=file.blob, mime=file.mime, name=file.name, size=file.size)
        kind = Photo if is_photo else File
        yield kind(media=media, caption="" if position else note.text, album=album)


def _envelopes(room: Room, request: Request, seat: Seat, note: Note, payloads: Sequence[Payload]) -> Iterator[Envelope]:
    sender = seat.sender.model_copy(update={"language": room.language(request)})
    for position, payload in enumerate(payloads):
        incoming = Incoming(
            channel=seat.chat.channel, account=seat.chat.account, key=f"{seat.sender.id}:{note.id}:{position}",
            chat=seat.chat, sender=sender, at=room.clock.now(), payload=payload,
        )  # fmt: skip
        yield Envelope(
            channel=incoming.channel, account=incoming.account, key=incoming.key, chat=seat.chat.key,
            body=incoming.model_dump_json(), press_id=payload.press_id if isinstance(payload, Press) else "",
        )  # fmt: skip


# --- into the chat ---------------------------------------------------------------------------------------------------


async def _keep(room: Room, seat: Seat, note: Note, files: list[WebFile], message_id: int) -> WebMessage:
    text = (Span(text=note.text),) if note.text else ()
    spot = Location(**note.location.model_dump()) if note.location else None
    body = Outgoing(text=text, location=spot).model_dump_json(exclude_defaults=True)
    row = WebMessage(
        id=message_id, chat_id=seat.chat.id, sender=seat.sender.id, key=note.id, body=body, sent_at=room.clock.now()
    )
    try:
        return await room.database.write(lambda session: _insert(session, row, files))
    except IntegrityError:  # the same message came twice at the same moment
        return await room.database.write(lambda session: _insert(session, row, files))


def _insert(session: Session, row: WebMessage, files: list[WebFile]) -> WebMessage:
    kept = session.scalar(
        select(WebMessage).where(
            WebMessage.chat_id == row.chat_id, WebMessage.sender == row.sender, WebMessage.key == row.key
        )
    )
    if kept is not None:
        files[:] = webchat.files(session, [kept.id]).get(kept.id, [])
        return kept
    session.add(row)
    session.flush()
    for position, file in enumerate(files):
        file.message_id, file.position = row.id, position
        session.add(file)
    return row
