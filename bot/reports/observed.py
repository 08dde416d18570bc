"""The figures of behaviour, each once: what was seen at posts, who passed, what speaking to people came to.

Never a person. Everything counts in its quarter of an hour, so that posts, hours and days add up to the whole.
不文明行为 (seen) is the sum of all the pack's behaviours; 劝导 (persuaded), 听从 (heeded) and 不听 (refused) are
counted by themselves.

A rate is of those who pass: 礼让率, 遵守信号灯率, 头盔佩戴率 … = (passers - violations that spoil it) / passers, over
the quarters of a shift in which those of that kind were counted; what was seen in others says nothing of a share. More
violations than passers make none good, and no fewer than none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.city.model import City
from bot.domain.counting import is_behaviour, passed
from bot.reports.duty import Stand, read_stands
from bot.reports.period import Period
from bot.reports.tally import Rate
from storage.models import Post, Shift, Tally

K = TypeVar("K", bound=Hashable)
_LONGEST = timedelta(days=1)


class Count(NamedTuple):
    """How often something was counted at a post in a quarter of an hour of one shift, whoever counted."""

    stand: Stand
    shift: int
    quarter: datetime
    name: str
    n: int


@dataclass(frozen=True)
class Seen:
    """The figures of a period for a post, a unit or all: how often each thing was counted, and the rates by code."""

    counts: Counter[str] = field(default_factory=Counter)
    rates: Mapping[str, Rate] = field(default_factory=dict)

    @cached_property
    def behaviours(self) -> Counter[str]:
        """What was seen, by behaviour."""
        return Counter({name: n for name, n in self.counts.items() if n and is_behaviour(name)})

    @property
    def seen(self) -> int:
        """不文明行为: how often anything uncivil was seen."""
        return self.behaviours.total()

    def rate(self, code: str) -> Rate:
        """Return a rate; of nothing where nobody of that kind was counted."""
        return self.rates.get(code, Rate(0, 0))


def sum_up(city: City, counts: Iterable[Count]) -> Seen:
    """Return the figures of these counts."""
    all_of: Counter[str] = Counter()
    cells: defaultdict[tuple[int, datetime], Counter[str]] = defaultdict(Counter)
    for each in counts:
        all_of[each.name] += each.n
        cells[each.shift, each.quarter][each.name] += each.n
    return Seen(all_of, {code: rate for code in rate_codes(city) if (rate := _rate(city, code, cells.values())).whole})


def by(key: Callable[[Count], K], city: City, counts: Iterable[Count]) -> dict[K, Seen]:
    """Return the figures of each group of counts."""
    groups: defaultdict[K, list[Count]] = defaultdict(list)
    for each in counts:
        groups[key(each)].append(each)
    return {group: sum_up(city, theirs) for group, theirs in groups.items()}


def by_hour(counts: Iterable[Count], zone: ZoneInfo) -> dict[Stand, Counter[int]]:
    """Return how often anything uncivil was seen at each post, by the hour of the city's clocks (7: 7:00 to 8:00)."""
    found: defaultdict[Stand, Counter[int]] = defaultdict(Counter)
    for each in counts:
        if is_behaviour(each.name):
            found[each.stand][each.quarter.astimezone(zone).hour] += each.n
    return found


def rate_codes(city: City) -> list[str]:
    """Return the rates that the pack's behaviours spoil, in its order."""
    return list(dict.fromkeys(each.rate for each in city.behaviours.values() if each.rate and each.passers))


def _rate(city: City, code: str, cells: Iterable[Counter[str]]) -> Rate:
    spoils: defaultdict[str, list[str]] = defaultdict(list)
    for each in city.behaviours.values():
        if each.rate == code and each.passers:
            spoils[passed(each.passers)].append(each.code)
    good = passers = 0
    for cell in cells:
        for kind, violations in spoils.items():
            passers += cell[kind]
            good += max(0, cell[kind] - sum(cell[each] for each in violations))
    return Rate(good, passers)


def read(session: Session, period: Period, units: frozenset[str] | None) -> tuple[Count, ...]:
    """Return what was counted in a period at the posts of these units, or of all."""
    near = (Shift.begins > period.start - _LONGEST, Shift.begins < period.end + _LONGEST)
    within = [*near, Tally.quarter >= period.start, Tally.quarter < period.end, Tally.count > 0]
    if units is not None:
        within.append(Post.unit.in_(units))
    key = (Shift.post, Tally.shift_id, Tally.quarter, Tally.behaviour)
    query = select(*key, func.sum(Tally.count)).join(Shift, Shift.id == Tally.shift_id)
    rows = session.execute(query.join(Post, Post.code == Shift.post).where(*within).group_by(*key))
    stands = read_stands(session)
    return tuple(Count(stands[post], shift, quarter, name, int(n)) for post, shift, quarter, name, n in rows)
