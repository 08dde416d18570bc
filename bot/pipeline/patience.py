"""How an outage of the database is waited out: without limit, and blaming nobody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from storage.database import is_outage

T = TypeVar("T")
log = logging.getLogger(__name__)

SHORTEST, LONGEST = 0.25, 30.0


class Patience:
    """Waits longer each time, up to half a minute."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def reset(self) -> None:
        """The database is back."""
        self._seconds = 0.0

    async def wait(self, error: BaseException, who: str) -> None:
        """Say so in the log and wait."""
        self._seconds = min(LONGEST, self._seconds * 2 or SHORTEST)
        log.warning("%s waits %.2f s: the database is away (%s)", who, self._seconds, type(error).__name__)
        await asyncio.sleep(self._seconds)


async def patiently(attempt: Callable[[], Awaitable[T]], who: str) -> T:
    """Try until the database is there, and return what came of it. Any other error is raised."""
    patience = Patience()
    while True:
        try:
            return await attempt()
        except Exception as error:
            if not is_outage(error):
                raise
            await patience.wait(error, who)
