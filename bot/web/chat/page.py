"""The page itself: its HTML, script and style, the map to pick a place on, sample photos, and the language."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.city.map import map_features
from bot.city.model import City
from bot.handlers import router
from bot.port import ChatKind
from bot.services import demo, tokens
from bot.services.words import Words
from bot.web.chat import posting, samples
from bot.web.chat.posting import MAX_FILE, MAX_FILES
from bot.web.chat.refusal import Refused
from bot.web.chat.room import Room
from bot.web.chat.seats import Seat
from storage.models import Card, Identity, Person

_STATIC = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_COOKIE = "pk_language"
_YEAR = 365 * 24 * 3600
_FOR_EVER = "public, max-age=31536000, immutable"
_NAMES = {"zh_CN": "中文", "en": "English"}
_TEXTS = (
    "confirm_place", "here_failed", "location", "near", "new_messages", "next", "next_send", "no_map", "not_found",
    "not_sent", "outside", "photo_n", "pick", "place", "remove", "retry", "sending", "too_big", "too_many",
    "try.title", "unread",
)  # fmt: skip
_BLANKS = {name: f"{{{name}}}" for name in ("n", "seat", "button", "megabytes", "name")}
"""What the script fills in itself."""
templates = Environment(loader=FileSystemLoader(Path(__file__).parents[2] / "templates"), autoescape=True)


async def show(room: Room, request: Request) -> Response:
    """Show the page, in the visitor's language."""
    language = room.language(request)
    context = await asyncio.to_thread(_context, room, language)
    response = HTMLResponse(templates.get_template("chat/page.html").render(context))
    response.headers["Cache-Control"] = "no-store"
    room.seats.welcome(request, response)
    if room.is_demo and _COOKIE not in request.cookies:
        await room.database.write(lambda session: demo.speak(session, language))
        response.set_cookie(_COOKIE, language, max_age=_YEAR, samesite="lax")
    return response


