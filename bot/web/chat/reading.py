"""What open pages read: the messages there are, every change at once, older messages, and files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.port import Outgoing
from bot.web.chat.refusal import Refused
from bot.web.chat.room import Room
from bot.web.chat.seats import Seat
from bot.web.chat.showing import picture_type, shown
from storage.models import WebFile, WebMessage
from storage.queries import webchat

_PAGE = 60
_LONG_POLL_SECONDS = 25.0
_STREAMS = 8
"""So many open pages one visitor may have."""
_RETRY_SECONDS = 2
_ID_DIGITS = 19
_ENDS = 2**63
_Seats = dict[str, Seat]
_Known = dict[str, str]  # message id or "menu:seat" → the revision that the page has


async def poll(room: Room, request: Request) -> Response:
    """Answer with the newest messages, or with what changed since a revision (`since`), waiting for it (`wait`)."""
    seats = room.seated(request)
    since = _number(request, "since")
    if not since:
        return JSONResponse(await room.database.read(lambda session: _everything(session, seats)))
    with room.live.listening(_chats(seats)) as rung:
        known: _Known = {}
        found = await room.database.read(lambda session: _changes(session, seats, since, known))
        if request.query_params.get("wait") and not _newer(found, since):
            await _wait(rung, min(room.patience, _LONG_POLL_SECONDS))
            found = await room.database.read(lambda session: _changes(session, seats, since, {}))
    return JSONResponse(found)


async def stream(room: Room, request: Request) -> Response:
    """Tell of every change as it happens (server-sent events); the id of each is the revision to go on from."""
    seats = room.seated(request)
    visitor = next(iter(seats.values())).sender.id
    if room.streams[visitor] >= _STREAMS:
        raise Refused(429, "page.error.slow_down", retry_after=_RETRY_SECONDS, n=_RETRY_SECONDS)
    since = _whole(request.headers.get("last-event-id", "")) or _number(request, "since")
    return StreamingResponse(
        _events(room, seats, since, visitor), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def earlier(room: Room, request: Request) -> Response:
    """Answer with the messages of one chat that stand before the message `before`."""
    seat, before = room.seat(request), _number(request, "before")
    messages = await room.database.read(lambda session: _shown(session, seat, _before(session, seat, before)))
    return JSONResponse({"messages": messages, "more": len(messages) == _PAGE})


async def file(room: Room, request: Request) -> Response:
    """Answer with a file of a message in one's own chat; anything but a picture is for saving, never for showing."""
    seat = room.seat(request)
    found = await room.database.read(lambda session: _find(session, seat, request.path_params))
    try:
        data = await asyncio.to_thread(room.blobs.get, found.blob)
    except (FileNotFoundError, ValueError):
        raise Refused(404, "page.error.gone") from None
    mime = picture_type(data)
    headers = {"Cache-Control": "private, max-age=86400, immutable", "Content-Security-Policy": "sandbox"}
    if not mime:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name or 'file')}"
    return Response(data, media_type=mime or "application/octet-stream", headers=headers)


# --- changes ---------------------------------------------------------------------------------------------------------


async def _events(room: Room, seats: _Seats, since: int, visitor: str) -> AsyncIterator[str]:
    room.streams[visitor] += 1
    try:
        yield f"retry: {_RETRY_SECONDS}000\n\n"
        async for found in _found(room, seats, since):
            yield f"id: {found['revision']}\ndata: {json.dumps(found, ensure_ascii=False)}\n\n" if found else ": \n\n"
    finally:
        room.streams[visitor] -= 1
        if not room.streams[visitor]:
            del room.streams[visitor]


async def _found(room: Room, seats: _Seats, since: int) -> AsyncIterator[dict[str, Any]]:
    """Yield what changes, as it changes, and nothing ({}) in between, to learn whether anyone still listens."""
    known: _Known = {}
    with room.live.listening(_chats(seats)) as rung:
        while not room.closing:
            rung.clear()
            found = await room.database.read(partial(_changes, seats=seats, since=since, known=known))
            since = max(since, int(found["revision"]))
            if found["seats"]:
                yield found
            if not await _wait(rung, room.patience):
                yield {}


