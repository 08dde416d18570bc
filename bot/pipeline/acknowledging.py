"""Tells platforms that a tap arrived: as soon as it is committed, best effort, never again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping

from bot.pipeline.house import Account
from bot.port import Channel

log = logging.getLogger(__name__)

Tap = tuple[Account, str]
"""Where it came in, and the platform's id of it."""

CONCURRENT = 16
QUEUED = 1000
"""Older taps are forgotten beyond this: their spinner stops by itself."""


class Acknowledging:
    """A few tasks that acknowledge taps."""

    def __init__(self, channels: Mapping[Account, Channel]) -> None:
        self._channels = channels
        self._taps: asyncio.Queue[Tap] = asyncio.Queue(QUEUED)

    def add(self, taps: Iterable[Tap]) -> None:
        """Acknowledge these soon."""
        for tap in taps:
            if self._taps.full():
                self._taps.get_nowait()
            self._taps.put_nowait(tap)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(CONCURRENT):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            account, press_id = await self._taps.get()
            try:
                await self._channels[account].acknowledge(press_id)
            except Exception as error:  # noqa: BLE001 -- best effort, whatever a platform may say
                log.debug("a tap was not acknowledged (%s)", type(error).__name__)
