"""The inbox: kept before anyone hears "OK", once, in groups."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.pipeline.gathering import Gathering, Interrupted
from bot.pipeline.inbox import Inbox, partition
from bot.port import Press
from storage.models.pipeline import PARTITIONS
from tests.pipeline.conftest import Rig


async def test_put_returns_after_the_commit(rig: Rig):
    inbox = Inbox(rig.database, rig.clock)
    await inbox.put([rig.channel.says("wang", "hello")])

    (row,) = rig.inbox()
    assert (row.channel, row.chat, row.state) == ("memory", "memory:test:wang", "pending")
    assert 0 <= row.partition < PARTITIONS


async def test_many_puts_share_a_few_commits_and_keep_their_order(rig: Rig):
    commits = []
    event.listen(rig.database.engine, "commit", commits.append)
    inbox = Inbox(rig.database, rig.clock)
    async with asyncio.TaskGroup() as group:
        for number in range(100):
            group.create_task(inbox.put([rig.channel.says("wang", str(number), key=f"k{number}")]))

    assert [row.key for row in rig.inbox()] == [f"k{number}" for number in range(100)]
    assert len(commits) <= 3


async def test_a_redelivery_changes_nothing(rig: Rig):
    inbox = Inbox(rig.database, rig.clock)
    envelope = rig.channel.says("wang", "hello", key="1")
    await inbox.put([envelope, envelope])
    rig.work()
    await inbox.put([envelope])

    assert [row.state for row in rig.inbox()] == ["done"]
    assert rig.work() == 0


async def test_an_id_that_is_taken_is_no_redelivery(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("storage.queries.inbox.new_id", lambda: 7)
    inbox = Inbox(rig.database, rig.clock)
    await inbox.put([rig.channel.says("wang", "hello")])
    with pytest.raises(IntegrityError):
        await inbox.put([rig.channel.says("li", "hello")])


async def test_the_engine_is_woken_after_the_commit(rig: Rig):
    seen = []
    inbox = Inbox(rig.database, rig.clock, lambda: seen.append(len(rig.inbox())))
    await inbox.put([rig.channel.says("wang", "hello")])

    assert seen == [1]


async def test_taps_are_told_as_soon_as_they_are_committed(rig: Rig):
    told = []
    inbox = Inbox(rig.database, rig.clock, pressed=lambda taps: told.append((taps, len(rig.inbox()))))
    taps = [Press(token="x", press_id="p1"), Press(token="x"), "no tap"]
    await inbox.put([rig.channel.says("wang", each) for each in taps])

    assert told == [([(("memory", "test"), "p1")], 3)]


async def test_a_failed_commit_is_raised_to_everyone_who_joined_it(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    async def fail(_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(rig.database, "write", fail)
    inbox = Inbox(rig.database, rig.clock)
    puts = (inbox.put([rig.channel.says("wang", str(number))]) for number in range(3))
    results = await asyncio.gather(*puts, return_exceptions=True)

    assert [type(result) for result in results] == [OperationalError] * 3
    assert rig.inbox() == []


async def test_a_cancelled_writer_leaves_nobody_waiting():
    begun = asyncio.Event()

    async def write(_: list[int]) -> None:
        begun.set()
        await asyncio.Event().wait()

    gathering = Gathering(write)
    leader = asyncio.ensure_future(gathering.add([1]))  # noqa: TID251 -- to be cancelled alone
    await begun.wait()
    follower, third = (asyncio.ensure_future(gathering.add([number])) for number in (2, 3))  # noqa: TID251
    await asyncio.sleep(0)
    follower.cancel()
    results = await asyncio.gather(follower, third, return_exceptions=True)
    leader.cancel()

    assert [type(result) for result in results] == [asyncio.CancelledError, Interrupted]


def test_a_chat_stays_in_its_partition():
    assert partition("telegram:1:42") == 4
    assert len({partition(f"telegram:1:{number}") for number in range(2000)}) == PARTITIONS
