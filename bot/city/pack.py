"""A pack as far as it could be read: its records, where each stands, and what was wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.city.city import City, Key
from bot.city.mistakes import Mistake, mistake

if TYPE_CHECKING:
    from bot.city.record import Record

CLASS_DIGITS, CODE_DIGITS = 2, 5


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
        width = self._widths.get(kind, 0)
        return code.lstrip("0").zfill(width) if width else code

    def learn_width(self, kind: str, codes: list[str]) -> None:
        """Learn how long the codes of a kind are, where they are plain digits."""
        self._widths[kind] = max((len(code) for code in codes if code.isdigit()), default=0)
