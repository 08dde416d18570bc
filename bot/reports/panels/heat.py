"""The heat table: how often anything uncivil was seen at each post in each hour of the day, as shades with figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from bot.reports.digest import Digest
from bot.reports.lettering import fit, width
from bot.reports.panels import Panel
from bot.reports.sections.behaviours import Behaviours, HourRow
from bot.reports.svg import ROOM, ROW, SMALL
from bot.reports.voice import Voice

_A_PANEL, _A_PICTURE = 6, 40
"""So many posts are shown among other panels, and so many alone."""
_HEAD, _LABELS, _FOOT, _BELOW = 84, 44, 54, 20
_MOST_COLUMNS = 10
_SPANS = (1, 2, 3, 4)
"""Hours of one column: the fewest with which there are not too many."""
_LABEL_SHARE, _GAP = 0.4, 20
_SIZES, _HEAD_SIZES = (34, 30, 26, 22), (26, 24, 22, 20, 18)
_PALEST, _DARKEST, _WHITE_FROM = 0.1, 0.95, 0.75


class Cell(NamedTuple):
    """A figure on its shade (0 to 1); letters are white on a dark one."""

    x: float
    value: str
    shade: float
    is_dark: bool


class Line(NamedTuple):
    """A post and its figures."""

    label: str
    cells: tuple[Cell, ...]


class Heat(NamedTuple):
    """The lines, the columns' heads with their middles, how wide a column is, both sizes of letters, and the rest."""

    lines: tuple[Line, ...]
    heads: tuple[tuple[float, str], ...]
    across: float
    size: int
    head_size: int
    more: str


def draw(digest: Digest, voice: Voice) -> Panel | None:
    """Show the posts at which most was seen."""
    return _panel(digest, voice, _A_PANEL)


def draw_all(digest: Digest, voice: Voice) -> Panel | None:
    """Show all posts, as far as a phone shows a picture."""
    return _panel(digest, voice, _A_PICTURE)


def _panel(digest: Digest, voice: Voice, most: int) -> Panel | None:
    found: Behaviours | None = digest.block("behaviours")
    if found is None or not found.stands:
        return None
    rest = found.stands[most:]
    cases = sum(row.hours.total() for row in rest)
    more = voice.plain("digest.picture.heat_more", n=len(rest), cases=f"{cases:,}") if rest else ""
    heat = _heat(voice, found.stands[:most], more)
    height = _HEAD + _LABELS + ROW * len(heat.lines) + (_FOOT if more else _BELOW)
    return Panel("heat", height, heat, voice.plain("digest.picture.heat"), voice.plain("digest.picture.heat_note"))


def _heat(voice: Voice, rows: Sequence[HourRow], more: str) -> Heat:
    span = _span(rows)
    grid = [_columns(row, span) for row in rows]
    columns, highest = sorted(set().union(*grid)), max(max(counts.values()) for counts in grid)
    names = [voice.stand(row.stand) for row in rows]
    left = min(ROOM * _LABEL_SHARE, max(width(name, SMALL) for name in names)) + _GAP
    across = (ROOM - left) / len(columns)
    places = {at: left + across * number for number, at in enumerate(columns)}
    lines = tuple(
        Line(fit(name, SMALL, left - _GAP), tuple(_cell(x, counts[at], highest) for at, x in places.items()))
        for name, counts in zip(names, grid, strict=True)
    )
    heads = tuple((x + across / 2, _head(voice, at, span)) for at, x in places.items())
    size = _size([f"{highest:,}"], _SIZES, across - 12)
    return Heat(lines, heads, across, size, _size([head for _, head in heads], _HEAD_SIZES, across - 6), more)


def _span(rows: Sequence[HourRow]) -> int:
    hours = {hour for row in rows for hour in row.hours}
    return next((span for span in _SPANS if len({hour // span for hour in hours}) <= _MOST_COLUMNS), _SPANS[-1])


def _columns(row: HourRow, span: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for hour, n in row.hours.items():
        found[hour // span] += n
    return found


def _cell(x: float, n: int, highest: int) -> Cell:
    share = n / highest
    shade = _PALEST + (_DARKEST - _PALEST) * share if n else 0
    return Cell(x, f"{n:,}" if n else "", round(shade, 3), share > _WHITE_FROM)


def _head(voice: Voice, at: int, span: int) -> str:
    if span == 1:
        return voice.plain("digest.heat.hour", hour=at)
    return voice.plain("digest.heat.hours", first=at * span, last=at * span + span)


def _size(texts: Sequence[str], sizes: Sequence[int], room: float) -> int:
    return next((size for size in sizes if all(width(each, size) <= room for each in texts)), sizes[-1])
