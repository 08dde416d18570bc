"""What an operator does with people and records from the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from bot.city.model import City
from bot.domain.case import Refusal
from bot.domain.roles import Role
from bot.services import invites, sheets
from bot.services.words import DEFAULT, Words
from storage.database import Database

_console = Console(soft_wrap=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Registry:
    """The operator's registry of people: makes invitations and the sheets to hand them out."""

    database: Database
    city: City
    words: Words
    links: tuple[sheets.Link, ...]

    def invite(self, now: datetime, role: str, *, unit: str = "", points: tuple[str, ...] = (), name: str = "") -> int:
        """Make an invitation and print it; the last line is the code alone. Returns the exit code."""
        try:
            with self.database.begin() as session:
                code = invites.make(session, self.city, Role(role), now, unit=unit, points=points, name=name)
        except Refusal as refusal:
            for language in self.words.languages:
                _console.print(self.words.plain(language, refusal.key, **refusal.facts))
            return 1
        for link in self.links:
            _console.print(link(code.replace("-", "")))
        _console.print(code)
        return 0

    def write_sheets(self, now: datetime, folder: Path, language: str = DEFAULT) -> int:
        """Write the invitation sheets of everybody in people.csv who still needs one. Returns the exit code."""
        with self.database.begin() as session:
            written = sheets.Sheets(session, self.city, self.words, self.links, now).write(folder)
        for path in written:
            _console.print(str(path))
        _console.print(self.words.plain(language, "sheet.written", n=len(written)))
        return 0
