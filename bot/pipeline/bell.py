"""A bell between the loops: whoever has left work rings, whoever works waits for it."""

from __future__ import annotations

import asyncio


class Bell:
    """Rung from the event loop's thread; a ring while nobody waits is remembered."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake whoever waits, or let the next wait return at once."""
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Return at the next ring, at the latest after so many seconds; tell whether it was rung."""
        try:
            async with asyncio.timeout(seconds):
                return await self._rung.wait()
        except TimeoutError:
            return False
        finally:
            self._rung.clear()
