"""The one ASGI app: routes are given, errors are told without their insides."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

log = logging.getLogger(__name__)


def make_web(routes: Sequence[BaseRoute]) -> Starlette:
    """Return the app that serves these routes."""
    return Starlette(routes=list(routes), exception_handlers={Exception: _broken})


async def _broken(_request: Request, error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    return PlainTextResponse("500", status_code=500)
