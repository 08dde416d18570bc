"""What a digest is made of: the cases of a scope, the periods in which they are counted, and the sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy.orm import Session

from bot.city.model import City
from bot.reports import duty, observed
from bot.reports.cases import CaseFacts, read_cases
from bot.reports.duty import Served
from bot.reports.observed import Count
from bot.reports.period import Kind, Period
from bot.reports.tally import Ledger, Standing, standing

DAYS_BACK = 31
"""At least so many days, up to the end of the period, are known in full."""
_OF_A_DAY = frozenset({Kind.DAILY, Kind.FLASH})


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures: those of a unit with all units below it, or of the whole district."""

    unit: str = ""

    def units(self, city: City) -> frozenset[str]:
        """Return the codes of the unit and of all below it; of all that are live for the district."""
        if not self.unit:
            return frozenset(city.units)
        found = {self.unit}
        while below := {code for code, each in city.units.items() if each.parent in found} - found:
            found |= below
        return frozenset(found)


DISTRICT = Scope()


@dataclass(frozen=True)
class Facts:
    """All that a section may ask: the cases of the scope, and the periods to count them in.

    `session` is for a section whose matter is not in the cases; `now` is when it is asked, and standing figures are of
    that moment.
    """

    session: Session
    city: City
    period: Period
    scope: Scope
    now: datetime
    kind: Kind
    cases: Sequence[CaseFacts]

    @cached_property
    def before(self) -> Period:
        """The last period (上期)."""
        return self.period.before()

    @cached_property
    def year_ago(self) -> Period:
        """The same days a year ago (同期)."""
        return self.period.year_ago()

    @cached_property
    def month(self) -> Period:
        """The month up to the end of the period (本月累计)."""
        return self.period.month_so_far()

    @property
    def wider(self) -> Period:
        """Where small groups are compared: a day says too little of a unit or a point, so daily it is the month."""
        is_longer = self.month.first < self.period.first
        return self.month if self.kind in _OF_A_DAY and is_longer else self.period

    @cached_property
    def lately(self) -> Period:
        """The days in which a trouble that comes back is looked for, up to the end of the period."""
        return lately(self.city, self.period)

    @cached_property
    def units(self) -> frozenset[str]:
        """The units that the scope covers."""
        return self.scope.units(self.city)

    @cached_property
    def ledger(self) -> Ledger:
        """Every case under every figure that counts it."""
        return Ledger(self.cases)

    @property
    def _posts(self) -> frozenset[str] | None:
        """The units whose posts count; None for all, those of units that are no more among them."""
        return self.units if self.scope.unit else None

    @cached_property
    def shifts(self) -> Sequence[Served]:
        """The volunteers' shifts of the period."""
        return duty.read(self.session, self.period, self._posts, self.now)

    @cached_property
    def shifts_before(self) -> Sequence[Served]:
        """Those of the last."""
        return duty.read(self.session, self.before, self._posts, self.now)

    @cached_property
    def counts(self) -> Sequence[Count]:
        """What volunteers counted in the period."""
        return observed.read(self.session, self.period, self._posts)

    @cached_property
    def counts_before(self) -> Sequence[Count]:
        """What they counted in the last."""
        return observed.read(self.session, self.before, self._posts)

    @cached_property
    def midnight(self) -> datetime:
        """The end of today."""
        today = self.now.astimezone(self.period.zone).date()
        return Period(today, today, self.period.zone).end

    @cached_property
    def standing(self) -> Standing:
        """How things stand now."""
        return standing(self.cases, self.now, self.midnight)


def lately(city: City, period: Period) -> Period:
    """Return the last days (the pack's `recurrence_days`) that end with this period."""
    first = period.last - timedelta(days=city.settings.digests.recurrence_days - 1)
    return Period(first, period.last, period.zone, period.until)


def read(session: Session, city: City, period: Period, scope: Scope, *, now: datetime, kind: Kind) -> Facts:
    """Read what a digest of this period needs."""
    recent = Period(period.last - timedelta(days=DAYS_BACK - 1), period.last, period.zone)
    near = (period, period.before(), period.month_so_far(), lately(city, period), recent)
    year_ago = period.year_ago()
    spans = [(min(each.start for each in near), period.end), (year_ago.start, year_ago.end)]
    cases = read_cases(session, spans, scope.units(city) if scope.unit else None)
    return Facts(session, city, period, scope, now, kind, cases)
