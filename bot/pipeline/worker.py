"""Keeps the engine going with this process's part of the inbox, and hands it what is to be written beside."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from bot.pipeline.apart import Gone
from bot.pipeline.bell import Bell
from bot.pipeline.engine import Done
from bot.pipeline.notes import Note
from bot.pipeline.patience import Patience
from storage.database import is_outage

log = logging.getLogger(__name__)

_POLL = 0.5
"""After so many seconds the worker looks by itself: another process may have taken something in."""


class Works(Protocol):
    """An engine, in this process or apart."""

    async def work_aside(self, partitions: Collection[int], notes: Sequence[Note]) -> Done:
        """Write notes and work one batch, in another thread. Raises `Gone` when that can never be again."""
        ...


class Worker:
    """The worker of one process. `partitions` tells its parts of the inbox; `done` hears of each batch."""

    def __init__(self, engine: Works, partitions: Callable[[], Collection[int]], done: Callable[[Done], None]) -> None:
        self._engine = engine
        self._partitions = partitions
        self._done = done
        self._bell = Bell()
        self._tray = _Tray()
        self._stopping = False

    async def keep(self, notes: Sequence[Note]) -> None:
        """Have notes written with the next batch; return when it is committed. Raises what kept them from it."""
        if notes:
            kept = self._tray.put(notes)
            self._bell.ring()
            await kept

    def stop(self) -> None:
        """Begin no more batches; `run` returns when nothing is left to be written."""
        self._stopping = True
        self._bell.ring()

    async def run(self) -> None:
        """Work until stopped."""
        patience = Patience()
        while self._tray or not self._stopping:
            tray, self._tray = self._tray, _Tray()
            try:
                done = await self._batch(tray)
            except Exception as error:
                if isinstance(error, Gone):
                    log.critical("the engine's process has ended, so this one ends too")
                    raise
                if not is_outage(error):
                    log.exception("the engine itself failed (%s)", type(error).__name__)
                self._done(Done())  # it may have committed something and not told
                await patience.wait(error, "engine")
                continue
            patience.reset()
            if done.rows:
                self._done(done)
            elif not self._tray and not self._stopping:
                await self._bell.wait(_POLL)

    async def _batch(self, tray: _Tray) -> Done:
        partitions = frozenset() if self._stopping else self._partitions()
        if not partitions and not tray:
            return Done()
        try:
            done = await self._engine.work_aside(partitions, tray.notes)
        except BaseException as error:
            tray.fail(error if isinstance(error, Exception) else Gone())
            raise
        tray.settle(done.refused)
        return done


class _Tray:
    """Notes that lie ready for one batch, and who waits for them."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self._waiting: list[tuple[range, asyncio.Future[None]]] = []

    def __bool__(self) -> bool:
        return bool(self.notes)

    def put(self, notes: Sequence[Note]) -> asyncio.Future[None]:
        """Lay notes down; what is returned ends when they are written, or with the error of one of them."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((range(len(self.notes), len(self.notes) + len(notes)), kept))
        self.notes.extend(notes)
        return kept

    def settle(self, refused: Mapping[int, Exception]) -> None:
        """End all waiting; `refused` tells which notes, by their places, could not be written."""
        for places, kept in self._waiting:
            _end(kept, next((refused[place] for place in places if place in refused), None))

    def fail(self, error: Exception) -> None:
        """End all waiting with an error."""
        for _, kept in self._waiting:
            _end(kept, error)


def _end(kept: asyncio.Future[None], error: Exception | None) -> None:
    if kept.done():  # whoever waited was cancelled
        return
    if error is None:
        kept.set_result(None)
    else:
        kept.set_exception(error)
