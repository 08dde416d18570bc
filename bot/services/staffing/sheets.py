"""Invitation sheets to print: one page a unit, each of its staff with a code, links and a QR code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.city.model import City, Staff
from bot.services.staffing import invites
from bot.services.words import Words
from storage.models import Invite

Link = Callable[[str], str]
"""A code → the link that opens the bot with it."""

_TEMPLATES = Path(__file__).parents[2] / "templates"
_UNSAFE = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))


@dataclass(frozen=True, slots=True)
class Ticket:
    """One invitation on a sheet."""

    name: str
    what: str
    code: str
    links: tuple[str, ...]
    qr: str


@dataclass(frozen=True, slots=True)
class Sheets:
    """Writes the sheets of everybody in people.csv who has neither joined nor a live invitation.

    `again`: of all, to be used on another channel; whoever has joined is the same person there.
    """

    session: Session
    city: City
    words: Words
    links: tuple[Link, ...]
    now: datetime
    again: bool = False

    def write(self, folder: Path) -> list[Path]:
        """Invite them, write a page a unit, and return the files.

        Doing it again writes only what is missing; a lost page is renewed once its invitations have expired.
        """
        folder.mkdir(parents=True, exist_ok=True)
        by_unit: dict[str, list[Staff]] = defaultdict(list)
        invited = set() if self.again else self._invited()
        for staff in self.city.staff.values():
            if staff.code not in invited:
                by_unit[staff.unit].append(staff)
        return [self._write(folder, unit, people) for unit, people in by_unit.items()]

    def _invited(self) -> set[str]:
        """Return the staff codes that need no invitation: theirs was used, or still may be."""
        live = Invite.used_at.is_not(None) | (Invite.expires_at > self.now)
        return set(self.session.scalars(select(Invite.staff).where(Invite.staff != "", live)))

    def _write(self, folder: Path, unit: str, people: list[Staff]) -> Path:
        title = self.city.unit(unit).name if unit else self.city.settings.name
        language = people[0].language
        environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True)
        page = environment.get_template("invites/sheet.html").render(
            language=language,
            title=self.words.plain(language, "sheet.title", unit=title),
            how=self.words.plain(language, "sheet.how", hours=self.city.settings.invite_hours),
            tickets=[self._ticket(staff) for staff in people],
        )
        path = folder / f"{unit or 'city'}-{title}.html".translate(_UNSAFE)
        path.write_text(page, encoding="utf-8")
        return path

    def _ticket(self, staff: Staff) -> Ticket:
        role, name = staff.role, staff.name
        code = invites.make(
            self.session, self.city, role, self.now, unit=staff.unit, points=staff.points, name=name, staff=staff.code
        )
        urls = tuple(link(code.replace("-", "")) for link in self.links)
        qr = segno.make(urls[0] if urls else code, error="m").svg_inline(scale=3, border=1)
        points = "、".join(self.city.point(point).label(staff.language) for point in staff.points[:3])
        what = " · ".join(filter(None, (self.words.plain(staff.language, f"role.{role}"), points)))
        return Ticket(name, what, code, urls, qr)
