"""What may be wrong with a pack: where it is, what stands there, and a locale key with facts for what is expected."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Say = Callable[[str, Mapping[str, str]], str]

LONGEST_VALUE = 60
LIKENESS = 55
MOST_CHOICES = 12


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake. `row` counts as the file's editor does, from 1 with the headings; 0 means the file as a whole.

    In places.geojson the row is the number of the feature, in city.toml the line.
    """

    file: str
    row: int
    column: str
    value: str
    key: str
    facts: Mapping[str, str] = field(default_factory=dict, compare=False)

    def expected(self, say: Say) -> str:
        """Return what is expected, and what comes nearest to it, in the words of `say`."""
        nearest = self.facts.get("nearest")
        text = say(f"pack.expected.{self.key}", {name: fact for name, fact in self.facts.items() if name != "nearest"})
        return f"{text} {say('pack.nearest', {'nearest': nearest})}" if nearest else text


def mistake(file: str, row: int, column: str, value: object, key: str, **facts: object) -> Mistake:
    """Make a mistake, with a long value cut and every fact as text."""
    shown = str(value).replace("\n", " ")
    shown = shown if len(shown) <= LONGEST_VALUE else shown[:LONGEST_VALUE] + "…"
    return Mistake(file, row, column, shown, key, {name: str(fact) for name, fact in facts.items()})


def wrong_choice(file: str, row: int, column: str, value: object, valid: Iterable[str]) -> Mistake:
    """Make the mistake that a value is none of the valid ones."""
    choices = list(valid)
    return mistake(
        file, row, column, value, "choice", choices=list_choices(choices), nearest=nearest(str(value), choices)
    )


def choices_in(expected: str) -> list[str]:
    """Return the choices that pydantic quotes: 'a', 'b' or <Role.C: 'c'>."""
    return [choice for choice in re.findall(r"'([^']*)'", expected) if choice]


def nearest(value: str, valid: Iterable[str]) -> str:
    """Return the valid value that looks most like the wrong one, or nothing where none does."""
    found = process.extractOne(value, list(valid), scorer=fuzz.ratio, score_cutoff=LIKENESS, processor=str.casefold)
    return str(found[0]) if found else ""


def list_choices(valid: Iterable[str]) -> str:
    """Return valid values as one text, the first dozen of many."""
    choices = list(valid)
    return ", ".join(choices[:MOST_CHOICES]) + (" …" if len(choices) > MOST_CHOICES else "")
