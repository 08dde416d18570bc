"""Takes over another city pack within seconds of its import, in every process."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from sqlalchemy.orm import Session

from bot.city.load import load_city, pack_version, read_rows
from bot.city.model import City
from bot.pipeline.house import House
from storage.database import Database, is_outage

log = logging.getLogger(__name__)

_SECONDS = 3.0


def read_city(session: Session) -> tuple[datetime | None, City]:
    """Return the imported city and its version."""
    return pack_version(session), load_city(read_rows(session))


async def follow_city(database: Database, house: House, version: datetime | None) -> None:
    """Look every few seconds whether the pack has another version than the house, and move in; until cancelled."""
    while True:
        await asyncio.sleep(_SECONDS)
        try:
            if await database.read(pack_version) != version:
                version, city = await database.read(read_city)
                house.move_to(city)
                log.info("another city pack is in force")
        except Exception as error:
            if not is_outage(error):
                raise
