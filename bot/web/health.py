"""`/healthz`: whether the program can do its work, for whoever watches over it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.clock import Clock
from storage.database import Database
from storage.models import InboxRow, OutboxRow


def health_routes(database: Database, clock: Clock) -> list[Route]:
    """Return the route: 200 with what waits where, or 503 while the database is away."""

    async def healthz(_: Request) -> JSONResponse:
        try:
            waiting = await database.read(lambda session: _waiting(session, clock.now()))
        except Exception as error:  # noqa: BLE001 -- whatever keeps us from looking is what is to be told
            return JSONResponse({"status": "down", "why": type(error).__name__}, status_code=503)
        return JSONResponse({"status": "ok", **waiting})

    return [Route("/healthz", healthz, methods=["GET"])]


def _waiting(session: Session, now: datetime) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, model, since in (("inbox", InboxRow, InboxRow.received_at), ("outbox", OutboxRow, OutboxRow.created_at)):
        pending = model.state == literal_column("'pending'")
        count, oldest = session.execute(select(func.count(), func.min(since)).where(pending)).one()
        age = now - oldest if count else timedelta()
        facts[name] = {"waiting": count, "oldest_seconds": round(age.total_seconds())}
    quarantined = select(func.count()).select_from(InboxRow).where(InboxRow.state == "quarantined")
    return {**facts, "quarantined": session.scalar(quarantined)}
