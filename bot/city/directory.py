"""The national directory of matters (GB/T 47678.5), with names in both languages and the words that people type."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from bot.city.records import Category
from bot.city.words import split_words

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASSES = {
    "01": ("市政公用设施类", "Public utilities"),
    "02": ("交通设施类", "Traffic facilities"),
    "03": ("市容环卫设施类", "Sanitation facilities"),
    "04": ("园林绿化设施类", "Green space facilities"),
    "05": ("其他管理部件类", "Other facilities"),
    "06": ("市容环境类", "City appearance"),
    "07": ("宣传广告类", "Advertising"),
    "08": ("施工管理类", "Building sites"),
    "09": ("街面秩序类", "Street order"),
    "10": ("其他事项类", "Other matters"),
}
FACILITY_CLASSES = frozenset({"01", "02", "03", "04", "05"})


@cache
def national_directory() -> Mapping[str, Category]:
    """Return the 250 matters by code."""
    text = (files("bot.city") / "directory.csv").read_text(encoding="utf-8")
    return {row["code"]: make_category(row) for row in csv.DictReader(text.splitlines())}


def make_category(row: dict[str, str]) -> Category:
    """Make a category from a row of the directory."""
    class_code = row["code"][:2]
    class_name, class_name_en = CLASSES[class_code]
    return Category(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        class_code=class_code,
        class_name=class_name,
        class_name_en=class_name_en,
        synonyms=split_words(row["synonyms"]),
        synonyms_en=split_words(row["synonyms_en"]),
        confusable=split_words(row["confusable"]),
        facility=class_code in FACILITY_CLASSES,
    )