async def _wait(rung: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await rung.wait()
    except TimeoutError:
        return False


def _everything(session: Session, seats: _Seats) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, seat in seats.items():
        rows = webchat.latest(session, seat.chat.id, _PAGE)
        found[name] = {"messages": _shown(session, seat, rows), "more": len(rows) == _PAGE} | _menu(session, seat, {})
    return {"seats": found, "revision": _revision(found, 1)}


def _changes(session: Session, seats: _Seats, since: int, known: _Known) -> dict[str, Any]:
    """What changed since a revision and is not `known` yet; it becomes known by this."""
    rows = webchat.changed(session, _chats(seats), since)
    fresh = [row for row in rows if known.get(str(row.id)) != str(row.revision)]
    menus = {name: revision for name, revision in known.items() if name.startswith("menu:")}
    known.clear()  # what is older than these rows never comes again
    known.update(menus | {str(row.id): str(row.revision) for row in rows})
    found: dict[str, Any] = {}
    for name, seat in seats.items():
        messages = _shown(session, seat, [row for row in fresh if row.chat_id == seat.chat.id])
        news = ({"messages": messages} if messages else {}) | _menu(session, seat, known)
        if news:
            found[name] = news
    return {"seats": found, "revision": _revision(found, since)}


def _menu(session: Session, seat: Seat, known: _Known) -> dict[str, Any]:
    menu = webchat.menu(session, seat.chat.id)
    if menu is None or known.get(f"menu:{seat.name}") == str(menu.revision):
        return {}
    known[f"menu:{seat.name}"] = str(menu.revision)
    return {"menu": menu.commands}


def _shown(session: Session, seat: Seat, rows: Iterable[WebMessage]) -> list[dict[str, Any]]:
    rows = list(rows)
    files = webchat.files(session, [row.id for row in rows if row.sender]) if rows else {}
    return [shown(seat, row, files.get(row.id, [])) for row in rows]


def _revision(found: dict[str, Any], since: int) -> str:
    revisions = (int(message["revision"]) for news in found.values() for message in news.get("messages", ()))
    return str(max(revisions, default=since))


def _newer(found: dict[str, Any], since: int) -> bool:
    return int(found["revision"]) > since


# --- single things ---------------------------------------------------------------------------------------------------


def _before(session: Session, seat: Seat, before: int) -> Iterable[WebMessage]:
    return webchat.latest(session, seat.chat.id, _PAGE, before=before)


def _find(session: Session, seat: Seat, where: dict[str, str]) -> WebFile:
    message, position = _whole(where["message"]), _whole(where["position"])
    row = session.get(WebMessage, message or 0)
    if row is None or position is None or row.chat_id != seat.chat.id:
        raise Refused(404, "page.error.gone")
    found = session.get(WebFile, (row.id, position)) if row.sender else _sent_by_bot(row, position)
    if found is None or not found.blob:
        raise Refused(404, "page.error.gone")
    return found


def _sent_by_bot(row: WebMessage, position: int) -> WebFile | None:
    message = Outgoing.model_validate_json(row.body)
    blobs = [*((blob, "") for blob in message.photos), (message.document, message.document_name)]
    if position >= len(blobs):
        return None
    blob, name = blobs[position]
    return WebFile(message_id=row.id, position=position, blob=blob, name=name)


def _chats(seats: _Seats) -> list[str]:
    return [seat.chat.id for seat in seats.values()]


def _number(request: Request, name: str) -> int:
    return _whole(request.query_params.get(name, "")) or 0


def _whole(text: str) -> int | None:
    """Return the number that could be an id; None for anything else, which no database would take either."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS):
        return None
    return number if (number := int(text)) < _ENDS else None
