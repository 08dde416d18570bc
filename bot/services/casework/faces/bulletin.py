"""What the leaders' groups read of overdue cases (通报): units by name, never persons."""

from __future__ import annotations

from collections import defaultdict

from bot.port import Outgoing
from bot.services.casework.faces.nag import late_by
from bot.services.casework.waiting import Entry, Waiting
from bot.services.desk import Desk
from bot.services.words import joined

UNITS = 15


def bulletin(desk: Desk, language: str, waiting: Waiting) -> Outgoing:
    """Return the units that have overdue cases, those with the most first."""
    if not waiting.entries:
        return Outgoing(text=desk.words.say(language, "bulletin.none"))
    by_unit: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in waiting.entries:
        by_unit[entry.unit].append(entry)
    order = sorted(by_unit, key=lambda unit: (-len(by_unit[unit]), min(each.due for each in by_unit[unit]), unit))
    lines = [
        desk.words.say(
            language, "bulletin.unit", unit=_name(desk, language, unit), n=len(by_unit[unit]),
            late=late_by(desk, language, min(each.due for each in by_unit[unit])),
        )
        for unit in order[:UNITS]
    ]  # fmt: skip
    rest = desk.words.say(language, "bulletin.more", n=len(order) - UNITS) if len(order) > UNITS else ()
    when = desk.words.moment(language, desk.now, desk.now)
    head = desk.words.say(language, "bulletin.head", when=when, n=len(waiting.entries))
    return Outgoing(text=joined(head, joined(*lines, rest), by="\n\n"))


def _name(desk: Desk, language: str, unit: str) -> str:
    return desk.city.unit(unit).label(language) if unit else desk.words.plain(language, "case.headquarters")
