"""The kinds of chores there are; a new one is a class with `run`, `lost` and `key`, and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from bot.pipeline.announcing import Announcing
from bot.pipeline.certifying import Certifying
from bot.pipeline.checking import Checking
from bot.pipeline.chores import Kind
from bot.pipeline.digesting import Digesting, Tabling
from bot.pipeline.exporting import Exporting
from bot.pipeline.fetching import Fetching
from bot.pipeline.house import House
from bot.pipeline.recording import Recording
from bot.pipeline.sweeping import Sweeping
from bot.pipeline.upkeep import Disks, Upkeep
from storage.blobs import Blobs
from storage.database import Database


def kinds_of(house: House, blobs: Blobs, database: Database) -> Mapping[str, Kind]:
    """Return every kind by name."""
    return {
        "fetch": Fetching(house.channels, blobs, lambda: house.zone),
        "announce": Announcing(house.channels),
        "sweep": Sweeping(database, blobs),
        "mydata": Exporting(database, blobs, house),
        "upkeep": Upkeep(database),
        "disk": Disks(database, blobs),
        "check": Checking(house.channels.values()),
        "digest": Digesting(house, blobs, database),
        "digest_table": Tabling(house, blobs, database),
        "certificate": Certifying(house, blobs, database),
        "records": Recording(house, blobs, database),
    }
