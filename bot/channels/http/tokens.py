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
    """One token, which `ask` gets from the platform: whoever asks often is turned away."""

    def __init__(self, ask: Callable[[], Awaitable[Granted]], clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._token = ""
        self._until: datetime | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> str:
        """Return a token that lives. Raises what `ask` raises."""
        async with self._lock:
            now = self._clock.now()
            if self._until is None or now >= self._until:
                granted = await self._ask()
                self._token = granted.token
                self._until = now + max(timedelta(seconds=granted.seconds) - _EARLY, timedelta())
            return self._token

    def drop(self, token: str) -> None:
        """Forget a token that was refused, unless it is replaced already."""
        if token == self._token:
            self._until = None
