"""Time, and waiting for something to happen without sleeping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wall_clock() -> float:
    """Return Unix seconds: the double stands outside the program and has a clock of its own."""
    return time.time()  # noqa: TID251


class Bell:
    """Rung at every change; who waits looks again at each ring."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake everyone who waits."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()

    async def wait(self) -> None:
        """Wait for the next ring."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

    async def until(self, look: Callable[[], Found | None], timeout: float, complain: Callable[[], str]) -> Found:  # noqa: ASYNC109
        """Return what `look` finds, as soon as it finds something.

        Raises AssertionError with `complain()` after `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while (found := look()) is None:
                    await self.wait()
                return found
        except TimeoutError:
            raise AssertionError(complain()) from None
