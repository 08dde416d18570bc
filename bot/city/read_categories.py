"""The categories of a city: the national directory, and what categories.csv changes about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.city.directory import CLASSES, FACILITY_CLASSES, national_directory
from bot.city.mistakes import Mistake, mistake, nearest
from bot.city.pack import CLASS_DIGITS, CODE_DIGITS
from bot.city.read_sheets import convert, find_file, make_record, tell
from bot.city.sheets import CATEGORIES
from bot.city.table import Cells, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.city.pack import Pack

LOCAL = range(80, 1000)
TRUE, FALSE = frozenset({"yes", "1", "true"}), frozenset({"no", "0", "false"})
Given = tuple[int, dict[str, Any], Cells]


def read_categories(folder: Path, pack: Pack) -> None:
    """Read the categories into the pack; a row may speak for a whole class ("06"), and more closely for one matter."""
    path = find_file(folder, CATEGORIES, pack)
    file = path.name if path else "categories.csv"
    rows = read_changes(path, pack) if path else {}
    for code, (row, values, _) in rows.items():
        pack.mistakes += check_extension(file, row, code, values)
    for code in sorted({*national_directory(), *(code for code in rows if len(code) == CODE_DIGITS)}):
        row, values, cells = rows.get(code, (0, {}, {}))
        whole_class = rows.get(code[:CLASS_DIGITS], (0, {}, {}))[1]
        add_category(pack, code, {**whole_class, **values, "code": code}, (file, row, cells))


def read_changes(path: Path, pack: Pack) -> dict[str, Given]:
    """Return the rows of categories.csv by code: row number, values, cells."""
    rows: dict[str, Given] = {}
    table = read_table(path, CATEGORIES.headings, CATEGORIES.required)
    pack.mistakes += table.mistakes
    for row, cells in table.rows:
        values = convert(CATEGORIES, cells, pack)
        if "code" not in values:
            pack.mistakes.append(mistake(path.name, row, "code", "", "empty"))
        elif pack.add("category", values["code"], path.name, row):
            rows[values["code"]] = row, values, cells
    return rows


def check_extension(file: str, row: int, code: str, values: Mapping[str, Any]) -> list[Mistake]:
    """Check that a row speaks of a class, of a national matter, or of a rightly numbered and named extension."""
    if code in CLASSES or code in national_directory():
        return []
    number = code[CLASS_DIGITS:]
    digits = len(code) == CODE_DIGITS and code.isascii() and number.isdigit()
    if not digits or code[:CLASS_DIGITS] not in CLASSES or int(number) not in LOCAL:
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
    if off not in TRUE | FALSE:
        pack.mistakes.append(mistake(file, row, "off", off, "yes_or_no"))
    class_name, class_name_en = CLASSES.get(code[:CLASS_DIGITS], ("", ""))
    base |= {"class_code": code[:CLASS_DIGITS], "class_name": class_name, "class_name_en": class_name_en}
    record, errors = make_record(CATEGORIES, {"facility": code[:CLASS_DIGITS] in FACILITY_CLASSES, **base, **values})
    own = [error for error in errors if row and error["type"] != "missing"]
    pack.mistakes += [tell(file, row, CATEGORIES, cells, error) for error in own]
    if record and off not in TRUE:
        pack.records["category", code] = record
