"""A pack read from its folder: every record that can be made, and every mistake on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.city.city import SETTINGS
from bot.city.pack import Pack
from bot.city.read_categories import read_categories
from bot.city.read_places import read_places
from bot.city.read_settings import read_settings
from bot.city.read_sheets import read_sheet
from bot.city.sheets import CATEGORIES, SHEETS

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path) -> Pack:
    """Read a whole pack; never raises for what is in the files, but notes it as mistakes."""
    pack = Pack()
    settings, mistakes = read_settings(folder / "city.toml")
    pack.mistakes += mistakes
    if settings:
        pack.records[SETTINGS, SETTINGS] = settings
    for sheet in SHEETS:
        if sheet is CATEGORIES:
            read_categories(folder, pack)
        else:
            read_sheet(folder, sheet, pack)
    read_places(folder / "places.geojson", pack)
    return pack
