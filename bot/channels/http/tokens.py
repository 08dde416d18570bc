"""An access token: kept while it lives, renewed by one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clock import Clock

_EARLY = timedelta(minutes=5)
"""A token is renewed so long before it dies."""


class Granted(NamedTuple):
    """A token, and for how many seconds it was granted."""

    token: str
    seconds: float


class Token:
    """One token, which `ask` gets from the platform: whoever asks often is turned away.

    So whoever comes while it is being asked for shares the answer, a refusal too.
    """

    def __init__(self, ask: Callable[[], Awaitable[Granted]], clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._token = ""
        self._until: datetime | None = None
        self._asking: asyncio.Future[None] | None = None

    async def get(self) -> str:
        """Return a token that lives. Raises what `ask` raises."""
        if self._until is None or self._clock.now() >= self._until:
            if self._asking is None:
                self._asking = asyncio.get_running_loop().create_task(self._renew())
                self._asking.add_done_callback(_look)
            await asyncio.shield(self._asking)
        return self._token

    def drop(self, token: str) -> None:
        """Forget a token that was refused, unless it is replaced already."""
        if token == self._token:
            self._until = None

    async def _renew(self) -> None:
        try:
            now, granted = self._clock.now(), await self._ask()
            self._token = granted.token
            self._until = now + max(timedelta(seconds=granted.seconds) - _EARLY, timedelta())
        finally:
            self._asking = None


def _look(asked: asyncio.Future[None]) -> None:
    """Look at what came of it: those who waited may have gone."""
    if not asked.cancelled():
        asked.exception()
