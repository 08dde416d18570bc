"""Chores: done outside the transaction, the most pressing first, tried again, and always with an end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.pipeline.chores import TRIES_AFTER_A_FAULT, Chores
from bot.pipeline.kinds import kinds_of
from bot.port import Chat, DeliveryError, Media
from storage.blobs import Blobs
from storage.models import Chore
from tests.dialogue import jpeg
from tests.pipeline.conftest import Rig

BUSY = DeliveryError("busy", permanent=False)


@dataclass
class Drawing:
    """A kind of chore that only tells in which order it was done."""

    done: list[int] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)

    async def run(self, args: dict[str, Any]) -> dict[str, Any]:
        if self.troubles:
            raise self.troubles.pop(0)
        self.done.append(args["n"])
        return {"kind": "drawing", "n": args["n"]}

    def lost(self, args: dict[str, Any], reason: str) -> dict[str, Any]:
        return {"kind": "drawing", "n": args["n"], "lost": reason}

    def key(self, args: dict[str, Any]) -> str:
        return f"drawing:{args['n']}"


@pytest.fixture
def drawing() -> Drawing:
    return Drawing()


@pytest.fixture
def chores(rig: Rig, drawing: Drawing) -> Chores:
    return Chores(rig.database, {"draw": drawing}, rig.clock, rig.keep)


@pytest.fixture
def order(rig: Rig) -> Callable[..., None]:
    def order(kind: str, args: dict[str, Any], **expires: float) -> None:
        until = rig.clock.now() + timedelta(**(expires or {"days": 1}))
        with rig.database.begin() as session:
            post = rig.house.post(session, rig.clock.now())
            post.chore(kind, "memory:test:wang", args, expires=until)

    return order


def results(rig: Rig) -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in rig.inbox()]


def left(rig: Rig) -> list[tuple[str, str, int]]:
    with rig.database.reading() as session:
        return [(each.state, each.reason, each.attempts) for each in session.scalars(select(Chore).order_by(Chore.id))]


async def test_what_expires_first_is_done_first(rig: Rig, chores: Chores, drawing: Drawing, order):
    for number, hours in enumerate((5, 1, 3)):
        order("draw", {"n": number}, hours=hours)
    await chores.do_due()

    assert drawing.done == [1, 2, 0]
    assert [(row.channel, row.chat) for row in rig.inbox()] == [("pk", "memory:test:wang")] * 3
    assert {row.key for row in rig.inbox()} == {"drawing:0", "drawing:1", "drawing:2"}


async def test_trouble_is_tried_again_later(rig: Rig, chores: Chores, drawing: Drawing, order):
    order("draw", {"n": 1})
    drawing.troubles += [BUSY, DeliveryError("busy", permanent=False, retry_after=60)]
    await chores.do_due()
    assert left(rig) == [("pending", "busy", 1)]
    assert await chores.do_due() == 0

    rig.clock.move(timedelta(seconds=1))
    assert await chores.do_due() == 1
    rig.clock.move(timedelta(seconds=59))
    assert await chores.do_due() == 0
    rig.clock.move(timedelta(seconds=1))
    assert await chores.do_due() == 1
    assert left(rig) == [("done", "", 3)]
    assert results(rig) == [{"kind": "drawing", "n": 1}]


@pytest.mark.parametrize(
    ("trouble", "reason"), [(DeliveryError("gone", permanent=True), "gone"), (ZeroDivisionError(), "fault")]
)
async def test_what_can_never_be_done_is_settled_as_lost(  # noqa: PLR0917 -- fixtures
    rig: Rig, chores: Chores, drawing: Drawing, order, trouble: Exception, reason: str
):
    order("draw", {"n": 1})
    drawing.troubles += [trouble] * TRIES_AFTER_A_FAULT
    for _ in range(TRIES_AFTER_A_FAULT):
        await chores.do_due()
        rig.clock.move(timedelta(minutes=1))

    assert results(rig) == [{"kind": "drawing", "n": 1, "lost": reason}]
    assert left(rig)[0][:2] == ("failed", reason)


async def test_what_has_expired_is_lost_and_not_tried(rig: Rig, chores: Chores, drawing: Drawing, order):
    order("draw", {"n": 1}, minutes=5)
    drawing.troubles += [DeliveryError("busy", permanent=False, retry_after=3600)]
    await chores.do_due()
    rig.clock.move(timedelta(minutes=5))
    await chores.do_due()

    assert drawing.done == []
    assert results(rig) == [{"kind": "drawing", "n": 1, "lost": "expired"}]


@pytest.mark.parametrize(
    ("data", "facts"),
    [
        (jpeg(size=(64, 48)), {"state": "stored", "width": 64, "height": 48, "mime": "image/jpeg"}),
        (b"", {"state": "refused", "reason": "empty"}),
        (b"no photo", {"state": "refused", "reason": "not_photo"}),
        (None, {"state": "lost", "reason": "gone"}),
    ],
)
async def test_an_attachment_is_fetched_and_settled(
    rig: Rig, tmp_path: Path, order, data: bytes | None, facts: dict[str, Any]
):
    blobs = Blobs(str(tmp_path / "blobs"))
    media = Media(ref="missing") if data is None else rig.channel.holds(data)
    order("fetch", {"attachment": 7, "channel": "memory", "account": "test", "media": media.model_dump(mode="json")})
    await Chores(rig.database, kinds_of(rig.house, blobs, rig.database), rig.clock, rig.keep).do_due()

    (row,) = rig.inbox()
    found = json.loads(row.body)
    assert row.key == "settled:7"
    assert found | {"kind": "attachment", "attachment": 7} | facts == found
    if found["state"] == "stored":
        assert blobs.has(found["blob"])


async def test_a_menu_is_announced_and_nothing_comes_back(rig: Rig, tmp_path: Path, order):
    chat = Chat(channel="memory", account="test", id="wang")
    commands = [{"name": "my", "description": "mine"}]
    order("announce", {"chat": chat.model_dump(), "language": "en", "commands": commands})
    await Chores(rig.database, kinds_of(rig.house, Blobs(str(tmp_path)), rig.database), rig.clock, rig.keep).do_due()

    assert [command.name for command in rig.channel.commands["wang:en"]] == ["my"]
    assert rig.inbox() == []
    assert left(rig) == [("done", "", 1)]