async def static(_room: Room, request: Request) -> Response:
    """Answer with the script, the style or the icon."""
    name = request.path_params["name"]
    if name not in _versions():
        raise Refused(404, "page.error.gone")
    path, version = _STATIC / name, _versions()[name]
    is_named = request.query_params.get("v") == version
    headers = {"Cache-Control": _FOR_EVER if is_named else "no-cache", "ETag": f'"{version}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(path.read_bytes(), media_type=_TYPES[path.suffix], headers=headers)


async def show_map(room: Room, _request: Request) -> Response:
    """Answer with the map of the pack, empty where it has none."""
    city = room.city()
    body = await asyncio.to_thread(_map, city)
    return Response(body, media_type="application/json", headers={"Cache-Control": "private, max-age=600"})


async def sample(room: Room, request: Request) -> Response:
    """Answer with a sample photo; in the demo only."""
    if not room.is_demo:
        raise Refused(404, "page.error.gone")
    try:
        data = await asyncio.to_thread(samples.draw, templates, request.path_params["name"])
    except KeyError:
        raise Refused(404, "page.error.gone") from None
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=600"})


async def switch_language(room: Room, request: Request) -> Response:
    """Speak another language from now on, the bot too; where cards stand it tells them anew."""
    wanted = request.query_params.get("to", "")
    if wanted not in room.city().settings.languages:
        raise Refused(400, "page.error.unreadable")
    seats = room.seated(request)
    await room.database.write(lambda session: _speak(session, room, seats, wanted))
    for seat in await asyncio.to_thread(_seats_with_cards, room, seats.values()):
        await posting.press(room, request, seat, tokens.write("lang", 0, wanted))
    response = JSONResponse({})
    response.set_cookie(_COOKIE, wanted, max_age=_YEAR, samesite="lax")
    return response


def _speak(session: Session, room: Room, seats: dict[str, Seat], language: str) -> None:
    if room.is_demo:
        demo.speak(session, language)
        return
    for seat in seats.values():
        identity = session.get(Identity, (seat.chat.channel, seat.sender.realm, seat.sender.id))
        if identity is not None:
            session.get_one(Person, identity.person_id).language = language


def _seats_with_cards(room: Room, seats: Iterable[Seat]) -> list[Seat]:
    with room.database.reading() as session:
        open_cards = select(Card.chat).where(Card.chat.in_([seat.chat.key for seat in seats]), ~Card.closed)
        chats = set(session.scalars(open_cards.distinct()))
    return [seat for seat in seats if seat.chat.key in chats and seat.chat.kind is ChatKind.PRIVATE]


# --- what the template needs -----------------------------------------------------------------------------------------


def _context(room: Room, language: str) -> dict[str, Any]:
    city, words = room.city(), room.words
    languages = city.settings.languages

    def say(key: str, **facts: str | int) -> str:
        return words.plain(language, f"page.{key}", **facts)

    return {
        "say": say, "language": language, "lang": language.replace("_", "-").replace("zh-CN", "zh-Hans"),
        "others": [(name, _NAMES[name]) for name in languages if name != language],
        "city": city.settings.label(language), "demo": room.is_demo, "versions": _versions(),
        "seats": [(name, say(f"seat.{name}"), say(f"seat.{name}.what")) for name in _seat_names(room)],
        "settings": json.dumps(_settings(room, language, words), ensure_ascii=False).replace("<", "\\u003c"),
    }  # fmt: skip


def _settings(room: Room, language: str, words: Words) -> dict[str, Any]:
    """What the script needs to know, as JSON beside it (a script of our own origin only may run)."""
    return {
        "demo": room.is_demo,
        "language": language,
        "timeZone": room.city().settings.time_zone,
        "maxFile": MAX_FILE,
        "maxFiles": MAX_FILES,
        "commands": {name: words.plain(language, f"command.{name}") for name in router.commands},
        "texts": {key: words.plain(language, f"page.{key}", **_BLANKS) for key in _TEXTS},
        "suggestions": _suggestions(room.city(), language, words) if room.is_demo else [],
    }


def _seat_names(room: Room) -> list[str]:
    return [persona.seat for persona in demo.PERSONAS] if room.is_demo else ["me"]


def _suggestions(city: City, language: str, words: Words) -> list[dict[str, Any]]:
    """What the demo offers to send, by one tap; `after` waits until a tap with that action was made in the seat."""
    places = _scene(city, language)

    def offer(seat: str, name: str, photo: str, after: str = "", **facts: str) -> dict[str, Any]:
        label, text = (words.plain(language, f"page.try.{name}.{part}", **facts) for part in ("label", "text"))
        return {"seat": seat, "name": name, "photo": photo, "label": label, "text": text, "after": after}

    def command(seat: str, name: str) -> dict[str, Any]:
        label = words.plain(language, f"page.try.{name}")
        return {"seat": seat, "name": name, "label": label, "text": f"/{name}", "after": ""}

    served = [command("volunteer", "shifts")] if city.posts else []
    if places.round:
        label = words.plain(language, "page.try.round")
        place = {"lat": places.round.lat, "lon": places.round.lon, "name": places.round.label(language)}
        there = {"seat": "leader", "name": "round", "label": label, "place": place, "text": "", "after": "patrol"}
        served = [command("leader", "patrol"), there, *served]
    return [
        offer("citizen", "road", "road", place=places.crossing),
        offer("citizen", "rubbish", "rubbish", place=places.point),
        offer("leader", "road_mended", "road-mended", after="reply"),
        offer("leader", "rubbish_mended", "rubbish-mended", after="reply"),
        *served,
    ]


@lru_cache(maxsize=4)
def _scene(city: City, language: str) -> demo.Scene:
    return demo.scene(city, language)


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in _STATIC.iterdir()}


@lru_cache(maxsize=2)
def _map(city: City) -> bytes:
    return json.dumps(map_features(city), ensure_ascii=False, separators=(",", ":")).encode()
