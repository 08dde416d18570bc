"""What is pushed is kept in the order in which it came, and until it is, whether it was answered or not."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy.exc import OperationalError

from bot.channels.dingtalk import arriving
from bot.channels.dingtalk.arriving import Arrivals
from bot.channels.dingtalk.sessions import Sessions
from tests.channels.surroundings import Clock

TAP = json.dumps({"outTrackId": "pk-p-1", "userId": "alice", "content": "{}"})
LOCKED = OperationalError("insert", {}, Exception("database is locked"))


def message(number: int, who: str = "alice", **more) -> str:
    said = {"msgId": f"m{number}", "msgtype": "text", "conversationId": "c", "conversationType": "1"}
    return json.dumps(said | {"senderId": f"$:{who}", "senderStaffId": who, "text": {"content": "路灯不亮"}} | more)


class Kept:
    """What the inbox has, after so many failures; `may` holds it up."""

    def __init__(self, *failures: Exception):
        self.failures = list(failures)
        self.keys: list[str] = []
        self.may = asyncio.Event()
        self.may.set()

    async def put(self, envelopes):
        await self.may.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.keys += [each.key for each in envelopes]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "_PAUSE", 0.0)


def arrivals(kept: Kept) -> Arrivals:
    return Arrivals("robot", Sessions("https://oapi.example", Clock()), Clock(), kept.put)


async def test_a_tap_and_the_photo_after_it_are_kept_in_this_order():
    kept = Kept()
    taking = arrivals(kept)
    assert await asyncio.gather(taking.take("tap", "t", TAP), taking.take("message", "p", message(1)))
    assert kept.keys == ["tap:t", "m1"]


async def test_a_tap_that_was_answered_is_kept_when_the_database_is_back_and_nothing_overtakes_it(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(arriving, "_TAP_SECONDS", 0.0)
    kept = Kept(*[LOCKED] * 5)
    kept.may.clear()
    taking = arrivals(kept)
    assert await taking.take("tap", "t", TAP), "the platform is told in time"
    later = asyncio.gather(taking.take("message", "p", message(1)), taking.take("message", "q", message(2)))
    kept.may.set()
    assert await later == [True, True]
    assert kept.keys == ["tap:t", "m1", "m2"]


async def test_a_chat_whose_tap_cannot_be_kept_holds_up_no_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(arriving, "_TAP_SECONDS", 0.0)
    kept = []

    async def put(envelopes):
        if envelopes[0].chat.endswith(":alice"):
            raise LOCKED
        kept.append(envelopes[0].key)

    taking = Arrivals("robot", Sessions("https://oapi.example", Clock()), Clock(), put)
    await taking.take("tap", "t", TAP)
    assert await taking.take("message", "o", message(9, "bob"))
    assert kept == ["m9"]


async def test_a_message_that_could_not_be_kept_is_tried_until_it_is_for_it_need_not_come_again():
    kept = Kept(*[LOCKED] * 3)
    assert await arrivals(kept).take("message", "p", message(1))
    assert kept.keys == ["m1"]


async def test_a_message_that_takes_long_is_not_said_to_be_kept_and_is_all_the_same(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(arriving, "_MESSAGE_SECONDS", 0.0)
    kept = Kept()
    kept.may.clear()
    taking = arrivals(kept)
    assert not await taking.take("message", "p", message(1))
    kept.may.set()
    await asyncio.wait(taking._held)
    assert kept.keys == ["m1"]


async def test_whoever_cannot_wait_loses_no_message_and_holds_up_none():
    kept = Kept()
    taking = arrivals(kept)
    kept.may.clear()
    loop = asyncio.get_running_loop()
    first, second, third = (loop.create_task(taking.take("message", "p", message(each))) for each in (1, 2, 3))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    kept.may.set()
    assert (await first, await third) == (True, True)
    assert kept.keys == ["m1", "m2", "m3"]


async def test_a_turn_that_is_given_up_lets_the_next_wait_for_those_before_only():
    last, went = {}, []
    first, second, third = (arriving._Turn(last, "chat") for _ in range(3))

    async def go(turn, name):
        async with turn:
            went.append(name)

    impatient, patient = (
        asyncio.get_running_loop().create_task(go(*each)) for each in ((second, "second"), (third, "third"))
    )
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.sleep(0)
    assert went == []
    await go(first, "first")
    await patient
    assert (went, last) == (["first", "third"], {})


@pytest.mark.parametrize(("kind", "data"), [("tap", TAP), ("message", message(1))])
async def test_what_memory_does_not_hold_is_refused(monkeypatch: pytest.MonkeyPatch, kind, data):
    monkeypatch.setattr(arriving, "_HELD", 0)
    assert not await arrivals(Kept()).take(kind, "t", data)


async def test_no_name_holds_what_no_database_takes():
    kept = Kept()
    assert await arrivals(kept).take("message", "p", message(1, senderStaffId="a\0b", msgId="m\0"))
    assert kept.keys == ["m"]


@pytest.mark.parametrize("more", [{"senderStaffId": None}, {"content": None, "conversationTitle": None}])
async def test_what_is_null_is_taken_as_not_said(more: dict):
    kept = Kept()
    assert await arrivals(kept).take("message", "p", message(1, **more))
    assert kept.keys == ["m1"]


async def test_a_session_that_never_ends_breaks_nothing():
    kept = Kept()
    endless = message(1, sessionWebhook="https://oapi.example/robot/sendBySession?s", sessionWebhookExpiredTime=10**400)
    assert await arrivals(kept).take("message", "p", endless)
