"""Keeps the engine going: one worker on SQLite, a few on PostgreSQL, each with its part of this process's inbox."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Protocol

from bot.pipeline.apart import Gone
from bot.pipeline.bell import Bell
from bot.pipeline.engine import Done
from bot.pipeline.patience import Patience
from storage.database import Database, is_outage

log = logging.getLogger(__name__)

_POLL = 0.5
"""After so many seconds a worker looks by itself: another process may have taken something in."""


class Works(Protocol):
    """An engine, in this process or apart."""

    async def work_aside(self, partitions: Collection[int]) -> Done:
        """Work one batch outside the event loop's thread. Raises `Gone` when that can never be again."""
        ...


class Workers:
    """The workers of one process. `partitions` tells its parts of the inbox; `done` hears of each batch."""

    def __init__(
        self,
        database: Database,
        engine: Works,
        partitions: Callable[[], Collection[int]],
        done: Callable[[Done], None],
    ) -> None:
        self._engine = engine
        self._partitions = partitions
        self._done = done
        self._bells = [Bell() for _ in range(1 if database.is_sqlite else 2)]
        self._stopping = False

    def wake(self) -> None:
        """Say that the inbox has something."""
        for bell in self._bells:
            bell.ring()

    def stop(self) -> None:
        """Finish the batch and begin no more."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Work until stopped."""
        self._stopping = False
        async with asyncio.TaskGroup() as group:
            for number, bell in enumerate(self._bells):
                group.create_task(self._work(number, bell))

    async def _work(self, number: int, bell: Bell) -> None:
        patience = Patience()
        while not self._stopping:
            try:
                done = await self._batch(number)
            except Gone:
                log.critical("the engine's process has ended, so this one ends too")
                raise
            except Exception as error:
                if not is_outage(error):
                    log.exception("the engine itself failed (%s)", type(error).__name__)
                await patience.wait(error, "engine")
                continue
            patience.reset()
            if done.rows:
                self._done(done)
            else:
                await bell.wait(_POLL)

    async def _batch(self, number: int) -> Done:
        mine = frozenset(part for part in self._partitions() if part % len(self._bells) == number)
        if not mine:
            return Done()
        return await self._engine.work_aside(mine)
