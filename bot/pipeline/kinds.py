"""The kinds of chores there are; a new one is a class with `run`, `lost` and `key`, and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from bot.pipeline.announcing import Announcing
from bot.pipeline.chores import Kind
from bot.pipeline.fetching import Fetching
from bot.pipeline.house import House
from storage.blobs import Blobs


def kinds_of(house: House, blobs: Blobs) -> Mapping[str, Kind]:
    """Return every kind by name."""
    return {
        "fetch": Fetching(house.channels, blobs, lambda: house.zone),
        "announce": Announcing(house.channels),
    }
