"""The tables behind a digest: every figure in full, as data that a sheet, an export or a page may show.

A table registers itself here; that of a section may stand in the section's own file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.reports import sections
from bot.reports.cases import CaseFacts
from bot.reports.digest import Digest
from bot.reports.figures import (
    Turn,
    by_kind,
    by_point,
    by_source,
    closed,
    deadline,
    is_open,
    is_overdue,
    is_valid,
    received,
    turn,
)  # fmt: skip
from bot.reports.tally import COLUMNS, Rate, Standing, Tally, standing
from bot.reports.voice import Voice

K = TypeVar("K", bound=Hashable)
Cell = str | int | float | datetime | Rate
Row = tuple[Cell, ...]
_STANDS = ("open", "overdue", "due_today", "suspended")
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Table:
    """A heading for each column, the rows, and perhaps a row with their sums. Times are aware."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row = ()


Draw = Callable[[Digest, Voice], Table | None]
_registered: dict[str, tuple[int, Draw]] = {}


def table(name: str, *, order: int) -> Callable[[Draw], Draw]:
    """Make a function a table of the sheet, called by the text `digest.table.<name>`; None is left out."""

    def register(draw: Draw) -> Draw:
        _registered[name] = order, draw
        return draw

    return register


def tables(digest: Digest, voice: Voice) -> dict[str, Table]:
    """Return all tables by name, in their order."""
    sections.load()
    ranked = sorted(_registered, key=lambda name: (_registered[name][0], name))
    drawn = {name: _registered[name][1](digest, voice) for name in ranked}
    return {name: each for name, each in drawn.items() if each is not None}


# --- figures by group ------------------------------------------------------------------------------------------------


@table("overview", order=10)
def overview(digest: Digest, voice: Voice) -> Table:
    """Every figure and rate of this period, the last, a year ago and the month so far, with its formula."""
    facts = digest.facts
    periods = (digest.period, facts.before, facts.year_ago, facts.month)
    tallies = [facts.ledger.tally(each) for each in periods]
    days = (_head(voice, "days"), *(voice.days(each, digest.made_at) for each in periods), "")
    made = (_head(voice, "made"), digest.made_at, "", "", "", "")
    counted = ((name, *(getattr(each, name) for each in tallies)) for name in COLUMNS)
    stood = ((name, getattr(facts.standing, name), "", "", "") for name in _STANDS)
    rows = (
        (_figure(voice, name), *values, voice.plain(f"digest.formula.{name}")) for name, *values in (*counted, *stood)
    )
    heads = ("figure", "now", "last", "year_ago", "month", "formula")
    return Table(tuple(_head(voice, each) for each in heads), (days, made, *rows))


@table("units", order=20)
def units(digest: Digest, voice: Voice) -> Table:
    """Every unit, those with nothing too, headquarters for what no unit has, and those who verify."""
    facts = digest.facts
    waiting: defaultdict[Turn, list[CaseFacts]] = defaultdict(list)
    for case in facts.cases:
        if is_open(case):
            waiting[turn(case)].append(case)
    stands = {each: standing(cases, facts.now, facts.midnight) for each, cases in waiting.items()}
    live = [Turn("unit", code) for code in facts.city.units if code in facts.units]
    rows = [
        (voice.owner(each), *row, *_stood(stands.get(each, Standing())))
        for each, row in _grouped(digest, _whose, [*live, *stands]).items()
    ]
    heads = (_head(voice, "unit"), *_heads(voice), *(_figure(voice, name) for name in _STANDS))
    return Table(heads, tuple(rows), (_head(voice, "total"), *_total(digest), *_stood(facts.standing)))


@table("sources", order=30)
def sources(digest: Digest, voice: Voice) -> Table:
    """Every source that anything came from."""
    return _by(digest, voice, "source", by_source, voice.source)


@table("kinds", order=40)
def kinds(digest: Digest, voice: Voice) -> Table:
    """Every category that there was any case of."""
    return _by(digest, voice, "kind", by_kind, voice.kind)


