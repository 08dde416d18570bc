"""The clock on the stage: it ticks when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.domain.roles import Role
from bot.jobs import timetable
from bot.jobs.clock import Metronome
from bot.jobs.timetable import Job, Rhythm, Tick
from bot.services.desk import Desk
from storage.database import Database
from storage.models import InboxRow
from tests.dialogue import Actor, Stage

timetable.load()

BEFORE_DAWN = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
"""Half past four in the morning of a Tuesday in China, when the nightly jobs are due."""


@dataclass
class Diary:
    """A job that notes what it is called for. `parts` is how many parts it asks for."""

    parts: int = 1
    ticks: list[Tick] = field(default_factory=list)

    def run(self, _desk: Desk, tick: Tick) -> bool:
        self.ticks.append(tick)
        return tick.part < self.parts


@pytest.fixture
def keep_diary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Diary]]:
    """Return a function that puts a job into the timetable which notes its ticks, and gives its diary."""

    def keep(rhythm: Rhythm, *, parts: int = 1, catches_up: bool = True) -> Diary:
        diary = Diary(parts)
        monkeypatch.setitem(timetable.jobs, "diary", Job("diary", rhythm, diary.run, catches_up))
        return diary

    return keep


def tick(stage: Stage, *names: str) -> None:
    """Let a clock that has just begun tick for these jobs, and all that follows happen."""
    metronome = Metronome(stage.inbox.put, stage.clock, lambda: stage.city, [timetable.jobs[name] for name in names])
    stage._runner.run(metronome.tick())
    stage.settle()


def rows(database: Database) -> list[InboxRow]:
    """The ticks in the inbox."""
    with database.reading() as session:
        return list(session.scalars(select(InboxRow).where(InboxRow.channel == "pk").order_by(InboxRow.id)))


@pytest.fixture
def admin(stage: Stage) -> Actor:
    return stage.staff(Role.ADMINISTRATOR, name="admin")


@pytest.fixture
def calm(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """No job but this one, so that none is late before a test says so; and disks are not looked at."""
    monkeypatch.setattr(timetable, "jobs", {"health": timetable.jobs["health"]})
