"""The worker and the whole row's way, as it runs: woken, stopped, patient, and on PostgreSQL beside others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from types import NoneType

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot.handlers import router
from bot.pipeline.acknowledging import Acknowledging
from bot.pipeline.engine import ALL, Done, Engine
from bot.pipeline.inbox import Inbox
from bot.pipeline.leases import Leases
from bot.pipeline.notes import Note
from bot.pipeline.outbox import Outbox
from bot.pipeline.worker import Worker
from bot.port import Press
from storage.database import Database
from tests.pipeline.conftest import Rig


async def test_a_message_goes_all_the_way_and_the_loops_stop_when_asked(rig: Rig):
    acknowledging = Acknowledging(rig.house.channels)
    worker = Worker(rig.engine, lambda: ALL, lambda _: outbox.wake())
    outbox = Outbox(rig.database, rig.channel, rig.clock, worker.keep)
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

    inbox = Inbox(worker.keep, acknowledging.add)
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        sending = group.create_task(outbox.run())
        acknowledger = group.create_task(acknowledging.run())
        await inbox.put([rig.channel.says("wang", "hello")])
        await inbox.put([rig.channel.says("wang", Press(token="x", press_id="p1"))])
        await arrived.wait()
        outbox.stop()
        await sending
        worker.stop()
        await acknowledged.wait()
        acknowledger.cancel()

    assert rig.texts("wang") == ["hello", "press"]
    assert rig.channel.acknowledged == ["p1"]
    assert [row.state for row in rig.outgoing()] == ["sent"] * 2


async def test_an_outage_is_waited_out(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    waits, over = [], asyncio.Event()
    outages = [OperationalError("BEGIN", {}, Exception("locked"))] * 3
    work = rig.engine.work

    def flaky(*what: object) -> Done:
        if outages:
            raise outages.pop()
        return work(*what)

    async def wait(_self: object, error: Exception, who: str) -> None:
        waits.append((type(error), who))

    monkeypatch.setattr(rig.engine, "work", flaky)
    monkeypatch.setattr("bot.pipeline.patience.Patience.wait", wait)
    worker = Worker(rig.engine, lambda: ALL, lambda done: done.rows and over.set())
    rig.says("wang", "hello")
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        await over.wait()
        worker.stop()

    assert waits == [(OperationalError, "engine")] * 3
    assert [row.state for row in rig.inbox()] == ["done"]


async def test_without_partitions_a_worker_only_writes(rig: Rig):
    worker = Worker(rig.engine, frozenset, lambda _: None)
    async with running(worker):
        await worker.keep([rig.channel.says("wang", "hello")])

    assert [row.state for row in rig.inbox()] == ["pending"]


async def test_what_comes_while_a_batch_is_worked_shares_the_next_commit(rig: Rig):
    commits: list[object] = []
    event.listen(rig.database.engine, "commit", commits.append)
    worker = Worker(rig.engine, lambda: ALL, lambda _: None)
    async with running(worker), asyncio.TaskGroup() as group:
        for number in range(100):
            group.create_task(worker.keep([rig.channel.says("wang", str(number), key=f"k{number}")]))

    assert [row.key for row in rig.inbox()] == [f"k{number}" for number in range(100)]
    assert {row.state for row in rig.inbox()} == {"done"}
    assert len(commits) <= 4


async def test_a_failed_commit_is_raised_to_everyone_who_joined_it(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    def work(_: object, notes: Sequence[Note]) -> Done:
        if notes:
            raise OperationalError("INSERT", {}, Exception("disk full"))
        return Done()

    monkeypatch.setattr(rig.engine, "work", work)
    worker = Worker(rig.engine, lambda: ALL, lambda _: None)
    puts = (worker.keep([rig.channel.says("wang", str(number))]) for number in range(3))
    async with running(worker):
        results = await asyncio.gather(*puts, return_exceptions=True)

    assert [type(result) for result in results] == [OperationalError] * 3
    assert rig.inbox() == []


async def test_a_note_that_cannot_be_written_is_its_bringers_trouble_alone(rig: Rig):
    half = rig.channel.says("wang", "x").model_copy(update={"key": "\ud800"})
    whole = rig.channel.says("li", "hello")
    worker = Worker(rig.engine, lambda: ALL, lambda _: None)
    async with running(worker):
        results = await asyncio.gather(worker.keep([whole]), worker.keep([half]), return_exceptions=True)

    assert [type(result) for result in results] == [NoneType, UnicodeEncodeError]
    assert rig.heard == [("li", "hello")]


@asynccontextmanager
async def running(worker: Worker) -> AsyncIterator[None]:
    """Let a worker run, and stop it at the end."""
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        yield
        worker.stop()


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
        Worker(Engine(database, rig.house, rig.clock), partitions_of(leases), watch(rig, left))
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
    outbox = rig.new_outbox()
    with suppress(asyncio.CancelledError):
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(outbox.run())
            await hanging.wait()
            sending.cancel()
    rig.channel.send = send
    await rig.new_outbox().deliver_due()

    assert rig.texts("wang") == ["1", "2"]
