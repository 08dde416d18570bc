"""`/healthz`: whether the program can do its work, for whoever watches over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.clock import Clock
from bot.services import health
from bot.services.health import Health, Queue
from storage.database import Database

Expected = Callable[[datetime], Mapping[str, datetime]]
"""Now → the slot that each job must have worked by now."""


def health_routes(database: Database, clock: Clock, expected: Expected = lambda _: {}) -> list[Route]:
    """Return the route: 200 with what waits where and what is wrong, or 503 while the database is away."""

    async def healthz(_: Request) -> JSONResponse:
        now = clock.now()
        try:
            found = await database.read(lambda session: health.look(session, now, expected(now)))
        except Exception as error:  # noqa: BLE001 -- whatever keeps us from looking is what is to be told
            return JSONResponse({"status": "down", "why": type(error).__name__}, status_code=503)
        return JSONResponse(_told(found))

    return [Route("/healthz", healthz, methods=["GET"])]


def _told(found: Health) -> dict[str, Any]:
    return {
        "status": "troubled" if found.findings else "ok",
        "inbox": _queue(found.inbox),
        "outbox": _queue(found.outbox),
        "quarantined": found.quarantined,
        "troubles": [{"kind": each.kind, "about": each.about} for each in found.findings],
    }


def _queue(queue: Queue) -> dict[str, int]:
    return {"waiting": queue.waiting, "oldest_seconds": round(queue.oldest.total_seconds())}
