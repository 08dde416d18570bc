"""The red and the black list: units alone, ranked by how much of what was due they closed in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from bot.reports.facts import Facts
from bot.reports.figures import by_unit
from bot.reports.period import Period
from bot.reports.sections import section
from bot.reports.tally import Rate

_ENOUGH = 2
"""A single unit is compared with nobody."""


class Listed(NamedTuple):
    """A unit on a list, its place there (ties share it), and its 按期结案率."""

    place: int
    unit: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Lists:
    """The best and the worst units of a span; `least` is how many cases due a unit needed to be ranked."""

    span: Period
    least: int
    red: tuple[Listed, ...]
    black: tuple[Listed, ...]


@section("lists", order=30)
def collect(facts: Facts) -> Lists | None:
    """Rank the units that had enough cases due.

    On the red list are the first places of those no worse than all ranked units together (and not without any case in
    time), on the black list the last places of those worse than all together: nobody is on both, and where all are
    alike nobody is black.
    """
    least, places = facts.city.settings.digests.least_for_list, facts.city.settings.digests.listed
    tallies = facts.ledger.by(by_unit, facts.wider)
    rates = {unit: tally.in_time_rate for unit, tally in tallies.items() if unit and tally.due >= least}
    if len(rates) < _ENOUGH:
        return None
    mean = _share(Rate(sum(rate.part for rate in rates.values()), sum(rate.whole for rate in rates.values())))
    red = {unit: rate for unit, rate in rates.items() if _share(rate) >= mean and rate.part}
    black = {unit: rate for unit, rate in rates.items() if _share(rate) < mean}
    return Lists(facts.wider, least, _first(places, red, best=True), _first(places, black, best=False))


def _first(places: int, rates: dict[str, Rate], *, best: bool) -> tuple[Listed, ...]:
    shares = [_share(rate) for rate in rates.values()]
    listed = (Listed(1 + _ahead(shares, _share(rate), best=best), unit, rate) for unit, rate in rates.items())
    return tuple(sorted((each for each in listed if each.place <= places), key=lambda each: (each.place, each.unit)))


def _ahead(shares: Iterable[Fraction], share: Fraction, *, best: bool) -> int:
    return sum(other > share if best else other < share for other in shares)


def _share(rate: Rate) -> Fraction:
    return Fraction(rate.part, rate.whole)
