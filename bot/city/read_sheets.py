"""The tables of a pack read into records, row by row; pydantic's findings told in our own words."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bot.city.mistakes import Mistake, choices_in, mistake, wrong_choice
from bot.city.sheets import FREE_COLUMNS, MEANINGS, WORD_COLUMNS, Sheet
from bot.city.table import Cells, read_table
from bot.city.words import split_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from bot.city.pack import Pack
    from bot.city.record import Record

BOUNDS = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}
QUARTER_TURN = 90


def find_file(folder: Path, sheet: Sheet, pack: Pack) -> Path | None:
    """Return the one file of a sheet, XLSX or CSV; complain about two, and about none if it is needed."""
    found = [folder / f"{sheet.file}{end}" for end in (".csv", ".xlsx") if (folder / f"{sheet.file}{end}").is_file()]
    if len(found) > 1:
        pack.mistakes.append(mistake(found[1].name, 0, "", found[1].name, "file_twice", other=found[0].name))
    if not found and sheet.needed:
        pack.mistakes.append(mistake(f"{sheet.file}.csv", 0, "", "", "file_missing"))
    return found[0] if found else None


def read_sheet(folder: Path, sheet: Sheet, pack: Pack) -> None:
    """Read one table into records."""
    path = find_file(folder, sheet, pack)
    if not path:
        return
    table = read_table(path, sheet.headings, sheet.required)
    pack.mistakes += table.mistakes
    pack.learn_width(sheet.kind, [cells.get("code", "") for _, cells in table.rows])
    for row, cells in table.rows:
        values = convert(sheet, cells, pack)
        if "code" in values and not pack.add(sheet.kind, values["code"], path.name, row):
            continue
        absent = set(sheet.required) - set(table.columns)
        record, errors = make_record(sheet, values)
        pack.mistakes += [
            told for error in errors if (told := tell(path.name, row, sheet, cells, error)).column not in absent
        ]
        pack.mistakes += empty_cells(path.name, row, sheet, cells, absent)
        if record:
            pack.records[sheet.kind, values["code"]] = record


def convert(sheet: Sheet, cells: Cells, pack: Pack) -> dict[str, Any]:
    """Turn the cells of a row into the values of a record's fields."""
    values: dict[str, Any] = {}
    for column, cell in cells.items():
        plain = cell if column in FREE_COLUMNS else unicodedata.normalize("NFKC", cell).strip()
        kind = sheet.kind if column == "code" else sheet.references.get(column, "")
        if column in WORD_COLUMNS:
            values[sheet.columns[column]] = tuple(pack.pad(kind, word) for word in split_words(plain))
        elif kind:
            values[sheet.columns[column]] = pack.pad(kind, plain)
        else:
            values[sheet.columns[column]] = plain if column in FREE_COLUMNS else MEANINGS.get(plain, plain)
    return values


def make_record(sheet: Sheet, values: Mapping[str, Any]) -> tuple[Record | None, list[ErrorDetails]]:
    """Make a record, or return what is wrong with its values."""
    try:
        return sheet.model.model_validate(values), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def empty_cells(file: str, row: int, sheet: Sheet, cells: Cells, absent: set[str]) -> list[Mistake]:
    """Return a mistake for each empty cell that must hold something; a column that is absent was noted before."""
    filled = {sheet.columns[column] for column in cells}
    optional = {name for name, info in sheet.model.model_fields.items() if not info.is_required()}
    return [
        mistake(file, row, column, "", "empty")
        for column in sheet.required
        if column not in absent and sheet.columns[column] in optional - filled
    ]


def tell(file: str, row: int, sheet: Sheet, cells: Cells, error: ErrorDetails) -> Mistake:
    """Turn what pydantic found into a mistake."""
    name = str(error["loc"][0]) if error["loc"] else ""
    column = next((each for each, target in sheet.columns.items() if target == name), name)
    if column == "lat" and error["type"] in BOUNDS and is_latitude(cells.get("lon", "")):
        return mistake(file, row, column, cells["lat"], "swapped")
    return explain(file, row, column, cells.get(column, ""), error)


def is_latitude(cell: str) -> bool:
    """Return whether a cell holds a number that can be a latitude."""
    try:
        return abs(float(cell)) <= QUARTER_TURN
    except ValueError:
        return False


def explain(file: str, row: int, column: str, value: object, error: ErrorDetails) -> Mistake:
    """Say what pydantic expected in our own words."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in {"missing", "string_too_short"}:
        return mistake(file, row, column, value, "empty")
    if kind in BOUNDS:
        return mistake(file, row, column, value, kind, bound=context[BOUNDS[kind]])
    if kind == "literal_error":
        return wrong_choice(file, row, column, value, choices_in(context["expected"]))
    if kind == "string_pattern_mismatch":
        return mistake(file, row, column, value, "weekdays" if column == "weekdays" else "short_code")
    known = {"float_parsing": "number", "int_parsing": "whole_number", "int_from_float": "whole_number"}
    known |= {"bool_parsing": "yes_or_no", "time_parsing": "time", "date_from_datetime_parsing": "date"}
    return mistake(file, row, column, value, known.get(kind, "other"), detail=error["msg"])
