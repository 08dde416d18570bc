"""Tables whose lines lie over bars: who has what is overdue, what is reported most, which points are worst."""

from __future__ import annotations

from typing import NamedTuple

from bot.reports.digest import Digest
from bot.reports.lettering import fit, width
from bot.reports.panels import Panel
from bot.reports.sections.kinds import Kinds
from bot.reports.sections.points import Points
from bot.reports.sections.standing import Stands
from bot.reports.svg import ROOM, ROW, TEXT
from bot.reports.voice import Voice

_HEAD, _FOOT = 90, 38
_LEAST = 10
"""A bar so short is still seen."""


class Line(NamedTuple):
    """A line of a table: its name, how many cases, and what is said of it."""

    name: str
    cases: int
    value: str


class Bar(NamedTuple):
    """A line over a bar of this many pixels."""

    label: str
    value: str
    length: float


def overdue(digest: Digest, voice: Voice) -> Panel | None:
    """Who has how many overdue; that nobody has any is good news. A unit alone is told so by the headline."""
    stands: Stands | None = digest.block("standing")
    late = [each for each in stands.owners if each.standing.overdue] if stands else []
    if digest.scope.unit and len(late) <= 1:
        return None
    title = voice.plain("digest.picture.overdue")
    if not late:
        return Panel("good", 92, voice.plain("digest.picture.none_overdue"), title)
    lines = [_line(voice, voice.owner(each.turn), each.standing.overdue) for each in late]
    rest = lines[_shown(voice) :]
    more = voice.plain("digest.picture.more", n=len(rest), cases=sum(line.cases for line in rest)) if rest else ""
    return _table(voice, lines, "bad", title, more=more)


def kinds(digest: Digest, voice: Voice) -> Panel | None:
    """What is reported most, and by how much more than in the last period."""
    found: Kinds | None = digest.block("kinds")
    if found is None:
        return None
    lines = [
        _line(voice, voice.kind(each.category), each.since_last.now, voice.change(each.since_last))
        for each in found.rows
    ]
    return _table(voice, lines, "plain", voice.plain("digest.picture.kinds"), voice.plain("digest.picture.since_last"))


def points(digest: Digest, voice: Voice) -> Panel | None:
    """The worst points, in a unit's own digest: it has no other units to show."""
    found: Points | None = digest.block("points")
    lines = [_line(voice, voice.point(row.point), row.cases) for row in found.rows if row.cases] if found else []
    if found is None or not lines or not digest.scope.unit:
        return None
    return _table(voice, lines, "warn", voice.plain("digest.picture.points"), voice.days(found.span, digest.made_at))


def _line(voice: Voice, name: str, cases: int, change: str = "") -> Line:
    return Line(name, cases, f"{voice.plain('digest.picture.cases', n=f'{cases:,}')} {change}".strip())


def _table(voice: Voice, lines: list[Line], tone: str, title: str, note: str = "", *, more: str = "") -> Panel:
    most = max(line.cases for line in lines)
    bars = tuple(
        Bar(
            fit(line.name, TEXT, ROOM - 56 - width(line.value, TEXT)), line.value,
            max(_LEAST, ROOM * line.cases / most),
        )
        for line in lines[: _shown(voice)]
    )  # fmt: skip
    return Panel("bars", _HEAD + ROW * len(bars) + (_FOOT if more else 0), (bars, tone, more), title, note)


def _shown(voice: Voice) -> int:
    return voice.city.settings.digests.rows
