"""The hand-written tables of the demo district: names, units, kinds of points."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

Row = dict[str, str]


class Title(NamedTuple):
    """A name in both languages."""

    zh: str
    en: str


def read_text(name: str) -> str:
    """Return a file that lies beside this module."""
    return (files("bot.city.demo") / name).read_text(encoding="utf-8")


@cache
def read_rows(name: str) -> tuple[Row, ...]:
    """Return the rows of a table that lies beside this module."""
    return tuple(csv.DictReader(read_text(name).splitlines()))


def titles(kind: str) -> list[Title]:
    """Return the names of a kind: road, cross, brand, subdistrict, community."""
    return [Title(row["name"], row["name_en"]) for row in read_rows("names.csv") if row["kind"] == kind]
