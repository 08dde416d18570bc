"""Units found by what somebody calls them: code, name, short name, alias, or something like it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from bot.city.words import folded

if TYPE_CHECKING:
    from bot.city.city import City
    from bot.city.records import Unit

ALIKE = 60


def find_units(city: City, text: str, limit: int = 6) -> list[Unit]:
    """Return the units that a text may name, best first; a name said exactly comes alone."""
    said = folded(text)
    if not said:
        return []
    names = names_of(city)
    exact = dict.fromkeys(code for name, code in names if name == said)
    part = dict.fromkeys(code for name, code in names if said in name or (len(name) > 1 and name in said))
    alike = process.extract(said, [name for name, _ in names], scorer=fuzz.ratio, score_cutoff=ALIKE, limit=limit)
    codes = exact or part or dict.fromkeys(names[index][1] for _, _, index in alike)
    return [city.units[code] for code in codes][:limit]


@lru_cache(maxsize=2)
def names_of(city: City) -> list[tuple[str, str]]:
    """Return (folded name, code) for everything a unit is called."""
    return [
        (word, unit.code)
        for unit in city.units.values()
        for word in map(folded, (unit.code, unit.name, unit.name_en, unit.short_name, *unit.aliases))
        if word
    ]
