"""`/healthz`: what waits where, what is wrong, and whether the database is there."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from bot.channels.memory import MemoryChannel
from bot.pipeline.inbox import store
from bot.web.app import make_web
from bot.web.health import health_routes
from storage.database import Database
from storage.models import Trouble
from tests.dialogue import MovedClock


async def ask(database: Database, clock: MovedClock, expected: dict[str, datetime] | None = None) -> httpx.Response:
    transport = httpx.ASGITransport(make_web(health_routes(database, clock, lambda _: expected or {})))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/healthz")


async def test_it_tells_what_waits(migrated_url: str):
    database, clock = Database(migrated_url), MovedClock()
    with database.begin() as session:
        store(session, [MemoryChannel().says("wang", "hello")], clock.now())
    clock.move(timedelta(seconds=90))
    answer = await ask(database, clock)
    database.close()

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "inbox": {"waiting": 1, "oldest_seconds": 90},
        "outbox": {"waiting": 0, "oldest_seconds": 0},
        "quarantined": 0,
        "troubles": [],
    }


async def test_it_tells_what_is_wrong_by_the_same_measure_as_the_administrators_hear_it(migrated_url: str):
    database, clock = Database(migrated_url), MovedClock()
    with database.begin() as session:
        store(session, [MemoryChannel().says("wang", "hello")], clock.now())
        session.add(Trouble(kind="disk", about="database", facts={"free": 5}, since=clock.now()))
        session.add(Trouble(kind="disk", about="photos", facts={"free": 5}, since=clock.now(), gone_at=clock.now()))
    clock.move(timedelta(minutes=6))
    answer = await ask(database, clock, {"seal": clock.now()})
    database.close()

    assert answer.status_code == 200
    assert answer.json()["status"] == "troubled"
    assert answer.json()["troubles"] == [
        {"kind": "inbox", "about": ""}, {"kind": "clock", "about": "seal"}, {"kind": "disk", "about": "database"},
    ]  # fmt: skip


async def test_it_says_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch):
    database = Database("sqlite://")

    async def away(_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("a secret path"))

    monkeypatch.setattr(database, "read", away)
    answer = await ask(database, MovedClock())
    database.close()

    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "why": "OperationalError"}
