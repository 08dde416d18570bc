"""A table as CSV that spreadsheets open as it is meant: in UTF-8 with its mark, and never a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from bot.reports.tables import Cell, Table

_FORMULA = frozenset("=+-@\t\r＝＋－＠")
"""The full-width ones begin a formula, too, in Chinese editions."""
_MARK = "\ufeff"


def write(table: Table) -> bytes:
    """Return the table as CSV; times are not for it."""
    file = StringIO()
    csv.writer(file).writerows(map(_row, (table.heads, *table.rows)))
    return f"{_MARK}{file.getvalue()}".encode()


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe stands before what looks like one."""
    return f"'{text}" if text.lstrip(" ")[:1] in _FORMULA else text


def _row(cells: Iterable[Cell]) -> list[str]:
    return [harmless(cell) if isinstance(cell, str) else str(cell) for cell in cells]
