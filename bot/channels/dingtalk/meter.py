"""Counts the calls that the vendor counts, and writes them down now and then."""

from __future__ import annotations

import logging
from functools import partial

from bot.clock import Clock
from storage.database import Database
from storage.queries import uses

log = logging.getLogger(__name__)

_AT_ONCE = 20
"""So many calls are written down together: what a kill may forget of 5,000."""


class Uses:
    """The calls of one account; `allowed` is how many there may be in a month."""

    def __init__(self, database: Database, account: tuple[str, str], allowed: int, clock: Clock) -> None:
        self._database = database
        self._account = account
        self._allowed = allowed
        self._clock = clock
        self._unwritten = 0

    async def count(self) -> None:
        """Count one. Raises nothing: what cannot be written down now is later."""
        self._unwritten += 1
        if self._unwritten >= _AT_ONCE:
            await self.write()

    async def write(self) -> None:
        """Write down what was counted."""
        count, self._unwritten = self._unwritten, 0
        if not count:
            return
        month = uses.month_of(self._clock.now())
        add = partial(uses.add, account=self._account, month=month, calls=count, allowed=self._allowed)
        try:
            await self._database.write(add)
        except Exception as error:  # noqa: BLE001 -- a count is no reason to keep a message back
            self._unwritten += count
            log.info("dingtalk: %d calls are not written down yet (%s)", count, type(error).__name__)


class Uncounted:
    """For accounts whose calls nobody counts."""

    async def count(self) -> None:
        """Do nothing."""

    async def write(self) -> None:
        """Do nothing."""
