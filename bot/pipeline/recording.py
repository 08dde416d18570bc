"""The chore `records`: records of service written out for a platform or for the public, outside of any transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.pipeline.house import House
from bot.reports.period import Period
from bot.services.volunteering import records, recordsheets
from bot.services.volunteering.records import Purpose
from bot.services.volunteering.recordsheets import Sheets
from storage.blobs import Blobs
from storage.database import Database

log = logging.getLogger(__name__)

Args = Mapping[str, Any]


class Recording:
    """Writes records. The arguments: purpose, ending (xlsx, csv), first, last, units, language, key, made_at, chat."""

    def __init__(self, house: House, blobs: Blobs, database: Database) -> None:
        self._house = house
        self._blobs = blobs
        self._database = database

    async def run(self, args: Args) -> dict[str, Any]:
        """Return the address of the file, its name, and what is said with it."""
        return {**args, "kind": "records", **await asyncio.to_thread(self._make, args)}

    def lost(self, args: Args, _reason: str) -> dict[str, Any]:
        """Say that it could not be made."""
        return {**args, "kind": "records", "document": "", "name": "", "about": []}

    def key(self, args: Args) -> str:
        """Return what makes a result unique: who asked when."""
        return f"records:{args['key']}"

    def _make(self, args: Args) -> dict[str, Any]:
        house, purpose = self._house, Purpose(args["purpose"])
        period = Period(date.fromisoformat(args["first"]), date.fromisoformat(args["last"]), house.zone)
        units = None if args["units"] is None else frozenset(args["units"])
        with self._database.reading() as session:
            found = records.collect(session, period, units, purpose)
            sheets = Sheets(session, house.city, house.words, args["language"], datetime.fromisoformat(args["made_at"]))
            data = sheets.csv(found) if args["ending"] == "csv" else sheets.xlsx(found)
            about = list(sheets.about(found))
        if purpose is Purpose.RELEASE:  # passing on is to be accounted for, by number and not by name
            log.info("records of %d persons released to person=%d", records.people_in(found.named), args["person"])
        name = recordsheets.file_name(found, house.words, args["language"], args["ending"])
        return {"document": self._blobs.put(data), "name": name, "about": about}
