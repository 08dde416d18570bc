"""The clock: whenever a job is due it writes a tick into the inbox, and does nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.city.model import City
from bot.clock import Clock
from bot.jobs.ticks import envelope
from bot.jobs.timetable import Job
from bot.port import Intake

log = logging.getLogger(__name__)
BEAT_SECONDS = 1.0


class Metronome:
    """Ticks for all jobs. Several may tick at once, and one may begin anew: a slot has one row, whoever writes it.

    APScheduler only beats. Each beat asks what is due by the time of day: so a machine that slept, a clock that was
    set, or another city pack with other times makes nothing late and nothing lost.
    """

    def __init__(
        self, intake: Intake, clock: Clock, city: Callable[[], City], jobs: Iterable[Job], *, beat: float = BEAT_SECONDS
    ) -> None:
        self._intake = intake
        self._clock = clock
        self._city = city
        self._jobs = list(jobs)
        self._beat = beat
        self._beaten = asyncio.Event()
        self._written: dict[str, datetime] = {}

    async def run(self) -> None:
        """Tick until cancelled."""
        defaults = {"coalesce": True, "misfire_grace_time": None}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        scheduler.add_job(self._ring, "interval", seconds=self._beat)
        scheduler.start()
        try:
            while True:
                await self._try()
                await self._beaten.wait()
                self._beaten.clear()
        finally:
            scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Write the newest slot of each job, where this clock has not done so. A failed commit is raised."""
        now, city = self._clock.now(), self._city()
        slots = {job.name: slot for job in self._jobs if (slot := job.rhythm.slot(now, city)) is not None}
        due = {name: slot for name, slot in slots.items() if self._written.get(name) != slot}
        if due:
            await self._intake([envelope(name, slot) for name, slot in due.items()])
            self._written |= due

    async def _try(self) -> None:
        try:
            await self.tick()
        except Exception as error:  # noqa: BLE001 -- whatever it was, the next beat tries again
            log.warning("the clock could not write its ticks (%s)", type(error).__name__)

    async def _ring(self) -> None:
        self._beaten.set()
