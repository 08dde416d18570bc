"""`pointkeeper service`: records of service written from the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from bot.city.model import City
from bot.city.units import find_units
from bot.reports.period import Period
from bot.services.volunteering import records
from bot.services.volunteering.records import Purpose
from bot.services.volunteering.recordsheets import Sheets
from bot.services.words import DEFAULT, Words
from storage.database import Database

_console = Console(soft_wrap=True, highlight=False)
_ENDINGS = (".xlsx", ".csv")


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator wants: the file, the days (none: this month so far), the unit by any of its names."""

    file: Path
    first: date | None = None
    last: date | None = None
    unit: str = ""
    language: str = DEFAULT
    is_public: bool = False


def records_command(database: Database, city: City, words: Words, order: Order, now: datetime) -> int:
    """Write the file and print what is in it. Returns 1 for no such unit or ending, and days the wrong way round."""
    zone = ZoneInfo(city.settings.time_zone)
    last = order.last or now.astimezone(zone).date()
    period = Period(order.first or last.replace(day=1), last, zone)
    units = find_units(city, order.unit) if order.unit else []
    if key := _mistake(order, period, len(units)):
        names = ", ".join(f"{unit.code} {unit.label(order.language)}" for unit in units)
        _console.print(words.plain(order.language, key, unit=order.unit, units=names or "—"), markup=False)
        return 1
    purpose = Purpose.PUBLIC if order.is_public else Purpose.RELEASE
    with database.reading() as session:
        found = records.collect(session, period, frozenset({units[0].code}) if units else None, purpose)
        sheets = Sheets(session, city, words, order.language, now)
        is_csv = order.file.suffix.casefold() == ".csv"
        order.file.write_bytes(sheets.csv(found) if is_csv else sheets.xlsx(found))
        for line in sheets.about(found):
            _console.print(line, markup=False)
    return 0


def _mistake(order: Order, period: Period, found: int) -> str:
    """Return the text that says what is wrong; none where nothing is."""
    if order.file.suffix.casefold() not in _ENDINGS:
        return "records.ending"
    if period.first > period.last:
        return "digest.command.days"
    return "digest.command.unit" if order.unit and found != 1 else ""
