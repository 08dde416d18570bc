"""Group commit: what many callers bring at once is written in one go, and each waits until it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


class Interrupted(Exception):
    """The caller who wrote for everyone was cancelled; whether it was written is not known."""


@dataclass(slots=True)
class _Batch(Generic[T]):
    items: list[T]
    written: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Gathering(Generic[T]):
    """Writes in batches, one after the other: while one is being written, the next gathers.

    The first to join a batch writes it for the others, so that no loop has to run beside.
    """

    def __init__(self, write: Callable[[list[T]], Awaitable[None]]) -> None:
        self._write = write
        self._writing = asyncio.Lock()
        self._open: _Batch[T] | None = None

    async def add(self, items: Iterable[T]) -> None:
        """Return when the items are written. The error of a failed write is raised to all who joined it."""
        batch = self._open
        if batch is not None:
            batch.items.extend(items)
            await asyncio.shield(batch.written)
            return
        batch = self._open = _Batch(list(items))
        try:
            await self._lead(batch)
        except BaseException as error:
            batch.written.set_exception(error if isinstance(error, Exception) else Interrupted())
            batch.written.exception()  # looked at: nobody else may be waiting
            raise
        batch.written.set_result(None)

    async def _lead(self, batch: _Batch[T]) -> None:
        try:
            await self._writing.acquire()
        finally:
            self._open = None  # whoever comes now gathers anew
        try:
            await self._write(batch.items)
        finally:
            self._writing.release()
