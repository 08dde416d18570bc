"""The red and the black list: beside each other where the names fit, else one under the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.reports.digest import Digest
from bot.reports.lettering import fit, width
from bot.reports.panels import Panel
from bot.reports.sections.lists import Listed, Lists
from bot.reports.svg import ROOM, SMALL
from bot.reports.voice import Voice

_MOST = 5
"""Ties may put all units there are on a list."""
_GAP, _PLACE, _HEAD, _TOP = 40, 40, 72, 80
_ROW, _APART = 48, 14


class Row(NamedTuple):
    """A unit: its place, its name, its rate."""

    place: int
    label: str
    value: str


class Column(NamedTuple):
    """A list: where it lies, how wide it is, its title and tone, its rows, and what is said of those left out."""

    left: float
    top: float
    across: float
    title: str
    tone: str
    rows: tuple[Row, ...]
    more: str


def draw(digest: Digest, voice: Voice) -> Panel | None:
    """Which units did best and which worst."""
    found: Lists | None = digest.block("lists")
    if found is None or not (found.red or found.black):
        return None
    listed = ((each, _rows(voice, each), _left_out(voice, each)) for each in (found.red, found.black))
    (_, red, more_red), (_, black, more_black) = listed
    half = (ROOM - _GAP) / 2
    beside = all(_taken(row) <= half for row in (*red, *black))
    across = half if beside else ROOM
    heights = [_HEAD + _ROW * max(1, len(rows) + bool(more)) for rows, more in ((red, more_red), (black, more_black))]
    left, top = (half + _GAP, _TOP) if beside else (0, _TOP + heights[0] + _APART)
    columns = (
        Column(0, _TOP, across, voice.plain("digest.picture.red"), "good", _fitted(red, across), more_red),
        Column(left, top, across, voice.plain("digest.picture.black"), "bad", _fitted(black, across), more_black),
    )
    height = _TOP + (max(heights) if beside else sum(heights) + _APART)
    title, note = voice.plain("digest.picture.lists"), voice.days(found.span, digest.made_at)
    return Panel("lists", height, (columns, voice.plain("digest.picture.nobody")), title, note)


def _rows(voice: Voice, listed: Sequence[Listed]) -> tuple[Row, ...]:
    return tuple(
        Row(each.place, voice.unit(each.unit), voice.percent(each.rate) or f"{each.rate.part}/{each.rate.whole}")
        for each in listed[:_MOST]
    )


def _left_out(voice: Voice, listed: Sequence[Listed]) -> str:
    left = len(listed) - _MOST
    return voice.plain("digest.picture.tied", n=left) if left > 0 else ""


def _taken(row: Row) -> float:
    return _PLACE + width(row.label, SMALL) + 20 + width(row.value, SMALL)


def _fitted(rows: Sequence[Row], across: float) -> tuple[Row, ...]:
    def room(row: Row) -> float:
        return across - _PLACE - 20 - width(row.value, SMALL)

    return tuple(row._replace(label=fit(row.label, SMALL, room(row))) for row in rows)
