"""The chore `sweep`: delete the bytes that nothing in the database speaks of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from storage.blobs import Blobs
from storage.database import Database
from storage.queries import blobs as wanted

log = logging.getLogger(__name__)
BATCH = 500


class Sweeping:
    """Sweeps the blob store. The argument is `before`: what was last put since then is left alone (ISO 8601)."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs

    async def run(self, args: Mapping[str, Any]) -> None:
        """Sweep; nobody waits for it."""
        count = await asyncio.to_thread(self._sweep, datetime.fromisoformat(args["before"]))
        log.info("swept %d blobs", count)

    def lost(self, _args: Mapping[str, Any], _reason: str) -> None:
        """Let it be: the next sweep finds the same."""

    def key(self, _args: Mapping[str, Any]) -> str:
        """Return nothing, since nothing comes back."""
        return ""

    def _sweep(self, before: datetime) -> int:
        self._blobs.discard_partial(before)
        with self._database.reading() as session:
            underway = wanted.underway(session)
        old, count = (each for each in self._blobs.addresses(before) if each not in underway), 0
        while some := list(islice(old, BATCH)):
            with self._database.reading() as session:
                belonging = wanted.belonging(session, some)
            count += sum(self._blobs.discard(each, before) for each in some if each not in belonging)
        return count
