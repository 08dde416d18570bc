"""The chore `mydata`: write out all that is kept of somebody, as a file for them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.pipeline.house import House
from bot.services import people
from bot.services.leaving import mydata
from storage.blobs import Blobs
from storage.database import Database


class Exporting:
    """Writes such files. The arguments are request (an id), at (ISO 8601), person (id), chat (`bot.port.Chat`)."""

    def __init__(self, database: Database, blobs: Blobs, house: House) -> None:
        self._database = database
        self._blobs = blobs
        self._house = house

    async def run(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """Return where the file is."""
        now = datetime.fromisoformat(args["at"])

        def collect(session: Session) -> dict[str, Any]:
            return mydata.export(session, people.merged(session, args["person"]), self._house.city, now)

        found = await self._database.read(collect)
        text = json.dumps(found, ensure_ascii=False, indent=1)
        return {**_whose(args), "blob": await asyncio.to_thread(self._blobs.put, text.encode())}

    def lost(self, args: Mapping[str, Any], _reason: str) -> dict[str, Any]:
        """Return that there is no file."""
        return {**_whose(args), "blob": ""}

    def key(self, args: Mapping[str, Any]) -> str:
        """Return what makes a result unique: a request is answered once."""
        return f"mydata:{args['request']}"


def _whose(args: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": "mydata", "person": args["person"], "chat": args["chat"]}
