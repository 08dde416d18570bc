"""The clock: each slot once, whoever ticks, however long everybody slept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from bot.jobs import timetable
from bot.jobs.clock import Metronome
from bot.jobs.ticks import envelope
from bot.jobs.timetable import Every, Tick
from bot.pipeline.inbox import Inbox
from bot.pipeline.leases import Leases
from bot.pipeline.notes import by_themselves
from bot.pipeline.quarantine import replay
from bot.port import Envelope
from storage.database import Database
from storage.models import JobRun
from tests.dialogue import MONDAY, MovedClock, Stage
from tests.jobs.conftest import Diary, rows, tick
from tests.small_city import small_city

HOURLY = Every(timedelta(hours=1))
HOUR = timedelta(hours=1)
on_postgresql = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def test_a_job_gets_each_slot_once_though_the_clock_begins_anew(stage: Stage, keep_diary: Callable[..., Diary]):
    diary = keep_diary(HOURLY)
    for _ in range(6):
        tick(stage, "diary")
        stage.advance(minutes=30)

    assert diary.ticks == [Tick(MONDAY), Tick(MONDAY + HOUR), Tick(MONDAY + 2 * HOUR)]


@pytest.mark.parametrize(("catches_up", "level"), [(True, logging.INFO), (False, logging.WARNING)])
def test_after_a_sleep_a_job_gets_the_newest_slot_and_how_many_were_skipped(
    stage: Stage, keep_diary: Callable[..., Diary], caplog: pytest.LogCaptureFixture, catches_up: bool, level: int
):
    caplog.set_level(logging.INFO, "bot.jobs")
    diary = keep_diary(HOURLY, catches_up=catches_up)
    tick(stage, "diary")
    stage.advance(hours=4, minutes=20)
    tick(stage, "diary")

    assert diary.ticks == [Tick(MONDAY), Tick(MONDAY + 4 * HOUR, skipped=3)]
    assert [record.levelno for record in caplog.records if "slept through 3 slots" in record.getMessage()] == [level]


def test_a_job_may_work_a_slot_in_parts_each_in_a_transaction_of_its_own(
    stage: Stage, keep_diary: Callable[..., Diary]
):
    diary = keep_diary(HOURLY, parts=3)
    tick(stage, "diary")
    tick(stage, "diary")

    assert [each.part for each in diary.ticks] == [1, 2, 3]
    assert len(rows(stage.database)) == 3


def test_a_slot_whose_row_was_pruned_is_not_worked_again(stage: Stage, keep_diary: Callable[..., Diary]):
    diary = keep_diary(HOURLY)
    tick(stage, "diary")
    with stage.database.begin() as session:
        for row in rows(stage.database):
            session.delete(row)
    tick(stage, "diary")

    assert len(diary.ticks) == 1
    assert [row.state for row in rows(stage.database)] == ["done"]


def test_an_older_slot_that_comes_late_is_over(stage: Stage, keep_diary: Callable[..., Diary]):
    diary = keep_diary(HOURLY)
    tick(stage, "diary")
    stage.receives(envelope("diary", MONDAY - HOUR))

    assert len(diary.ticks) == 1


def test_time_begins_anew_where_a_machines_clock_was_far_ahead(stage: Stage, keep_diary: Callable[..., Diary]):
    diary = keep_diary(HOURLY)
    stage.clock.move(timedelta(days=400))
    tick(stage, "diary")
    stage.clock.move(timedelta(days=-400))
    tick(stage, "diary")
    stage.advance(hours=1)
    tick(stage, "diary")

    assert [each.slot for each in diary.ticks] == [MONDAY + timedelta(days=400), MONDAY, MONDAY + HOUR]
    assert [each.skipped for each in diary.ticks] == [0, 0, 0]


def test_a_job_that_fails_stays_undone_and_can_be_replayed(stage: Stage, keep_diary: Callable[..., Diary]):
    diary = keep_diary(HOURLY)
    broken = timetable.Job("diary", HOURLY, lambda *_: 1 / 0, catches_up=True)
    working, timetable.jobs["diary"] = timetable.jobs["diary"], broken
    with pytest.raises(ZeroDivisionError):
        tick(stage, "diary")
    with stage.database.begin() as session:
        assert session.get(JobRun, "diary") is None
        for row in rows(stage.database):
            session.merge(row).state = "quarantined"
    timetable.jobs["diary"] = working
    with stage.database.begin() as session:
        assert replay(session, None, stage.now) == 1
    stage.settle()

    assert [each.slot for each in diary.ticks] == [MONDAY]


@on_postgresql
def test_two_clocks_at_once_make_each_slot_happen_once(stage: Stage, keep_diary: Callable[..., Diary]):
    diary = keep_diary(HOURLY)

    async def both(clocks: Sequence[Metronome]) -> None:
        await asyncio.gather(*(each.tick() for each in clocks))

    with closing(Database(stage.database.url)) as other:
        inboxes = [Inbox(by_themselves(database, stage.clock)) for database in (stage.database, other)]
        for _ in range(10):
            clocks = [_metronome(inbox.put, stage.clock) for inbox in inboxes]
            stage._runner.run(both(clocks))
            stage.advance(hours=1)

    assert diary.ticks == [Tick(MONDAY + number * HOUR) for number in range(10)]
    assert len(rows(stage.database)) == 10


class Heard:
    """Takes ticks, and lets a test wait for them."""

    def __init__(self) -> None:
        self.slots: list[str] = []
        self.changed = asyncio.Event()

    async def put(self, envelopes: Sequence[Envelope]) -> None:
        self.slots += [each.key for each in envelopes]
        self.changed.set()

    async def until(self, count: int) -> None:
        while len(self.slots) < count:
            self.changed.clear()
            await self.changed.wait()


async def test_it_ticks_by_itself_when_a_slot_begins(keep_diary: Callable[..., Diary]):
    keep_diary(HOURLY)
    heard, clock = Heard(), MovedClock()
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        running = group.create_task(_metronome(heard.put, clock).run())
        await heard.until(1)
        clock.move(HOUR)
        await heard.until(2)
        clock.move(5 * HOUR)
        await heard.until(3)
        running.cancel()

    assert heard.slots == [envelope("diary", MONDAY + number * HOUR).key for number in (0, 1, 6)]


async def test_an_outage_is_waited_out(keep_diary: Callable[..., Diary], caplog: pytest.LogCaptureFixture):
    keep_diary(HOURLY)
    heard, troubles = Heard(), [OperationalError("INSERT", {}, Exception("away"))] * 2

    async def put(envelopes: Sequence[Envelope]) -> None:
        if troubles:
            raise troubles.pop()
        await heard.put(envelopes)

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        running = group.create_task(_metronome(put, MovedClock()).run())
        await heard.until(1)
        running.cancel()

    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert len(heard.slots) == 1


@pytest.fixture
def databases(migrated_url: str) -> Iterator[list[Database]]:
    with ExitStack() as stack:
        yield [stack.enter_context(closing(Database(migrated_url))) for _ in range(2)]


@on_postgresql
async def test_only_the_holder_ticks_and_another_takes_over_when_it_dies(
    databases: list[Database], keep_diary: Callable[..., Diary]
):
    keep_diary(HOURLY)
    clock, heard = MovedClock(), [Heard(), Heard()]
    leases = [Leases(each, name, seconds=0.6) for each, name in zip(databases, ("one", "two"), strict=True)]

    async def process(number: int) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(leases[number].run())
            group.create_task(leases[number].guard("clock", _metronome(heard[number].put, clock).run))

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        first = group.create_task(process(0))
        await heard[0].until(1)
        second = group.create_task(process(1))
        clock.move(HOUR)
        await heard[0].until(2)
        assert heard[1].slots == []
        first.cancel()  # dies without giving anything back
        clock.move(HOUR)
        await heard[1].until(1)
        second.cancel()

    assert heard[1].slots == [envelope("diary", MONDAY + 2 * HOUR).key]


def _metronome(put: Callable, clock: MovedClock) -> Metronome:
    return Metronome(put, clock, small_city, [timetable.jobs["diary"]], beat=0.01)
