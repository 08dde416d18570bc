"""What a platform posts to us: read up to a limit, and the answers that make it come again or stay away."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

LIMIT = 1_000_000
"""Bytes; no platform's update comes near it."""


async def bounded(request: Request) -> bytes | None:
    """Return the body; None over the limit, whatever its header claims."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LIMIT:
            return None
    return bytes(body)


def too_large() -> Response:
    """Answer a post over the limit."""
    return PlainTextResponse("too large", status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def try_again() -> Response:
    """Answer a post that could not be kept: it shall come again."""
    return PlainTextResponse("try again", status_code=HTTPStatus.SERVICE_UNAVAILABLE)
