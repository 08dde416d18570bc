"""A digest as a spreadsheet: one sheet a table, and on the first what every figure means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from bot.city.model import Settings
from bot.reports.digest import Digest
from bot.reports.tables import Cell, Table, tables
from bot.reports.tally import Rate
from bot.reports.text import title
from bot.reports.voice import Voice, Words

_NARROWEST, _WIDEST = 8, 60


def write(digest: Digest, words: Words, language: str) -> bytes:
    """Return the digest as XLSX."""
    voice = Voice(words, language, digest.city)
    named = {voice.plain(f"digest.table.{name}"): table for name, table in tables(digest, voice).items()}
    return lay_out(title(digest, voice), named, digest.city.settings, digest.made_at)


def lay_out(title: str, named: Mapping[str, Table], settings: Settings, made_at: datetime) -> bytes:
    """Return tables as XLSX, a sheet each by its name."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": title, "created": made_at.replace(tzinfo=None)})
        sheet = _Sheet(book, settings)
        for name, table in named.items():
            sheet.fill(book.add_worksheet(name), table)
    return file.getvalue()


class _Sheet:
    """How cells look."""

    def __init__(self, book: Workbook, settings: Settings) -> None:
        self._zone = ZoneInfo(settings.time_zone)
        self._least = settings.digests.least_for_rate
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._plain = {total: book.add_format({"bold": total}) for total in (False, True)}
        self._share = {total: book.add_format({"bold": total, "num_format": "0.0%"}) for total in (False, True)}
        self._time = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})

    def fill(self, page: Worksheet, table: Table) -> None:
        """Write a table; headings stay in sight, sums stand at the end."""
        for column, head in enumerate(table.heads):
            page.write_string(0, column, head, self._bold)
            page.set_column(column, column, _width(table, column))
        for number, row in enumerate(table.rows, 1):
            for column, cell in enumerate(row):
                self._write(page, number, column, cell)
        for column, cell in enumerate(table.total):
            self._write(page, len(table.rows) + 1, column, cell, total=True)
        page.freeze_panes(1, 1)
        if table.rows:
            page.autofilter(0, 0, len(table.rows), len(table.heads) - 1)

    def _write(self, page: Worksheet, row: int, column: int, cell: Cell, *, total: bool = False) -> None:
        if isinstance(cell, Rate):
            share = cell.shown(self._least)
            if share is None:  # too few for a rate: its counts are a text, so that nobody reads a date or a number
                page.write_string(row, column, f"{cell.part}/{cell.whole}" if cell.whole else "—", self._plain[total])
            else:
                page.write_number(row, column, share, self._share[total])
        elif isinstance(cell, datetime):
            page.write_datetime(row, column, cell.astimezone(self._zone).replace(tzinfo=None), self._time)
        elif isinstance(cell, str):  # never a formula, whatever it begins with
            page.write_string(row, column, cell, self._plain[total])
        else:
            page.write_number(row, column, cell, self._plain[total])


def _width(table: Table, column: int) -> int:
    texts = [row[column] for row in table.rows if isinstance(row[column], str)]
    longest = max((_columns(str(text)) for text in texts), default=0)
    return min(_WIDEST, max(_NARROWEST, longest + 1, min(_columns(table.heads[column]) + 1, 14)))


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)
