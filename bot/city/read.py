"""A pack read from its folder: every record that can be made, and every mistake on the way."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bot.city.city import SETTINGS, City, Key
from bot.city.directory import CLASSES, national_directory
from bot.city.mistakes import Mistake, list_choices, mistake, nearest
from bot.city.read_places import read_places
from bot.city.read_settings import read_settings
from bot.city.records import Category
from bot.city.sheets import CATEGORY_COLUMNS, FREE_COLUMNS, MEANINGS, SHEETS, WORD_COLUMNS, Sheet
from bot.city.table import Cells, read_table
from bot.city.words import split_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from bot.city.record import Record

CATEGORIES = Sheet("categories", "category", Category, CATEGORY_COLUMNS, ("code",), {"owner": "unit"}, needed=False)
LOCAL = range(80, 1000)
CLASS_DIGITS, CODE_DIGITS = 2, 5
BOUNDS = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}


@dataclass
class Pack:
    """What a folder holds. `origins` tells the file and row of each code, also of those whose record is no good."""

    records: dict[Key, Record] = field(default_factory=dict)
    origins: dict[Key, tuple[str, int]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    _widths: dict[str, int] = field(default_factory=dict)

    def city(self) -> City:
        """Return the city that these records make."""
        return City(self.records)

    def codes(self, kind: str) -> list[str]:
        """Return every code of a kind, also those whose record is no good."""
        return [code for known, code in self.origins if known == kind]

    def add(self, kind: str, code: str, file: str, row: int) -> bool:
        """Note where a code stands; complain and return False if it stood somewhere already."""
        if (kind, code) in self.origins:
            first_file, first_row = self.origins[kind, code]
            self.mistakes.append(mistake(file, row, "code", code, "code_twice", first=f"{first_file}:{first_row}"))
            return False
        self.origins[kind, code] = file, row
        return True

    def pad(self, kind: str, code: str) -> str:
        """Give a code of digits back the noughts that a spreadsheet took from it: "6013" is 06013."""
        if not (code.isascii() and code.isdigit()):
            return code
        if kind == "category":
            return code.zfill(CLASS_DIGITS if len(code) <= CLASS_DIGITS else CODE_DIGITS)
        return code.zfill(self._widths.get(kind, 0))

    def learn_width(self, kind: str, codes: list[str]) -> None:
        """Learn how long the codes of a kind are, where they are plain digits."""
        self._widths[kind] = max((len(code) for code in codes if code.isdigit()), default=0)


def read(folder: Path) -> Pack:
    """Read a whole pack; never raises for what is in the files, but notes it as mistakes."""
    pack = Pack()
    settings, mistakes = read_settings(folder / "city.toml")
    pack.mistakes += mistakes
    if settings:
        pack.records[SETTINGS, SETTINGS] = settings
    for sheet in (*SHEETS[:4], CATEGORIES, *SHEETS[4:]):
        if sheet is CATEGORIES:
            read_categories(folder, pack)
        else:
            read_sheet(folder, sheet, pack)
    read_places(folder / "places.geojson", pack)
    return pack


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
    return explain(file, row, column, cells.get(column, ""), error)


def explain(file: str, row: int, column: str, value: object, error: ErrorDetails) -> Mistake:
    """Say what pydantic expected in our own words."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in {"missing", "string_too_short"}:
        return mistake(file, row, column, value, "empty")
    if kind in BOUNDS:
        return mistake(file, row, column, value, kind, bound=context[BOUNDS[kind]])
    if kind == "literal_error":
        choices = [choice.strip().strip("'") for choice in str(context["expected"]).replace(" or ", ",").split(",")]
        choices = [choice for choice in choices if choice]
        near = nearest(str(value), choices)
        return mistake(file, row, column, value, "choice", choices=list_choices(choices), nearest=near)
    known = {"float_parsing": "number", "int_parsing": "whole_number", "int_from_float": "whole_number"}
    known |= {"bool_parsing": "yes_or_no", "time_parsing": "time", "date_from_datetime_parsing": "date"}
    return mistake(file, row, column, value, known.get(kind, "other"), detail=error["msg"])


def read_categories(folder: Path, pack: Pack) -> None:
    """Put the national directory and the pack's changes to it together; a row may speak for a whole class ("06")."""
    rows: dict[str, tuple[int, dict[str, Any], Cells]] = {}
    path = find_file(folder, CATEGORIES, pack)
    file = path.name if path else "categories.csv"
    if path:
        table = read_table(path, CATEGORIES.headings, CATEGORIES.required)
        pack.mistakes += table.mistakes
        for row, cells in table.rows:
            values = convert(CATEGORIES, cells, pack)
            if "code" not in values:
                pack.mistakes.append(mistake(file, row, "code", "", "empty"))
            elif pack.add("category", values["code"], file, row):
                rows[values["code"]] = row, values, cells
    pack.mistakes += [
        bad for code, (row, values, _) in rows.items() for bad in check_extension(file, row, code, values)
    ]
    for code in sorted({*national_directory(), *(code for code in rows if len(code) == CODE_DIGITS)}):
        row, values, cells = rows.get(code, (0, {}, {}))
        whole_class = rows.get(code[:CLASS_DIGITS], (0, {}, {}))[1]
        add_category(pack, code, {**whole_class, **values, "code": code}, (file, row, cells))


def check_extension(file: str, row: int, code: str, values: Mapping[str, Any]) -> list[Mistake]:
    """Check that a row speaks of a class, of a national matter, or of a rightly numbered and named extension."""
    if code in CLASSES or code in national_directory():
        return []
    number = code[CLASS_DIGITS:]
    if len(code) != CODE_DIGITS or code[:CLASS_DIGITS] not in CLASSES or int(number or 0) not in LOCAL:
        near = nearest(code, national_directory())
        return [mistake(file, row, "code", code, "category_code", nearest=near)]
    if "name" not in values:
        return [mistake(file, row, "name", "", "empty")]
    if not str(values["name"]).endswith("（自定义）"):
        return [mistake(file, row, "name", values["name"], "extension_name")]
    return []


def add_category(pack: Pack, code: str, values: dict[str, Any], origin: tuple[str, int, Cells]) -> None:
    """Add one category unless it is switched off; the pack's synonyms come on top of the directory's."""
    file, row, cells = origin
    pack.origins.setdefault(("category", code), (file, row))
    national = national_directory().get(code)
    base: dict[str, Any] = national.model_dump() if national else {}
    for name in ("synonyms", "synonyms_en", "confusable"):
        values[name] = (*base.get(name, ()), *values.get(name, ()))
    off = str(values.pop("off", "no")).casefold()
    if off not in {"yes", "no", "1", "0", "true", "false"}:
        pack.mistakes.append(mistake(file, row, "off", off, "yes_or_no"))
    class_name, class_name_en = CLASSES.get(code[:CLASS_DIGITS], ("", ""))
    base |= {"class_code": code[:CLASS_DIGITS], "class_name": class_name, "class_name_en": class_name_en}
    record, errors = make_record(CATEGORIES, {"facility": code < "06", **base, **values})
    own = [error for error in errors if row and error["type"] != "missing"]
    pack.mistakes += [tell(file, row, CATEGORIES, cells, error) for error in own]
    if record and off not in {"yes", "1", "true"}:
        pack.records["category", code] = record
