"""The chat page with an inbox that nobody empties, and a visitor with a browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from bot.channels.web import WebChannel
from bot.city.model import Settings as CitySettings
from bot.config import Settings
from bot.pipeline.inbox import Inbox
from bot.pipeline.notes import by_themselves
from bot.port import Chat, Envelope
from bot.services.words import Words
from bot.web.chat import Room, chat_routes
from bot.web.chat.seats import COOKIE, Visitors
from storage.blobs import Blobs
from storage.database import Database

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OURS = {"X-Pointkeeper": "1"}
CITY = SimpleNamespace(settings=CitySettings(name="云溪区", name_en="Yunxi", languages=("zh_CN", "en")), places={})


class Clock:
    def __init__(self):
        self.at = NOW

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


class House:
    """A page with an inbox that nobody empties."""

    def __init__(self, url, folder, seats, **settings):
        self.database = Database(url)
        self.blobs = Blobs(str(folder))
        self.clock = Clock()
        self.channel = WebChannel(self.database, self.blobs, self.clock)
        self.taken: list[Envelope] = []
        self.inbox = Inbox(by_themselves(self.database, self.clock))
        settings = Settings(**{"demo": False} | settings)
        self.room = Room(
            self.channel, self.intake, self.database, self.blobs, Words(), lambda: CITY, self.clock, settings, seats
        )
        self.app = Starlette(routes=chat_routes(self.room))

    async def intake(self, envelopes):
        await self.inbox.put(envelopes)
        self.taken.extend(envelopes)

    def client(self, **facts) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, **facts)
        return httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=OURS)

    async def count(self, table) -> int:
        return await self.database.read(lambda session: session.scalar(select(func.count()).select_from(table)))


@pytest.fixture
def database_kind() -> str:
    """Most of this is about HTTP; tests that are about rows ask for both databases."""
    return "sqlite"


on_both = pytest.mark.parametrize("database_kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])


@pytest.fixture
def make_house(migrated_url, tmp_path):
    made = []

    def make(seats=None, **settings) -> House:
        made.append(House(migrated_url, tmp_path / "blobs", seats or Visitors("secret", secure=False), **settings))
        return made[-1]

    yield make
    for house in made:
        house.database.close()


class Visitor:
    """Somebody with a browser."""

    def __init__(self, house: House, **facts):
        self.house = house
        self.client = house.client(**facts)

    async def opens(self, path="/"):
        answer = await self.client.get(path)
        assert answer.status_code == 200
        return answer

    async def posts(self, key="key-00000001", headers=None, **note):
        return await self.client.post("/chat/seats/me/messages", json={"id": key, **note}, headers=headers)

    async def messages(self):
        return (await self.client.get("/chat/messages")).json()["seats"]["me"]["messages"]


@pytest.fixture
async def visitor(make_house):
    visitor = Visitor(make_house())
    await visitor.opens()
    yield visitor
    await visitor.client.aclose()


@pytest.fixture
def chat(visitor) -> Chat:
    signed = visitor.client.cookies[COOKIE]
    return Chat(channel="web", account="page", id=signed.rsplit(".", 1)[0])
