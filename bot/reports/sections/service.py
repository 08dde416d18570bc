"""What volunteers did: hours and heads; and a sheet by unit and one by post that tell all of their figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bot.reports import duty, observed
from bot.reports.digest import Digest
from bot.reports.duty import Duty, Stand
from bot.reports.facts import Facts
from bot.reports.observed import Seen
from bot.reports.sections import section
from bot.reports.tables import Row, Table, table
from bot.reports.voice import Voice

K = TypeVar("K")
_DUTY = ("planned", "held", "missing", "rate", "wanted", "came", "lacking", "minutes", "training")
_OUTCOMES = ("persuaded", "heeded", "refused")


@dataclass(frozen=True, slots=True)
class Service:
    """The figures of the period and of the last, and how many people that were.

    People are the same at several posts, so theirs is the one figure here that parts do not add up to; those who are
    forgotten are not among them.
    """

    now: Duty
    before: Duty
    people: int


@section("service", order=57, is_news=True)
def collect(facts: Facts) -> Service | None:
    """Sum up the minutes; nothing where nobody served."""
    now = duty.whole(facts.shifts)
    if not now.minutes and not now.training:
        return None
    people = {person_id for each in facts.shifts for person_id in each.minutes if person_id > 0}
    return Service(now, duty.whole(facts.shifts_before), len(people))


@table("service_units", order=80)
def draw_units(digest: Digest, voice: Voice) -> Table | None:
    """Every unit whose posts had a shift, or at which anything was counted."""
    units = _by(digest, lambda stand: stand.unit)
    heads = (voice.plain("digest.head.unit"),)
    return _table(digest, voice, heads, {(voice.unit(unit),): row for unit, row in sorted(units.items())})


@table("service_posts", order=81)
def draw_posts(digest: Digest, voice: Voice) -> Table | None:
    """Every such post."""
    posts = _by(digest, lambda stand: stand)
    heads = (voice.plain("digest.head.unit"), voice.plain("digest.head.post"))
    ranked = sorted(posts.items(), key=lambda each: (each[0].unit, each[0].code))
    return _table(digest, voice, heads, {(voice.unit(each.unit), voice.stand(each)): row for each, row in ranked})


def _by(digest: Digest, key: Callable[[Stand], K]) -> dict[K, tuple[Duty, Seen]]:
    facts, groups = digest.facts, dict[K, Duty]()
    for stand, figures in duty.by_stand(facts.shifts).items():
        groups[key(stand)] = groups.get(key(stand), Duty()) + figures
    seen = observed.by(lambda count: key(count.stand), facts.city, facts.counts)
    return {each: (groups.get(each, Duty()), seen.get(each, Seen())) for each in {**groups, **seen}}


def _table(
    digest: Digest, voice: Voice, heads: tuple[str, ...], rows: Mapping[tuple[str, ...], tuple[Duty, Seen]]
) -> Table | None:
    if not rows:
        return None
    facts, rates = digest.facts, observed.rate_codes(digest.city)
    names = (*(f"duty.{name}" for name in _DUTY), "seen", *_OUTCOMES, *(f"rate.{code}" for code in rates))
    total = (duty.whole(facts.shifts), observed.sum_up(facts.city, facts.counts))
    said = (voice.plain("digest.head.total"), *("" for _ in heads[1:]))
    return Table(
        (*heads, *(voice.plain(f"digest.{name}") for name in names)),
        tuple((*name, *_cells(*row, rates)) for name, row in rows.items()),
        (*said, *_cells(*total, rates)),
    )


def _cells(figures: Duty, seen: Seen, rates: Iterable[str]) -> Row:
    counted = (seen.seen, *(seen.counts[name] for name in _OUTCOMES), *(seen.rate(code) for code in rates))
    return (*(getattr(figures, name) for name in _DUTY), *counted)
