"""Two processes on one PostgreSQL: both tick, both work, and everything is said once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.jobs import timetable
from bot.jobs.clock import Metronome
from bot.pipeline.inbox import Inbox
from bot.pipeline.notes import by_themselves
from storage.models import Event, Reminder
from tests.dialogue import Stage
from tests.jobs.nagging import NAG, open_case

on_postgresql = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def other(stage: Stage, migrated_url: str, tmp_path: Path) -> Iterator[Stage]:
    """Another process beside the stage's, at the same time of day."""
    other = Stage(migrated_url, tmp_path)
    other.clock = other.engine._clock = stage.clock
    other.inbox = Inbox(by_themselves(other.database, stage.clock))
    yield other
    other.close()


@on_postgresql
def test_what_two_processes_work_at_once_is_said_once(stage: Stage, other: Stage):
    leader, head = stage.staff("point_leader", unit="U-E", point="P-1"), stage.staff("unit_head", unit="U-E")
    cases = [open_case(stage) for _ in range(20)]
    said = [leader.counts()]
    for hours in (1, 1, 5, 18):  # half of the time to take it, all of it, four hours more, the next day
        stage.advance(hours=hours)
        stage._runner.run(both_tick_and_work([stage, other]))
        for each in (stage, other):
            each.settle()
        said.append(sum(nags(each, leader.chat.id) for each in (stage, other)))

    assert said[1:] == [1, 2, 2, 3]
    assert sum(nags(each, head.chat.id) for each in (stage, other)) >= 1
    with stage.reading() as session:
        told = session.execute(
            select(Reminder.clock, Reminder.name, func.count()).group_by(
                Reminder.clock, Reminder.name, Reminder.person_id
            )
        ).all()
        assert {count for _, _, count in told} == {len(cases)}
        climbed = select(func.count()).where(Event.action == "escalate").group_by(Event.subject)
        assert set(session.scalars(climbed)) == {2}


async def both_tick_and_work(stages: list[Stage]) -> None:
    """Let both write the same tick, and both take what there is until nothing is left."""
    clocks = [Metronome(each.inbox.put, each.clock, lambda: stages[0].city, [timetable.jobs["nag"]]) for each in stages]
    await asyncio.gather(*(each.tick() for each in clocks))
    await asyncio.gather(*(asyncio.to_thread(work_off, each) for each in stages))


def work_off(stage: Stage) -> None:
    while stage.engine.work().rows:
        pass


def nags(stage: Stage, chat: str) -> int:
    return sum(NAG in shown.text for shown in stage.channel.chats.get(chat, []))
