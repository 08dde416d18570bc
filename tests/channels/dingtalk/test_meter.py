"""The month's calls: counted where the vendor counts, written in batches, kept while the database is away."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import OperationalError

from bot.channels.dingtalk import Uses
from bot.channels.dingtalk.files import Files
from bot.port import Outgoing, Span
from storage.database import Database
from storage.queries import uses
from tests.channels.contract import CARD
from tests.channels.dingtalk.conftest import DingTalkRig, by_stream
from tests.fakes.dingtalk import TEMPLATE, FakeDingTalk

NOW = datetime(2026, 3, 31, 15, 59, tzinfo=UTC)
ACCOUNT = ("dingtalk", "robot")


@pytest.fixture
def database(migrated_url):
    database = Database(migrated_url)
    yield database
    database.close()


class Clock:
    def __init__(self, at: datetime = NOW):
        self.at = at

    def now(self) -> datetime:
        return self.at


def counted(database: Database, now: datetime = NOW) -> list[tuple[int, int]]:
    with database.reading() as session:
        return [(use.calls, use.allowed) for use in uses.of_month(session, now)]


async def test_calls_are_written_in_batches_and_at_the_end(database: Database):
    meter = Uses(database, ACCOUNT, 5000, Clock())
    for _ in range(45):
        await meter.count()
    assert counted(database) == [(40, 5000)]
    await meter.write()
    assert counted(database) == [(45, 5000)]


async def test_a_month_begins_at_midnight_in_china(database: Database):
    clock = Clock()
    meter = Uses(database, ACCOUNT, 5000, clock)
    await meter.count()
    await meter.write()
    clock.at = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
    await meter.count()
    await meter.count()
    await meter.write()
    assert (counted(database), counted(database, clock.at)) == ([(1, 5000)], [(2, 5000)])


async def test_what_cannot_be_written_is_written_later(database: Database, monkeypatch: pytest.MonkeyPatch):
    meter = Uses(database, ACCOUNT, 5000, Clock())
    await meter.count()
    with monkeypatch.context() as broken:
        broken.setattr(database, "write", _away)
        await meter.write()
    await meter.write()
    assert counted(database) == [(1, 5000)]


async def _away(_work):
    raise OperationalError("", {}, OSError())


class Counting:
    """Counts in memory."""

    calls = 0

    async def count(self) -> None:
        self.calls += 1

    async def write(self) -> None: ...


async def test_sessions_and_tokens_cost_nothing_and_the_rest_one_each(dingtalk: FakeDingTalk, make):
    meter = Counting()
    async with by_stream(dingtalk, lambda shelf, **more: make(shelf, uses=meter, **more), TEMPLATE) as rig:
        chat = await rig.chat()
        await rig.channel.send(chat, Outgoing(text=(Span(text="你好"),)))
        await rig.channel.check()
        assert meter.calls == 0
        receipt = await rig.channel.send(chat, CARD)
        await rig.channel.edit(chat, receipt, CARD)
        await rig.channel.send(chat, Outgoing(photos=(rig.blob(b"\xff\xd8photo"),)))
        assert meter.calls == 4  # a card, its change, an upload and the photo


async def test_a_blob_is_handed_over_once_a_day(stream: DingTalkRig):
    files: Files = stream.channel._files
    blob = stream.blob(b"\xff\xd8photo")
    first = await files.media_id("image", blob, "photo.jpg")
    assert await files.media_id("image", blob, "photo.jpg") == first
