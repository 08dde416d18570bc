"""`pointkeeper digest`: figures of any days and unit in the terminal, as a picture and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from bot.city.model import City
from bot.city.units import find_units
from bot.port import Capabilities
from bot.reports import canvas, picture, sheet, text
from bot.reports.digest import Digest, Kind, Period, Scope, collect
from bot.reports.voice import Words
from storage.database import Database

_console = Console(soft_wrap=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an operator wants: the days (none: yesterday), the unit by any of its names, the language, files."""

    first: date | None = None
    last: date | None = None
    unit: str = ""
    language: str = "zh_CN"
    picture: Path | None = None
    table: Path | None = None


def digest_command(database: Database, city: City, words: Words, wish: Wish, now: datetime) -> int:
    """Print the digest and write its files. Returns 1 for no such unit, and for days the wrong way round."""
    period = _period(wish, now, ZoneInfo(city.settings.time_zone))
    units = find_units(city, wish.unit) if wish.unit else []
    if period.first > period.last or (wish.unit and len(units) != 1):
        names = ", ".join(f"{unit.code} {unit.label(wish.language)}" for unit in units)
        key = "digest.command.days" if period.first > period.last else "digest.command.unit"
        _console.print(words.plain(wish.language, key, unit=wish.unit, units=names or "—"), markup=False)
        return 1
    scope = Scope(units[0].code if units else "")
    with database.reading() as session:
        digest = collect(session, city, period, scope, now=now, kind=Kind.ASKED)
    spans = text.write(digest, words, wish.language, Capabilities().text_limit)
    _console.print("".join(span.text for span in spans), markup=False)
    if wish.picture:
        _draw(digest, words, wish.language, wish.picture)
    if wish.table:
        wish.table.write_bytes(sheet.write(digest, words, wish.language))
    return 0


def _draw(digest: Digest, words: Words, language: str, file: Path) -> None:
    """Write the picture, and beside it that of the heat table, where there is any (week.png, week-heat.png)."""
    file.write_bytes(canvas.draw(picture.compose(digest, words, language)))
    if heat := picture.compose_heat(digest, words, language):
        file.with_stem(f"{file.stem}-heat").write_bytes(canvas.draw(heat))


def _period(wish: Wish, now: datetime, zone: ZoneInfo) -> Period:
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    first = wish.first or wish.last or yesterday
    return Period(first, wish.last or max(first, yesterday), zone)
