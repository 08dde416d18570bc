"""Thousands of deadlines come due while the program is killed and its clock jumps: each must be said once.

Three times something is due for every case: its limit at a moment of its own within the first minutes, a rung of the
ladder an hour of work later, and the next morning's nag. To the last two the clock jumps, and back by half an hour in
between. Two programs share the work on PostgreSQL; when the one is killed that keeps the clock, the other takes over.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, select

from bot.pipeline.leases import is_dead
from storage.database import Database
from storage.models import Alarm, Event, Hearer, InboxRow, Lease, OutboxRow, Reminder
from tests.crash.backlog import NINE, Backlog, lay_out
from tests.crash.harness import settings
from tests.crash.moved import VARIABLE, MovedClock
from tests.crash.program import Program, Start
from tests.fakes.bot_api import FakeBotApi

QUIET = 600.0
"""So many seconds the program has for all that is due at once."""
NAG = "等您办"
A_DAY = 2
"""New nag cards a person and day, at most; and as many more as may have been in flight at kills."""
MARKS = {"due", "rung 1", "2026-03-03"}
RUNG = NINE + timedelta(hours=2, minutes=30)
MORNING = NINE + timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """How many deadlines come due within how many seconds, by a clock of which speed; how many kills meanwhile, and
    after which share of the jumps of the clock.
    """

    deadlines: int
    seconds: float
    kills: int
    processes: int
    speed: float = 1.0
    seed: int = 1
    killing_jumps: float = 1.0


@dataclass
class Outcome:
    """What came of it. Lateness is that of the limits, since the clock jumps to the rest; in seconds of its time."""

    deadlines: int = 0
    kills: int = 0
    lost: int = 0
    twice: int = 0
    cards: int = 0
    too_many: int = 0
    lateness: list[float] = field(default_factory=list)
    takeovers: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def p99(self) -> float:
        """The lateness that one of a hundred exceeds."""
        return sorted(self.lateness)[int(len(self.lateness) * 0.99)] if self.lateness else 0.0

    @property
    def is_good(self) -> bool:
        """Whether everything was said, and once."""
        return not (self.lost or self.twice or self.too_many)


async def crash(plan: Plan, url: str, folder: Path, start: Start) -> Outcome:
    """Play a plan on a migrated, empty database."""
    database, clock = Database(url), MovedClock(folder / "clock")
    clock.move(NINE)
    try:
        async with FakeBotApi(limits=False) as api:
            backlog = lay_out(database, api, plan.deadlines, plan.seconds, Random(plan.seed))
            return await _Test(
                plan, database, clock, backlog, list(_programs(plan, url, folder, api.url, start))
            ).play()
    finally:
        database.close()


def _programs(plan: Plan, url: str, folder: Path, api: str, start: Start) -> Iterator[Program]:
    for number in range(plan.processes):
        given = settings(url, "polling", folder, api) | {VARIABLE: str(folder / "clock"), "PK_WEB_CHAT": "0"}
        yield Program(start, given, folder / f"program-{number}.log")


class _Test:
    def __init__(
        self, plan: Plan, database: Database, clock: MovedClock, backlog: Backlog, programs: list[Program]
    ) -> None:
        self.plan, self.database, self.clock, self.backlog, self.programs = plan, database, clock, backlog, programs
        self.chance = Random(plan.seed + 1)
        self.outcome = Outcome(plan.deadlines)

    async def play(self) -> Outcome:
        began = time.monotonic()
        try:
            self.clock.move(NINE, self.plan.speed)
            for program in self.programs:
                await program.start()
            await self._kill_until(NINE + timedelta(seconds=60 + self.plan.seconds))
            await self._quiet("due")
            for name, moment in (("rung 1", RUNG), ("", RUNG - timedelta(minutes=30)), ("2026-03-03", MORNING)):
                self.clock.move(moment, self.plan.speed)
                if self.chance.random() < self.plan.killing_jumps:
                    await self._kill(after=self.chance.uniform(0.2, 2.0))
                await self._quiet(name)
        finally:
            for program in self.programs:
                await program.kill()
        self.outcome.seconds = time.monotonic() - began
        with self.database.reading() as session:
            self._look(session)
        return self.outcome

    async def _kill_until(self, end: datetime) -> None:
        """Kill at moments spread over the time in which the limits run out."""
        left = (end - self.clock.now()) / timedelta(seconds=self.plan.speed)
        moments = sorted(self.chance.uniform(0.05, 0.95) * left for _ in range(self.plan.kills))
        began = time.monotonic()
        for moment in moments:
            await self._kill(after=max(0.0, began + moment - time.monotonic()))
        await asyncio.sleep(max(0.0, began + left - time.monotonic()))

    async def _kill(self, after: float) -> None:
        """Kill one of the programs, whichever chance says, and start it again at once or a little later."""
        await asyncio.sleep(after)
        program = self.chance.choice(self.programs)
        kept_the_clock = len(self.programs) > 1 and await self.database.read(_is_kept)
        await program.kill()
        self.outcome.kills += 1
        if kept_the_clock and not await self.database.read(_is_kept):
            began = time.monotonic()
            await self._taken_over()
            self.outcome.takeovers.append(time.monotonic() - began)
        await program.start()

    async def _taken_over(self) -> None:
        """Wait until a program that lives keeps the clock."""
        async with asyncio.timeout(QUIET):
            while not await self.database.read(_is_kept):  # noqa: ASYNC110 -- a database rings no bell
                await asyncio.sleep(0.02)

    async def _quiet(self, name: str) -> None:
        """Wait until everything up to now has been said and sent."""
        async with asyncio.timeout(QUIET):
            while await self.database.read(lambda session: self._waits(session, name)):  # noqa: ASYNC110
                await asyncio.sleep(0.2)

    def _waits(self, session: Any, name: str) -> bool:
        said = select(func.count()).select_from(Reminder).where(Reminder.name == name)
        if name and session.scalar(said) < self.plan.deadlines:
            return True
        due = select(Alarm.case_id).where(Alarm.at <= self.clock.now()).limit(1)
        rows = [select(table.id).where(table.state == "pending").limit(1) for table in (InboxRow, OutboxRow)]
        changed = select(Hearer.person_id).where(Hearer.changed).limit(1)
        return any(session.scalar(query) is not None for query in (due, changed, *rows))

    def _look(self, session: Any) -> None:
        outcome, due = self.outcome, self.backlog.due
        said = Counter(
            (row.case_id, row.name) for row in session.execute(select(Reminder.case_id, Reminder.name, Reminder.at))
        )
        climbed = Counter(session.scalars(select(Event.subject).where(Event.action == "escalate")))
        outcome.lost = sum(not said[case_id, name] for case_id in due for name in MARKS)
        outcome.lost += sum(not climbed[f"case:{case_id}"] for case_id in due)
        outcome.twice = sum(count - 1 for count in [*said.values(), *climbed.values()])
        outcome.twice += sum(name not in MARKS for _, name in said)
        limits = session.execute(select(Reminder.case_id, Reminder.at).where(Reminder.name == "due"))
        outcome.lateness = [(at - due[case_id]).total_seconds() for case_id, at in limits]
        self._look_at_cards()

    def _look_at_cards(self) -> None:
        for user in (*self.backlog.leaders, self.backlog.dispatcher):
            sent = sum(event.kind == "sent" and NAG in event.message.text for event in user.chat.events)
            self.outcome.cards += sent
            self.outcome.too_many += max(0, sent - 2 * A_DAY - self.outcome.kills)


def _is_kept(session: Any) -> bool:
    """Tell whether a process that lives keeps the clock."""
    holder = session.scalar(select(Lease.holder).where(Lease.name == "clock"))
    return bool(holder) and not is_dead(holder)
