"""Who may ask what of the page: its own origin, with its own header, and in the demo from this machine alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.config import LOOPBACK
from bot.web.chat.refusal import Refused
from bot.web.chat.room import Room
from storage.database import is_outage

Endpoint = Callable[["Room", Request], Awaitable[Response]]

HEADER = "x-pointkeeper"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def guarded(room: Room, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint behind the guard: refusals in the visitor's language, our headers on every answer."""

    async def answer(request: Request) -> Response:
        try:
            _check_host(room, request)
            if request.method != "GET":
                _check_origin(room, request)
            response = await endpoint(room, request)
        except Refused as refused:
            response = _refusal(room, request, refused)
        except Exception as error:
            if not is_outage(error):
                raise
            response = _refusal(room, request, Refused(503, "page.error.busy", retry_after=2))
        finally:
            await request.close()  # uploaded files lie in temporary ones
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answer


def _check_host(room: Room, request: Request) -> None:
    """In the demo a foreign name that resolves to this machine (DNS rebinding) gets nothing."""
    if room.is_demo and (_host(request.headers.get("host", "")) not in LOOPBACK or not _is_local(request)):
        raise Refused(403, "page.error.host")


def _check_origin(room: Room, request: Request) -> None:
    """A form on another site can send neither our header nor our origin."""
    ours = {request.headers.get("host", ""), urlsplit(room.settings.public_url).netloc} - {""}
    origin = request.headers.get("origin")
    foreign = origin is not None and _netloc(origin) not in ours
    if (
        foreign
        or HEADER not in request.headers
        or request.headers.get("sec-fetch-site", "same-origin") != "same-origin"
    ):
        raise Refused(403, "page.error.origin")


def _is_local(request: Request) -> bool:
    return request.client is None or request.client.host in LOOPBACK


def _host(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _refusal(room: Room, request: Request, refused: Refused) -> Response:
    text = room.words.plain(room.language(request), refused.key, **refused.facts)
    headers = {"Retry-After": str(int(refused.retry_after) + 1)} if refused.retry_after else {}
    return JSONResponse({"error": refused.key, "text": text}, refused.status, headers)
