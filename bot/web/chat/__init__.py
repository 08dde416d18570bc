"""The chat page: what it looks like, what it may ask, and how it stays up to date."""

from __future__ import annotations

from starlette.routing import Route

from bot.web.chat import page, posting, reading
from bot.web.chat.guard import guarded
from bot.web.chat.room import Room

__all__ = ["Room", "chat_routes"]


def chat_routes(room: Room) -> list[Route]:
    """Return the routes of the page: `/` itself and everything under `/chat/`."""
    routes = [
        ("/", page.show, "GET"),
        ("/chat/static/{name}", page.static, "GET"),
        ("/chat/map", page.show_map, "GET"),
        ("/chat/samples/{name}", page.sample, "GET"),
        ("/chat/language", page.switch_language, "POST"),
        ("/chat/messages", reading.poll, "GET"),
        ("/chat/events", reading.stream, "GET"),
        ("/chat/seats/{seat}/messages", posting.post, "POST"),
        ("/chat/seats/{seat}/earlier", reading.earlier, "GET"),
        ("/chat/seats/{seat}/files/{message}/{position}", reading.file, "GET"),
    ]
    return [Route(path, guarded(room, endpoint), methods=[method]) for path, endpoint, method in routes]
