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

SECONDS = 3.0


def read_city(session: Session) -> tuple[datetime | None, City]:
    """Return the imported city and its version."""
    return pack_version(session), load_city(read_rows(session))


class Following:
    """Moves a house into the city of the newest pack."""

    def __init__(self, house: House, version: datetime | None) -> None:
        self._house = house
        self._version = version

    def look(self, session: Session) -> None:
        """Move in if the pack has another version than the house."""
        if pack_version(session) != self._version:
            self._version, city = read_city(session)
            self._house.move_to(city)
            log.info("another city pack is in force")


async def follow_city(database: Database, following: Following) -> None:
    """Look every few seconds, until cancelled."""
    while True:
        await asyncio.sleep(SECONDS)
        try:
            await database.read(following.look)
        except Exception as error:
            if not is_outage(error):
                raise
