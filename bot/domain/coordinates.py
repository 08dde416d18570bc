"""Coordinates as people write them: two bare numbers, with hemispheres, in degrees, minutes and seconds, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# One character for one, so that places in the text stay where they are.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x00A0: " ", 0x3001: ","}
_ANGLE = r"""
    (?: (?P<mark{n}> [NSEW] | [北南]纬 | [东西]经 | [纬经]度? | (?i:lat(?:itude)?|lo?ng?(?:itude)?) )
        \s{{0,3}} [:=]? \s{{0,3}} )?
    (?<![\d.]) (?P<degrees{n}> [-+]?\d{{1,3}}(?:\.\d{{1,20}})? )
    (?: \s{{0,3}} [°º˚度] (?: \s{{0,3}} (?P<minutes{n}> \d{{1,2}}(?:\.\d{{1,10}})? ) \s{{0,3}} ['′’分]
        (?: \s{{0,3}} (?P<seconds{n}> \d{{1,2}}(?:\.\d{{1,10}})? ) \s{{0,3}} (?:["″”秒]|''|′′|’’) )? )? )?
    (?(mark{n}) | (?: \s{{0,3}} (?P<after{n}> [NSEW] ) (?![A-Za-z]) )? )
"""
_PAIR = re.compile(
    rf"(?<![\w.]) {_ANGLE.format(n=1)} (?P<between> [\s,;/|]{{0,4}} ) {_ANGLE.format(n=2)} (?! \d | \.\d )",
    re.VERBOSE | re.ASCII,
)
_EXACT_DECIMALS = 4
_SIXTY = 60


class Pair(NamedTuple):
    """Two numbers and their words; `sure` when marks say which is which, `exact` when hardly written by chance."""

    lat: float
    lon: float
    sure: bool
    exact: bool
    words: str


def written(text: str) -> Iterator[Pair]:
    """Yield what reads like a pair of coordinates, latitude first where nothing else is said.

    Bare numbers need two decimals each, or they would be lengths and prices; marked ones need one.
    """
    for match in _PAIR.finditer(text.translate(_FULL_WIDTH)):
        pair = _pair(match, text[match.start() : match.end()])
        if pair:
            yield pair


def _pair(match: re.Match[str], words: str) -> Pair | None:
    marks = [match[f"mark{n}"] or match[f"after{n}"] or "" for n in (1, 2)]
    angles = [_angle(match, n, mark) for n, mark in enumerate(marks, 1)]
    first, second = (_is_latitude(mark) for mark in marks)
    if None in angles or (first is not None and first == second):
        return None
    sure = first is not None or second is not None
    fineness = min(_fineness(match, n) for n in (1, 2))
    if fineness < 1 + (not sure) or not (sure or match["between"]):
        return None
    lat, lon = reversed(angles) if first is False or second else angles
    return Pair(lat or 0.0, lon or 0.0, sure, sure or fineness >= _EXACT_DECIMALS, words)


def _is_latitude(mark: str) -> bool | None:
    if not mark:
        return None
    return mark[:2].lower() == "la" or mark[0] in "NS北南纬"


def _angle(match: re.Match[str], n: int, mark: str) -> float | None:
    degrees, minutes, seconds = (float(match[f"{part}{n}"] or 0) for part in ("degrees", "minutes", "seconds"))
    if minutes >= _SIXTY or seconds >= _SIXTY:
        return None
    size = abs(degrees) + minutes / _SIXTY + seconds / _SIXTY**2
    return -size if match[f"degrees{n}"].startswith("-") or mark[:1] in {"S", "W", "南", "西"} else size


def _fineness(match: re.Match[str], n: int) -> int:
    """Return how many decimals of a degree were written; minutes are worth two."""
    return len(match[f"degrees{n}"].partition(".")[2]) + (2 if match[f"minutes{n}"] else 0)
