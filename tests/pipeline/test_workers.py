"""The workers and the whole row's way, as it runs: woken, stopped, patient, and on PostgreSQL several at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy.exc import OperationalError

from bot.handlers import router
from bot.pipeline.acknowledging import Acknowledging
from bot.pipeline.engine import ALL, Done, Engine
from bot.pipeline.inbox import Inbox
from bot.pipeline.leases import Leases
from bot.pipeline.outbox import Outbox
from bot.pipeline.workers import Workers
from bot.port import Press
from storage.database import Database
from tests.pipeline.conftest import Rig


async def test_a_message_goes_all_the_way_and_the_loops_stop_when_asked(rig: Rig):
    outbox, acknowledging = rig.new_outbox(), Acknowledging(rig.house.channels)
    arrived, acknowledged = asyncio.Event(), asyncio.Event()
    send = rig.channel.send

    async def noting(*args: object) -> object:
        receipt = await send(*args)
        if len(rig.channel.messages("wang")) == 2:
            arrived.set()
        return receipt

    async def acknowledge(press_id: str) -> None:
        rig.channel.acknowledged.append(press_id)
        acknowledged.set()

    rig.channel.send, rig.channel.acknowledge = noting, acknowledge

    def done(batch: Done) -> None:
        outbox.wake()

    workers = Workers(rig.database, rig.engine, lambda: ALL, done)
    inbox = Inbox(rig.database, rig.clock, workers.wake, acknowledging.add)
    async with asyncio.TaskGroup() as group:
        group.create_task(workers.run())
        group.create_task(outbox.run())
        acknowledger = group.create_task(acknowledging.run())
        await inbox.put([rig.channel.says("wang", "hello")])
        await inbox.put([rig.channel.says("wang", Press(token="x", press_id="p1"))])
        await arrived.wait()
        workers.stop()
        outbox.stop()
        await acknowledged.wait()
        acknowledger.cancel()

    assert rig.texts("wang") == ["hello", "press"]
    assert rig.channel.acknowledged == ["p1"]
    assert [row.state for row in rig.outgoing()] == ["sent"] * 2


async def test_an_outage_is_waited_out(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    waits, over = [], asyncio.Event()
    outages = [OperationalError("BEGIN", {}, Exception("locked"))] * 3
    work = rig.engine.work

    def flaky(partitions: object) -> Done:
        if outages:
            raise outages.pop()
        return work(partitions)

    async def wait(_self: object, error: Exception, who: str) -> None:
        waits.append((type(error), who))

    monkeypatch.setattr(rig.engine, "work", flaky)
    monkeypatch.setattr("bot.pipeline.patience.Patience.wait", wait)
    workers = Workers(rig.database, rig.engine, lambda: ALL, lambda _: over.set())
    rig.says("wang", "hello")
    async with asyncio.TaskGroup() as group:
        group.create_task(workers.run())
        await over.wait()
        workers.stop()

    assert waits == [(OperationalError, "engine")] * 3
    assert [row.state for row in rig.inbox()] == ["done"]


async def test_without_partitions_a_worker_rests(rig: Rig):
    workers = Workers(rig.database, rig.engine, frozenset, lambda _: None)
    rig.says("wang", "hello")

    assert (await workers._batch(0)).rows == 0


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_two_processes_share_the_work_and_nothing_is_done_twice(
    rig: Rig, migrated_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(router, "handle", rig.handle)
    people = [f"p{number}" for number in range(40)]
    for number in range(10):
        for who in people:
            rig.says(who, str(number))
    other = Database(migrated_url)
    members = [Leases(rig.database, "one"), Leases(other, "two")]
    for leases in members * 3:
        leases.join_inbox()
        await leases.refresh()
    assert [len(leases.partitions) for leases in members] == [32, 32]

    left = asyncio.Event()
    workers = [
        Workers(database, Engine(database, rig.house, rig.clock), partitions_of(leases), watch(rig, left))
        for database, leases in zip((rig.database, other), members, strict=True)
    ]
    async with asyncio.TaskGroup() as group:
        for each in workers:
            group.create_task(each.run())
        await left.wait()
        for each in workers:
            each.stop()
    other.close()
    await rig.deliver()

    assert len(rig.heard) == len(set(rig.heard)) == 400
    for who in people:
        in_order = [str(number) for number in range(10)]
        assert [words for chat, words in rig.heard if chat == who] == in_order
        assert rig.texts(who) == in_order


def partitions_of(leases: Leases) -> Callable[[], frozenset[int]]:
    return lambda: leases.partitions


def watch(rig: Rig, left: asyncio.Event) -> Callable[[Done], None]:
    """Tell when nothing is left to do."""
    return lambda _: left.set() if all(row.state == "done" for row in rig.inbox()) else None


async def test_a_cancelled_sender_leaves_its_rows_for_the_next(rig: Rig):
    rig.says("wang", "1", "2")
    rig.work()
    hanging = asyncio.Event()
    send = rig.channel.send

    async def hang(*_: object) -> None:
        hanging.set()
        await asyncio.Event().wait()

    rig.channel.send = hang
    outbox = Outbox(rig.database, rig.channel, rig.clock)
    with suppress(asyncio.CancelledError):
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(outbox.run())
            await hanging.wait()
            sending.cancel()
    rig.channel.send = send
    await rig.new_outbox().deliver_due()

    assert rig.texts("wang") == ["1", "2"]
