"""What the program's digests tell, in the same plain shape as what they should tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from bot.reports.digest import Digest


def told(digest: Digest) -> dict[str, Any]:
    """Return the sections of a digest by name."""
    sections = {block.name: _SECTIONS[block.name](block.data) for block in digest.blocks if block.name in _SECTIONS}
    return sections | {"is_quiet": digest.is_quiet}


def _tally(tally: Any) -> Counter[str]:
    return +Counter(asdict(tally))


def _totals(data: Any) -> dict[str, Any]:
    return {"now": _tally(data.now), "before": _tally(data.before), "month": _tally(data.month) if data.month else None}


def _standing(data: Any) -> dict[str, Counter[str]]:
    owners = {f"{each.turn.function} {each.turn.unit}".strip(): _tally(each.standing) for each in data.owners}
    return owners | {"whole": _tally(data.whole)}


def _kinds(data: Any) -> dict[str, tuple[int, int]]:
    assert data.received == sum(row.since_last.now for row in data.rows)
    return {row.category: tuple(row.since_last) for row in data.rows}


def _sources(data: Any) -> dict[str, tuple[Counter[str], Counter[str]]]:
    return {row.source: (_tally(row.now), _tally(row.before)) for row in data.rows}


def _reopened(data: Any) -> dict[str, tuple[int, int]]:
    return {row.unit: (row.reopened, row.reworked) for row in data.rows}


def _points(data: Any) -> dict[str, tuple[int, int]]:
    return {row.point: (row.cases, row.overdue) for row in data.rows}


def _lists(data: Any) -> dict[str, set[tuple[int, str, int, int]]]:
    return {name: {(row.place, row.unit, *row.rate) for row in getattr(data, name)} for name in ("red", "black")}


def _recurrence(data: Any) -> dict[str, Any]:
    spots = {(spot.category, spot.cases[0].point): len(spot.cases) for spot in data.spots}
    return {"spots": spots, "share": tuple(data.share), "unplaced": tuple(data.unplaced)}


def _satisfaction(data: Any) -> dict[str, Any]:
    stars = round(data.stars * data.satisfied.whole)
    return {"content": tuple(data.satisfied), "rated": tuple(data.answered), "stars": stars}


def _zero(data: Any) -> dict[str, Any]:
    return {"idle": set(data.units), "of": data.of}


_SECTIONS = {
    "totals": _totals, "standing": _standing, "kinds": _kinds, "sources": _sources, "reopened": _reopened,
    "points": _points, "lists": _lists, "recurrence": _recurrence, "satisfaction": _satisfaction, "zero": _zero,
}  # fmt: skip
