"""The figures of rounds (巡查), each once: due, made, defects found and put right, and what was overlooked, by unit.

A round is due (应巡) by the rhythm of its point's class, on the day that `bot.domain.patrol.dues` gives it, where the
point had a leader when that day began; a chief's, where the circle's unit had a head. It counts for the point's
territorial unit, a chief's for the chief's. It is made (已巡) if there is a row for its slot. Cases count for the unit
that has them, as everywhere: a defect (发现问题) when it was reported; put right on the spot (举手之劳) those of them
that their finder has replied to and nobody has failed; overlooked (漏报) valid cases, when they were opened, that a
citizen reported shortly after the leader's "all fine". 漏报率 = 漏报数 / 立案数 (GB/T 30428.4).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import and_, case, literal, not_, or_, select

from bot.city.calendar import working_days
from bot.city.model import City
from bot.domain.patrol import Due, Rhythm, dues
from bot.domain.roles import Role
from bot.reports.facts import Facts
from bot.reports.figures import by_unit, is_valid, opened, received
from bot.reports.period import Period
from bot.reports.tally import Rate
from storage.models import Assignment, Case, Patrol

_DAY = timedelta(days=1)
FOUND, FIXED = "patrol", "fixed"
"""The sources of cases that a round brought."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """The figures of a period for a unit or for all; those of parts add up to that of the whole."""

    expected: int = 0
    made: int = 0
    defects: int = 0
    fixed: int = 0
    overlooked: int = 0
    opened: int = 0

    def __add__(self, other: Rounds) -> Rounds:
        return Rounds(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def missed(self) -> int:
        """漏巡: due, and not made."""
        return self.expected - self.made

    @property
    def rate(self) -> Rate:
        """巡查率 = 已巡 / 应巡."""
        return Rate(self.made, self.expected)

    @property
    def overlooked_rate(self) -> Rate:
        """漏报率 = 漏报数 / 立案数."""
        return Rate(self.overlooked, self.opened)


_Term = tuple[datetime, datetime | None]
_WHOSE = case(
    (Assignment.role == Role.LEADER.value, literal("point:") + Assignment.point),
    else_=literal("unit:") + Assignment.unit,
)
_Made = Mapping[str, Collection[str]]
"""The slots of the rounds that were made, by point."""


class _Terms(NamedTuple):
    """Whose posts (a point's or a unit's) were held for a whole period and past it; of all others in it the terms."""

    throughout: frozenset[str]
    others: Mapping[str, Sequence[_Term]]


class _Duty(NamedTuple):
    """Rounds of a rhythm at a point, the unit that they count for, and whose they are: a point's or a unit's."""

    point: str
    unit: str
    rhythm: Rhythm
    whose: str


def are_made(city: City) -> bool:
    """Tell whether anybody goes round in a city."""
    return any(each.rhythm for each in city.classes.values()) or (city.settings.patrols.chiefs and bool(city.anchors))


def by_units(facts: Facts, period: Period) -> dict[str, Rounds]:
    """Return the figures of each unit that has any."""
    found: defaultdict[str, Rounds] = defaultdict(Rounds)
    for unit, rounds in (*_rounds(facts, period), *_cases(facts, period)):
        found[unit] += rounds
    return {unit: rounds for unit, rounds in found.items() if rounds != Rounds()}


# --- rounds ----------------------------------------------------------------------------------------------------------


def _rounds(facts: Facts, period: Period) -> Iterator[tuple[str, Rounds]]:
    days = {rhythm: list(_due_days(facts, period, rhythm)) for rhythm in Rhythm}
    if not any(days.values()):
        return
    terms, made = _terms(facts, period), _made(facts, {slot for due in days.values() for _, slot in due})
    expected, done = Counter[str](), Counter[str]()
    for duty in _duties(facts.city):
        if duty.unit in facts.units:
            held = _held(days[duty.rhythm], duty.whose, terms, period)
            expected[duty.unit] += len(held)
            done[duty.unit] += sum(slot in made[duty.point] for _, slot in held) if duty.point in made else 0
    yield from ((unit, Rounds(count, done[unit])) for unit, count in expected.items())


def _due_days(facts: Facts, period: Period, rhythm: Rhythm) -> Iterator[Due]:
    """Yield what is due on the days of a period that are over: on a day that goes on nothing is missed yet."""
    days = (period.first + _DAY * number for number in range(period.days))
    over = [day for day in days if datetime.combine(day + _DAY, time(), period.zone) <= period.end]
    yield from dues(rhythm, over[0], over[-1], working_days(facts.city.settings)) if over else ()


@lru_cache(maxsize=8)
def _duties(city: City) -> tuple[_Duty, ...]:
    """Return whose rounds there are in a city."""
    anchors = city.anchors if city.settings.patrols.chiefs else ()
    return (
        *(
            _Duty(point.code, point.territorial_unit, Rhythm(rhythm), f"point:{point.code}")
            for point in city.points.values()
            if (rhythm := city.rhythm_of(point))
        ),
        *(_Duty(each.code, each.chief_unit, Rhythm.CHIEF, f"unit:{each.chief_unit}") for each in anchors),
    )


def _terms(facts: Facts, period: Period) -> _Terms:
    """Return from when to when there were leaders of each point, and heads of each unit."""
    roles = Assignment.role.in_([Role.LEADER.value, Role.UNIT_HEAD.value])
    stays = or_(Assignment.until.is_(None), Assignment.until > period.end)
    whole = and_(Assignment.since < period.start, stays)
    left = or_(Assignment.until.is_(None), Assignment.until > period.start)
    some = select(_WHOSE, Assignment.since, Assignment.until).where(
        roles, left, Assignment.since < period.end, not_(whole)
    )
    others = defaultdict[str, list[_Term]](list)
    for whose, since, until in facts.session.execute(some):
        others[whose].append((since, until))
    # Nearly all hold theirs for long: their moments need not be read.
    return _Terms(frozenset(facts.session.scalars(select(_WHOSE).where(roles, whole))), others)


def _held(days: Sequence[Due], whose: str, terms: _Terms, period: Period) -> Sequence[Due]:
    """Return those of the days on which somebody held it when they began, and not only until then."""
    if whose in terms.throughout:
        return days
    found = terms.others.get(whose, ())
    return [due for due in days if found and _is_held(found, datetime.combine(due.day, time(), period.zone))]


def _is_held(terms: Iterable[_Term], morning: datetime) -> bool:
    return any(since < morning and (until is None or until > morning) for since, until in terms)


def _made(facts: Facts, slots: Iterable[str]) -> _Made:
    query = select(Patrol.point, Patrol.slot).where(Patrol.slot.in_(sorted(slots)))
    found = defaultdict[str, set[str]](set)
    for point, slot in facts.session.execute(query):
        found[point].add(slot)
    return found


# --- cases -----------------------------------------------------------------------------------------------------------


def _cases(facts: Facts, period: Period) -> Iterator[tuple[str, Rounds]]:
    for each in facts.ledger.within(received, period):
        if is_valid(each) and each.source in {FOUND, FIXED}:
            is_fixed = each.source == FIXED and each.replied_at is not None and each.round == 1
            yield by_unit(each), Rounds(defects=1, fixed=int(is_fixed))
    cases = facts.ledger.within(opened, period)
    within = (Case.opened_at >= period.start, Case.opened_at < period.end)
    query = select(Case.id).where(Case.overlooked_at.is_not(None), *within)
    overlooked = set(facts.session.scalars(query)) if cases else set()
    for each in cases:
        yield by_unit(each), Rounds(overlooked=int(each.id in overlooked), opened=1)
