"""The outbox: in order within a chat, until it arrives or is known to be impossible; cards edited in place."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.pipeline.delivery import LONGEST_PAUSE, TRIES_AFTER_A_FAULT
from bot.port import DeliveryError, Outgoing, Receipt
from storage.models import Identity, OutboxRow
from tests.pipeline.conftest import Rig, card

BUSY = DeliveryError("busy", permanent=False)


def states(rig: Rig) -> list[str]:
    return [row.state for row in rig.outgoing()]


async def test_messages_arrive_in_order_and_once(rig: Rig):
    rig.says("wang", "1", "2", "3")
    rig.says("li", "4")
    rig.work()
    await rig.deliver()
    await rig.deliver()
    await rig.new_outbox().deliver_due()

    assert rig.texts("wang") == ["1", "2", "3"]
    assert rig.texts("li") == ["4"]
    assert states(rig) == ["sent"] * 4


async def test_a_row_committed_late_with_a_lower_id_is_delivered_too(rig: Rig):
    rig.says("wang", "1", "2")
    rig.work()
    first = rig.outgoing()[0]
    with rig.database.begin() as session:
        session.delete(session.get_one(OutboxRow, first.id))
    await rig.deliver()
    with rig.database.begin() as session:
        session.merge(first)
    await rig.deliver()

    assert rig.texts("wang") == ["2", "1"]


@pytest.mark.parametrize("words", ["1", "card 1"])
async def test_what_ends_while_the_rows_are_read_is_not_said_twice(
    rig: Rig, words: str, monkeypatch: pytest.MonkeyPatch
):
    rig.says("wang", words)
    rig.work()
    outbox, send, read = rig.outbox, rig.channel.send, rig.database.read
    seen, reading = [], asyncio.Event()

    async def send_while_rows_are_read(*what: Any) -> Receipt:
        outbox.wake()
        await reading.wait()
        return await send(*what)

    async def read_until_all_is_sent(work: Any) -> Any:
        seen.append(await read(work))
        if len(seen) == 2:
            reading.set()
            while outbox._lanes.ids:  # noqa: ASYNC110 -- nobody tells of it
                await asyncio.sleep(0)
            return seen[0]
        return seen[-1]

    monkeypatch.setattr(rig.channel, "send", send_while_rows_are_read)
    monkeypatch.setattr(rig.database, "read", read_until_all_is_sent)
    await rig.deliver()

    assert len(seen) >= 2
    assert rig.texts("wang") == [words]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_the_engine_hands_over_need_not_be_read(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    outbox, sent, send = rig.outbox, asyncio.Semaphore(0), rig.channel.send

    async def count(*what: Any) -> Receipt:
        sent.release()
        return await send(*what)

    async def fail(_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr("bot.pipeline.outbox._POLL", 60)
    monkeypatch.setattr(rig.channel, "send", count)
    rig.says("wang", "0")
    rig.work()
    async with asyncio.TaskGroup() as group:
        group.create_task(outbox.run())
        await sent.acquire()
        monkeypatch.setattr(rig.database, "read", fail)
        for words in ("1", "card 2", "card 3!"):
            rig.says("wang", words)
            outbox.take(rig.engine.work().letters)
            await sent.acquire()
        outbox.stop()

    assert rig.texts("wang") == ["0", "1", "card 2", "card 3!"]
    assert states(rig) == ["sent"] * 4


async def test_what_is_handed_over_waits_for_what_was_not_read_yet(rig: Rig):
    rig.says("wang", "1")
    rig.work()
    rig.says("wang", "2")
    rig.outbox.take(rig.engine.work().letters)
    await rig.deliver()

    assert rig.texts("wang") == ["1", "2"]


async def test_what_is_too_much_for_memory_waits_in_the_table(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.pipeline.pending.LOADED", 2)
    await rig.deliver()
    for number in range(5):
        rig.says("wang", str(number))
        rig.outbox.take(rig.engine.work().letters)
    held = len(rig.outbox._lanes.ids)
    for _ in range(3):
        await rig.deliver()

    assert held <= 2
    assert rig.texts("wang") == [str(number) for number in range(5)]


async def test_the_context_of_what_is_answered_comes_along(rig: Rig):
    envelope = rig.channel.says("wang", "1")
    body = rig.channel.parse(envelope.body).model_copy(update={"context": {"session": "s1"}})
    rig.put(rig.channel.envelope(body))
    rig.work()
    await rig.deliver()

    assert rig.channel.contexts == [{"session": "s1"}]


# --- when it does not arrive -----------------------------------------------------------------------------------------


async def test_the_platforms_pause_is_kept_and_the_order_too(rig: Rig):
    rig.says("wang", "1", "2")
    rig.says("li", "3")
    rig.work()
    rig.channel.fail(DeliveryError("busy", permanent=False, retry_after=7))
    await rig.deliver()
    assert rig.texts("wang") == []
    assert rig.texts("li") == ["3"]

    rig.clock.move(timedelta(seconds=6.9))
    await rig.deliver()
    assert rig.texts("wang") == []

    rig.clock.move(timedelta(seconds=0.1))
    await rig.deliver()
    assert rig.texts("wang") == ["1", "2"]
    assert rig.outgoing()[0].attempts == 1


async def test_pauses_grow_up_to_five_minutes_and_survive_a_restart(rig: Rig):
    rig.says("wang", "1")
    rig.work()
    pauses = []
    for _ in range(12):
        rig.channel.fail(BUSY)
        rig.outbox = rig.new_outbox()
        await rig.deliver()
        pauses.append((rig.outgoing()[0].not_before - rig.clock.now()).total_seconds())
        rig.clock.move(timedelta(seconds=pauses[-1]))

    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, *[LONGEST_PAUSE] * 3]


async def test_what_has_expired_is_given_up(rig: Rig):
    rig.says("wang", "1", "2")
    rig.work()
    rig.channel.fail(DeliveryError("busy", permanent=False, retry_after=3 * 24 * 3600))
    await rig.deliver()
    assert states(rig) == ["failed", "sent"]
    assert rig.outgoing()[0].reason == "expired: busy"

    rig.says("wang", "3")
    rig.work()
    rig.clock.move(timedelta(days=3))
    await rig.deliver()
    assert rig.outgoing()[2].reason == "expired"
    assert rig.texts("wang") == ["2"]


async def test_a_permanent_failure_ends_one_message_and_not_the_lane(rig: Rig):
    rig.says("wang", "1", "2")
    rig.work()
    rig.channel.fail(DeliveryError("refused", permanent=True, detail="photo too large"))
    await rig.deliver()

    assert states(rig) == ["failed", "sent"]
    assert rig.outgoing()[0].reason == "refused: photo too large"


async def test_a_photo_that_is_refused_takes_no_words_along(rig: Rig):
    """Too large, or erased meanwhile: whoever must act hears of it all the same."""
    shown = Outgoing(text=card("act?").text, photos=("aa",), choices=card("act?").choices)
    rig.handler = lambda turn: turn.show("draft:1", "view", shown)
    rig.says("wang", "1")
    rig.work()
    rig.channel.fail(DeliveryError("refused", permanent=True, detail="picture is too big"))
    await rig.deliver()

    (message,) = rig.channel.messages("wang")
    assert (message.text, message.labels, message.message.photos) == ("act?", ["again"], ())
    assert states(rig) == ["sent"]


async def test_whoever_blocked_the_bot_is_no_longer_reachable_until_they_write(rig: Rig):
    rig.says("wang", "1")
    rig.work()
    rig.channel.blocked.add("wang")
    await rig.deliver()
    assert states(rig) == ["failed"]
    assert not _identity(rig).reachable

    rig.channel.blocked.clear()
    rig.says("wang", "2")
    rig.work()
    assert _identity(rig).reachable


async def test_a_chat_that_moved_gets_its_messages_under_its_new_id(rig: Rig):
    group = rig.channel.group("old")
    rig.says("wang", "1", "2", chat=group)
    rig.work()
    rig.channel.moved["old"] = "new"
    await rig.deliver()

    assert rig.texts("new") == ["1", "2"]
    assert states(rig) == ["sent", "sent"]


async def test_a_dead_token_pauses_everyone_and_fails_nothing(rig: Rig, caplog: pytest.LogCaptureFixture):
    rig.says("wang", "1")
    rig.says("li", "2")
    rig.work()
    rig.channel.fail(*[DeliveryError("credentials", permanent=True)] * 2)
    await rig.deliver()
    assert states(rig) == ["pending", "pending"]
    assert "not let in" in caplog.text

    rig.clock.move(timedelta(seconds=2))
    await rig.deliver()
    assert states(rig) == ["sent", "sent"]


async def test_a_fault_of_ours_is_tried_a_few_times_and_then_lets_the_lane_go_on(rig: Rig):
    rig.says("wang", "1", "2")
    rig.work()
    rig.channel.fail(*[ZeroDivisionError()] * TRIES_AFTER_A_FAULT)
    await rig.deliver_all()

    assert states(rig) == ["failed", "sent"]
    assert rig.outgoing()[0].reason == "fault"


async def test_a_receipt_is_not_forgotten_in_an_outage(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    rig.says("wang", "1")
    rig.work()
    write, outages = rig.database.write, [OperationalError("UPDATE", {}, Exception("locked"))] * 3

    async def flaky(work: object) -> object:
        if outages:
            raise outages.pop()
        return await write(work)

    async def no_wait(*_: object) -> None:
        return

    monkeypatch.setattr(rig.database, "write", flaky)
    monkeypatch.setattr("bot.pipeline.patience.Patience.wait", no_wait)
    await rig.deliver()

    assert rig.texts("wang") == ["1"]
    assert states(rig) == ["sent"]


def _identity(rig: Rig) -> Identity:
    with rig.database.reading() as session:
        return session.get_one(Identity, ("memory", "memory", "wang"))
