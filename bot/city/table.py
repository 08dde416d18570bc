"""A table of the pack, read from CSV (UTF-8 with or without BOM, GB18030) or XLSX, with true row numbers."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, time
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook

from bot.city.mistakes import Mistake, mistake, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

ENCODINGS = ("utf-8-sig", "gb18030")
Cells = dict[str, str]


@dataclass
class Table:
    """The rows of a file by row number; `columns` are those of the known headings that the file has."""

    file: str
    columns: tuple[str, ...] = ()
    rows: list[tuple[int, Cells]] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def read_table(path: Path, headings: Mapping[str, str], required: Iterable[str]) -> Table:
    """Read a table. `headings` maps each heading allowed, in either language, to its column."""
    table = Table(path.name)
    lines = read_lines(path, table)
    first = next(lines, None)
    if first is None:
        if not table.mistakes:
            table.mistakes.append(mistake(path.name, 0, "", "", "empty_file"))
        return table
    names = match_headings(first[1], headings, required, table)
    table.columns = tuple(name for name in names if name)
    for row, cells in lines:
        if any(cells):
            table.rows.append((row, match_cells(row, cells, names, table)))
    return table


def match_headings(cells: list[str], headings: Mapping[str, str], required: Iterable[str], table: Table) -> list[str]:
    """Return the column of each heading, "" for one that means nothing; note what is missing, unknown, there twice."""
    names = []
    for cell in cells:
        column = headings.get(cell.strip().lower().replace(" ", "_"), "")
        if cell.strip() and not column:
            near = nearest(cell.strip(), headings)
            table.mistakes.append(mistake(table.file, 1, cell.strip(), cell, "heading_unknown", nearest=near))
        if column and column in names:
            table.mistakes.append(mistake(table.file, 1, column, cell, "heading_twice"))
            column = ""
        names.append(column)
    for column in required:
        if column not in names:
            table.mistakes.append(mistake(table.file, 1, column, "", "heading_missing", heading=column))
    return names


def match_cells(row: int, cells: list[str], names: list[str], table: Table) -> Cells:
    """Return the cells of a row by column, without the empty ones; note cells beyond the last heading."""
    beyond = [cell for cell in cells[len(names) :] if cell]
    if beyond:
        table.mistakes.append(mistake(table.file, row, "", beyond[0], "too_many_cells", count=len(names)))
    return {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}


def read_lines(path: Path, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, stripped cells) of a file; note it where it cannot be read."""
    try:
        yield from read_xlsx(path) if path.suffix.lower() == ".xlsx" else read_csv(path)
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        table.mistakes.append(mistake(path.name, row, "", error.object[error.start : error.end], "encoding"))
    except csv.Error as error:
        table.mistakes.append(mistake(path.name, 0, "", error, "csv"))
    except (CalamineError, OSError, ValueError) as error:
        table.mistakes.append(mistake(path.name, 0, "", error, "unreadable"))


def read_csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV file; a cell may hold line breaks, so a row is numbered by its first line."""
    text = decode(path.read_bytes())
    head = text.split("\n", 1)[0]
    delimiter = next((mark for mark in ",\t;" if mark in head), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = 1
    for cells in reader:
        yield row, [cell.strip() for cell in cells]
        row = reader.line_num + 1


def decode(content: bytes) -> str:
    """Decode as UTF-8, else as GB18030; raise the UTF-8 error when neither fits."""
    try:
        return content.decode(ENCODINGS[0])
    except UnicodeDecodeError as error:
        try:
            return content.decode(ENCODINGS[1])
        except UnicodeDecodeError:
            raise error from None


def read_xlsx(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first sheet; empty rows above count, or the numbers would be wrong."""
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    for row, cells in enumerate(sheet.to_python(skip_empty_area=False), 1):
        yield row, [show_cell(cell) for cell in cells]


def show_cell(cell: object) -> str:
    """Return a spreadsheet's value as text: codes come as floats (6013.0), and yes and no as truth values."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell).strip()
