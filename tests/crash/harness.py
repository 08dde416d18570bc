"""One crash test: people talk to the program while it is killed again and again; then the books are checked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal

from sqlalchemy import func, select, text

from storage.blobs import Blobs
from storage.database import Database
from storage.models import Chore, InboxRow, OutboxRow
from tests.crash import chats, checks, town
from tests.crash.checks import Findings
from tests.crash.program import Program, Start, free_port
from tests.crash.stories import STORIES, Story, Town
from tests.fakes.bot_api import TOKEN, FakeBotApi
from tests.fakes.bot_api.bell import Bell

Mode = Literal["polling", "webhook"]
QUIET = 120.0
"""So many seconds the program has to become quiet when everybody has said what they had to say."""
AT_ONCE = 100
"""So many stories at most are open at a time: whoever comes later waits for one to end."""
ROUND = [(story, length) for story, length, times in STORIES for _ in range(times)]


@dataclass(frozen=True)
class Plan:
    """How much and how hard: updates at least, how many of them a second, kills, and the seed of all chance.

    `hasty` is the share of kills that come within a second of a start, the others come when as much was done.
    """

    updates: int
    kills: int
    rate: float
    seed: int = 1
    hasty: float = 0.2
    repeated: float = 0.03


@dataclass
class Outcome:
    """What a test came to."""

    updates: int = 0
    repeated: int = 0
    kills: int = 0
    in_flight: set[int] = field(default_factory=set)
    doubled: int = 0
    seconds: float = 0.0
    findings: Findings = field(default_factory=Findings)

    @property
    def is_good(self) -> bool:
        """Whether nothing is lost, twice or out of order, and no message doubled but those in flight."""
        found = self.findings
        return not (found.lost or found.twice or found.order) and self.doubled <= len(self.in_flight)


class CountingApi(FakeBotApi):
    """The double, knowing which updates it has brought."""

    def __init__(self) -> None:
        super().__init__(limits=False)
        self.brought: dict[int, dict[str, Any]] = {}

    def deliver(self, update: dict[str, Any]) -> dict[str, Any]:
        """Bring an update and remember it."""
        update = super().deliver(update)
        self.brought[update["update_id"]] = update
        return update

    @property
    def confirmed(self) -> int:
        """How many updates the bot has taken."""
        return len(self.brought) - self.updates.waiting


async def crash(plan: Plan, url: str, mode: Mode, folder: Path, start: Start) -> Outcome:
    """Play a plan on a migrated, empty database."""
    code = town.found(url, town.LARGEST)
    database = Database(url)
    try:
        async with CountingApi() as api:
            program = Program(start, settings(url, mode, folder, api.url), folder / "program.log")
            return await _Test(plan, api, program, database, folder).play(code)
    finally:
        database.close()


def settings(url: str, mode: Mode, folder: Path, api: str) -> dict[str, str]:
    """Return the program's settings."""
    port = free_port()
    return {
        "PK_DATABASE_URL": url,
        "PK_DEMO": "0",
        "PK_BLOBS": str(folder / "blobs"),
        "PK_WEB_PORT": str(port),
        "PK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PK_TELEGRAM_TOKEN": TOKEN,
        "PK_TELEGRAM_API": api,
        "PK_TELEGRAM_MODE": mode,
        "PK_TELEGRAM_WEBHOOK_SECRET": "crash-test",
        "PK_PACING": "0",
        "PK_LOG_LEVEL": "WARNING",
    }


