"""The chores that look after what the program stands on: `upkeep` of the database file, and how full the disks are."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from storage import upkeep
from storage.blobs import Blobs
from storage.database import Database

log = logging.getLogger(__name__)

_LEAST, _LEAST_SHARE = 2_000_000_000, 0.1
"""A disk is nearly full when less is free than both: 2 GB, and a tenth of it."""


class Upkeep:
    """Looks a database file through, and tidies it if it is whole. The arguments are slot, and whether `thorough`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is wrong."""
        engine = self._database.engine
        found = await asyncio.to_thread(upkeep.faults, engine, thorough=args["thorough"])
        for each in found:
            log.error("database: %s", each)
        if not found:
            await self._database.in_writer(self._tidy)
            log.info("database: whole, and tidied")
        faults = [("database", "", {"why": found[0], "n": len(found)})] if found else []
        return {"kind": "health", "looked_at": ["database"], "found": faults}

    def _tidy(self) -> None:
        """Tidy while no other process writes."""
        with self._database.turn():
            upkeep.tidy(self._database.engine)

    def lost(self, _args: Mapping[str, Any], _reason: str) -> None:
        """Let it be until the next night."""

    def key(self, args: Mapping[str, Any]) -> str:
        """Return what makes a result unique: a night is told once."""
        return f"upkeep:{args['slot']}"


class Disks:
    """Looks how full the disks are on which database and photos lie, as far as they are this machine's."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        file = database.engine.url.database if database.is_sqlite else None
        self._folders = {"photos": blobs.folder, "database": Path(file).absolute().parent if file else None}

    async def run(self, _args: Mapping[str, Any]) -> dict[str, Any]:
        """Return which are nearly full."""
        found = await asyncio.to_thread(lambda: list(self._look()))
        return {"kind": "health", "looked_at": ["disk"], "found": found}

    def lost(self, _args: Mapping[str, Any], _reason: str) -> None:
        """Let it be until the next hour."""

    def key(self, args: Mapping[str, Any]) -> str:
        """Return what makes a result unique."""
        return f"disk:{args['slot']}"

    def _look(self) -> Iterator[tuple[str, str, dict[str, int]]]:
        disks = {
            folder.stat().st_dev: (name, folder) for name, folder in self._folders.items() if folder and folder.exists()
        }
        for name, folder in disks.values():
            usage = shutil.disk_usage(folder)
            if usage.free < min(_LEAST, _LEAST_SHARE * usage.total):
                yield "disk", name, {"free": usage.free // 1_000_000}
