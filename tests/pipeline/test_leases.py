"""Leases: one holder at a time, on the database's clock, taken over when it expires or its process is gone."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from bot.pipeline.engine import ALL
from bot.pipeline.leases import Leases, is_dead, new_holder
from storage.database import Database
from storage.models import Lease
from storage.models.pipeline import PARTITIONS
from tests.pipeline.conftest import Rig

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def expire(database: Database, holder: str) -> None:
    """Let what somebody holds be long over."""
    theirs = update(Lease).where(Lease.holder == holder)
    await database.write(lambda session: session.execute(theirs.values(until=LONG_AGO)))


async def test_only_one_holds_a_lease(rig: Rig):
    one, other = Leases(rig.database, "one"), Leases(rig.database, "other")
    for each in (one, other):
        each._wanted.add("clock")
    await one.refresh()
    await other.refresh()
    await one.refresh()

    assert one.holds("clock")
    assert not other.holds("clock")


async def test_an_expired_lease_is_taken_over_and_the_old_holder_notices(rig: Rig):
    one, other = Leases(rig.database, "one"), Leases(rig.database, "other")
    for each in (one, other):
        each._wanted.add("clock")
    await one.refresh()
    await expire(rig.database, "one")
    await other.refresh()
    await one.refresh()

    assert other.holds("clock")
    assert not one.holds("clock")


async def test_a_lease_is_not_trusted_beyond_its_time(rig: Rig):
    one = Leases(rig.database, "one", seconds=0)
    one._wanted.add("clock")
    await one.refresh()

    assert not one.holds("clock")


async def test_what_is_released_is_free_at_once(rig: Rig):
    one, other = Leases(rig.database, "one"), Leases(rig.database, "other")
    for each in (one, other):
        each._wanted.add("clock")
        each.join_inbox()
    await one.refresh()
    await one.release()
    await other.refresh()

    assert not one.holds("clock")
    assert other.holds("clock")
    assert other.partitions == ALL


async def test_the_inbox_is_shared_fairly_and_whole(rig: Rig):
    members = [Leases(rig.database, name) for name in ("one", "two", "three")]
    for count in range(1, 4):
        for each in members[:count]:
            each.join_inbox()
        for _ in range(2):
            for each in members[:count]:
                await each.refresh()
        shares = [each.partitions for each in members[:count]]
        assert max(map(len, shares)) == -(-PARTITIONS // count)
        assert sorted(part for share in shares for part in share) == list(range(PARTITIONS))

    await expire(rig.database, "three")
    for _ in range(2):
        for each in members[:2]:
            await each.refresh()
    assert members[0].partitions | members[1].partitions == ALL


async def test_a_process_that_is_gone_is_not_waited_for(rig: Rig):
    gone = await asyncio.create_subprocess_exec("true")
    await gone.wait()
    where, pid, word = new_holder().split(":")
    assert where, "this test needs Linux"
    dead, reborn = f"{where}:{gone.pid}:{word}", f"{where}:{pid}:00000000"
    assert [is_dead(holder) for holder in (dead, reborn)] == [True, True]
    for living_or_unknown in (new_holder(), f"{where}:{os.getppid()}:x", f"elsewhere:{gone.pid}:x", "one", ""):
        assert not is_dead(living_or_unknown)

    crashed, successor = Leases(rig.database, dead), Leases(rig.database)
    for each in (crashed, successor):
        each._wanted.add("clock")
        each.join_inbox()
        await each.refresh()
    assert successor.holds("clock")
    assert successor.partitions == ALL


async def test_guarded_work_runs_while_the_lease_is_held_and_stops_when_it_is_lost(rig: Rig):
    one, other = Leases(rig.database, "one"), Leases(rig.database, "other")
    running, stopped = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        running.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    other._wanted.add("sender")
    async with asyncio.TaskGroup() as group:
        guarding = group.create_task(one.guard("sender", work))
        await asyncio.sleep(0)
        await one.refresh()
        await running.wait()
        await expire(rig.database, "one")
        await other.refresh()
        await one.refresh()
        await stopped.wait()
        assert not guarding.done(), "it waits for the lease to come back"

        running.clear()
        await expire(rig.database, "other")
        await one.refresh()
        await running.wait()
        guarding.cancel()


async def test_guarded_work_that_ends_ends_the_guard(rig: Rig):
    leases = Leases(rig.database, "one")

    async def work() -> None:
        return

    async with asyncio.TaskGroup() as group:
        guarding = group.create_task(leases.guard("sender", work))
        await asyncio.sleep(0)
        await leases.refresh()
    assert guarding.result() is None


async def test_the_error_of_guarded_work_is_raised(rig: Rig):
    leases = Leases(rig.database, "one")

    async def work() -> None:
        raise ZeroDivisionError

    leases._wanted.add("sender")
    await leases.refresh()
    with pytest.raises(ExceptionGroup) as caught:
        await leases.guard("sender", work)
    assert caught.group_contains(ZeroDivisionError)