class _Test:
    def __init__(self, plan: Plan, api: CountingApi, program: Program, database: Database, folder: Path) -> None:
        self.plan, self.api, self.program, self.database, self.folder = plan, api, program, database, folder
        self.outcome = Outcome()
        self.random = Random(plan.seed)
        head = api.user("街道主任")
        group = api.group("千点街道", members=[head])
        head.chat.bell, group.bell = Bell(), Bell()
        self.stage = Town(town.points(town.LARGEST), head, group, Random(plan.seed))

    async def play(self, code: str) -> Outcome:
        began = time.monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(self._watch())
                await self.program.start()
                await self._open(code)
                killing = group.create_task(self._kill_and_restart())
                await self._tell_stories()
                killing.cancel()
                await asyncio.wait([killing])
                await self._quiet()
                watching.cancel()
        finally:
            await self.program.kill()
        self.outcome.seconds = time.monotonic() - began
        self._look()
        return self.outcome

    async def _watch(self) -> None:
        code = await self.program.ends_by_itself()
        log = self.program.log.read_text(encoding="utf-8", errors="replace")
        raise AssertionError(f"The program ended by itself with {code}:\n{log[-4000:]}")

    async def _open(self, code: str) -> None:
        """Let the unit have its head and its group."""
        head, group = self.stage.head, self.stage.group
        head.starts(code)
        await head.sees("千点街道", timeout=60)
        head.sends("/bind", chat=group)
        await group.sees("千点街道", timeout=60)

    # --- the people ---------------------------------------------------------------------------------------------------

    async def _tell_stories(self) -> None:
        """Begin stories at an even pace, whether the program lives or not, and wait until all have ended."""
        room = asyncio.Semaphore(AT_ONCE)
        began, count = time.monotonic(), 0
        async with asyncio.TaskGroup() as stories:
            for story, length in self._script():
                await asyncio.sleep(max(0.0, began + count / self.plan.rate - time.monotonic()))
                await room.acquire()
                stories.create_task(self._tell(story)).add_done_callback(lambda _: room.release())
                count += length

    def _script(self) -> Iterator[tuple[Story, int]]:
        count = len(self.api.brought)
        while count < self.plan.updates:
            for story, length in self.random.sample(ROUND, len(ROUND)):
                if count < self.plan.updates:
                    yield story, length
                    count += length

    async def _tell(self, story: Story) -> None:
        try:
            await story(self.stage, self.stage.person())
        except AssertionError as late:
            self.outcome.findings.lost.append(f"{story.__name__}: {late}"[:300])

    # --- the killer ---------------------------------------------------------------------------------------------------

    async def _kill_and_restart(self) -> None:
        chance = Random(self.plan.seed + 1)
        marks = sorted(chance.uniform(0.03, 0.93) * self.plan.updates for _ in range(self.plan.kills))
        for mark in marks:
            if chance.random() >= self.plan.hasty:
                await self._until_confirmed(mark)
                await asyncio.sleep(chance.uniform(0, 0.1))
            else:
                await asyncio.sleep(chance.uniform(0, 1))
            await self.program.kill()
            self.outcome.kills += 1
            await self._count_in_flight()
            self._repeat(chance)
            await self.program.start()

    async def _until_confirmed(self, count: float) -> None:
        while self.api.confirmed < count:
            await self.api.bell.wait()

    async def _count_in_flight(self) -> None:
        """Let what was sent arrive, and what its connections still do to the database end; then look."""
        await asyncio.sleep(0.03)
        while await self.database.read(_busy):  # noqa: ASYNC110 -- a database rings no bell
            await asyncio.sleep(0.01)
        with self.database.reading() as session:
            self.outcome.in_flight |= chats.in_flight(session, self.api)

    def _repeat(self, chance: Random) -> None:
        """Bring some updates once more that were confirmed."""
        unsure = {update["update_id"] for update in self.api.updates.unconfirmed}
        sure = [update for number, update in self.api.brought.items() if number not in unsure]
        count = int(len(sure) * self.plan.repeated)
        self.outcome.repeated += count
        for update in chance.sample(sure, count):
            self.api.redeliver(update)

    # --- the end ------------------------------------------------------------------------------------------------------

    async def _quiet(self) -> None:
        await self.api.drained(timeout=QUIET)
        async with asyncio.timeout(QUIET):
            while await self.database.read(_pending):  # noqa: ASYNC110 -- a database rings no bell
                await asyncio.sleep(0.1)

    def _look(self) -> None:
        outcome, blobs = self.outcome, Blobs(str(self.folder / "blobs"))
        twins = chats.doubled(self.api)
        outcome.updates, outcome.doubled = len(self.api.brought), len(twins)
        with self.database.reading() as session:
            found = checks.check(session, blobs, self.api, self.stage, self.api.brought)
        known = [twin for twin in twins if twin not in outcome.in_flight]
        found.twice += [f"message {twin} came again though it was known to have arrived" for twin in known]
        found.lost = outcome.findings.lost + found.lost
        outcome.findings = found


def _pending(session: Any) -> int:
    return sum(
        session.scalar(select(func.count()).select_from(table).where(table.state == "pending"))
        for table in (InboxRow, OutboxRow, Chore)
    )


def _busy(session: Any) -> int:
    """Count the connections that still do something; with SQLite all end with their process."""
    if session.get_bind().dialect.name == "sqlite":
        return 0
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    return int(session.scalar(text(query)))
