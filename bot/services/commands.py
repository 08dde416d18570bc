"""What an operator does with people and records from the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from bot.city.model import City
from bot.domain.case import Refusal
from bot.domain.roles import Role
from bot.port import Chat
from bot.services import people
from bot.services.patrolling import stickers
from bot.services.staffing import groups, invites, sheets
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

    def write_sheets(self, now: datetime, folder: Path, language: str = DEFAULT, *, again: bool = False) -> int:
        """Write the invitation sheets of everybody in people.csv who still needs one; or `again` those of all.

        Returns the exit code.
        """
        with self.database.begin() as session:
            written = sheets.Sheets(session, self.city, self.words, self.links, now, again=again).write(folder)
        for path in written:
            _console.print(str(path))
        _console.print(self.words.plain(language, "sheet.written", n=len(written)))
        return 0

    def bind(self, now: datetime, group: Chat, unit: str, language: str, ours: str) -> int:
        """Bind a group that cannot ask for it itself (no unit: the leaders' group). Returns the exit code.

        `language` is the group's, `ours` that of the answer.
        """
        if unit and unit not in self.city.units:
            _console.print(self.words.plain(ours, "invite.unknown_unit", code=unit))
            return 1
        with self.database.begin() as session:
            groups.bind(session, group, unit, by=people.NOBODY, language=language, now=now)
        what = self.city.unit(unit).label(ours) if unit else self.words.plain(ours, "bind.leaders")
        _console.print(f"{group.key}: {what}")
        return 0

    def unbind(self, group: Chat, ours: str) -> int:
        """Let nothing more appear in a group. Returns the exit code: 1 when nothing did."""
        with self.database.begin() as session:
            had = groups.unbind(session, group)
        _console.print(self.words.plain(ours, "bind.undone" if had else "bind.nothing"))
        return 0 if had else 1

    def write_codes(self, path: Path, unit: str = "", language: str = DEFAULT) -> int:
        """Write the codes for the stickers at the points of a unit, or of all, as CSV. Returns the exit code."""
        if unit and unit not in self.city.units:
            _console.print(self.words.plain(language, "invite.unknown_unit", code=unit))
            return 1
        with self.database.begin() as session:
            n = stickers.write(session, self.city, path, unit)
        _console.print(self.words.plain(language, "stickers.written", n=n))
        return 0