def _by(digest: Digest, voice: Voice, head: str, key: Callable[[CaseFacts], str], name: Callable[[str], str]) -> Table:
    groups = _grouped(digest, key).items()
    rows = tuple((name(each), *row) for each, row in groups)
    return Table((_head(voice, head), *_heads(voice)), rows, (_head(voice, "total"), *_total(digest)))


def _grouped(digest: Digest, key: Callable[[CaseFacts], K], at_least: Iterable[K] = ()) -> dict[K, Row]:
    """Return the figures of each group (and of these groups, whatever they have), the busiest first."""
    facts, nothing = digest.facts, Tally()
    now, last, year_ago = (facts.ledger.by(key, each) for each in (digest.period, facts.before, facts.year_ago))
    groups = dict.fromkeys([*at_least, *now, *last, *year_ago])
    ranked = sorted(groups, key=lambda each: -now.get(each, nothing).received)
    return {each: _row(now.get(each, nothing), last.get(each, nothing), year_ago.get(each, nothing)) for each in ranked}


def _total(digest: Digest) -> Row:
    tally = digest.facts.ledger.tally
    return _row(tally(digest.period), tally(digest.facts.before), tally(digest.facts.year_ago))


def _row(now: Tally, last: Tally, year_ago: Tally) -> Row:
    return (*(getattr(now, name) for name in COLUMNS), last.received, last.in_time_rate, year_ago.received)


def _heads(voice: Voice) -> tuple[str, ...]:
    earlier = ("last_received", "last_in_time_rate", "year_ago_received")
    return (*(_figure(voice, name) for name in COLUMNS), *(_head(voice, each) for each in earlier))


def _stood(stands: Standing) -> Row:
    return tuple(getattr(stands, name) for name in _STANDS)


def _whose(case: CaseFacts) -> Turn:
    return Turn("unit", case.unit) if case.unit else Turn("headquarters")


# --- cases and points ------------------------------------------------------------------------------------------------


@table("overdue", order=50)
def overdue(digest: Digest, voice: Voice) -> Table:
    """Every case that is overdue now, the latest first; nothing of it says who reported or handles it."""
    late = [(deadline(case) or digest.made_at, case) for case in digest.facts.cases if is_overdue(case, digest.made_at)]
    rows = (
        (
            case.number, voice.kind(case.category), voice.whereabouts(case), voice.unit(case.unit),
            voice.owner(turn(case)), due, round((digest.made_at - due).total_seconds() / _HOUR, 1),
        )
        for due, case in sorted(late, key=lambda each: (each[0], each[1].id))
    )  # fmt: skip
    heads = ("number", "kind", "place", "unit", "turn", "due", "hours_late")
    return Table(tuple(_head(voice, each) for each in heads), tuple(rows))


@table("points", order=60)
def points(digest: Digest, voice: Voice) -> Table:
    """Every point with a case of its own: what came in and was closed in the span, what is open and overdue now."""
    facts, span = digest.facts, digest.facts.wider
    came = Counter(by_point(case) for case in facts.ledger.within(received, span) if is_valid(case))
    went = Counter(map(by_point, facts.ledger.within(closed, span)))
    now = Counter(by_point(case) for case in facts.cases if is_open(case))
    late = Counter(by_point(case) for case in facts.cases if is_overdue(case, facts.now))
    ranked = sorted(({*came, *went, *now}) - {""}, key=lambda code: (-came[code], -late[code], code))
    rows = ((code, voice.point(code), came[code], went[code], now[code], late[code]) for code in ranked)
    days = voice.days(span, digest.made_at)
    within = (f"{_head(voice, each)} {days}" for each in ("new", "closed"))
    heads = (
        _head(voice, "code"),
        _head(voice, "point"),
        *within,
        _head(voice, "open_now"),
        _head(voice, "overdue_now"),
    )
    return Table(heads, tuple(rows))


def _head(voice: Voice, name: str) -> str:
    return voice.plain(f"digest.head.{name}")


def _figure(voice: Voice, name: str) -> str:
    return voice.plain(f"digest.figure.{name}")
