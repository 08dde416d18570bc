"""Figures summed up: over a period, over groups of cases, as shares of each other, beside those of earlier periods."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple, TypeVar

from bot.reports import figures
from bot.reports.cases import CaseFacts
from bot.reports.figures import Figure, is_due, is_open, is_overdue, is_suspended
from bot.reports.period import Period

K = TypeVar("K", bound=Hashable)


class Rate(NamedTuple):
    """A part of a whole."""

    part: int
    whole: int

    def shown(self, least: int) -> float | None:
        """Return the share from 0 to 1; None where it would say too little (a whole of fewer than `least`), or where
        the part is not of this whole (what was opened today may have been received yesterday).
        """
        return self.part / self.whole if self.whole >= max(1, least) and self.part <= self.whole else None


class Change(NamedTuple):
    """A count, and the same count of an earlier period."""

    now: int
    then: int

    def shown(self, least: int) -> float | None:
        """Return by which share it changed (0.25: a quarter more); None where there were fewer than `least`."""
        return self.now / self.then - 1 if self.then >= max(1, least) else None


@dataclass(frozen=True, slots=True)
class Tally:
    """All figures of a period, for whatever cases were counted; the tallies of parts add up to that of the whole."""

    received: int = 0
    opened: int = 0
    dispatched: int = 0
    due: int = 0
    due_closed: int = 0
    in_time: int = 0
    closed: int = 0
    reworked: int = 0
    extended: int = 0
    reopened: int = 0
    rated: int = 0
    satisfied: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in FIGURES))

    @property
    def opening_rate(self) -> Rate:
        """立案率 = 立案 / 受理."""
        return Rate(self.opened, self.received)

    @property
    def dispatch_rate(self) -> Rate:
        """派遣率 = 派遣 / 立案."""
        return Rate(self.dispatched, self.opened)

    @property
    def closing_rate(self) -> Rate:
        """结案率 = 应结案 that is closed / 应结案."""
        return Rate(self.due_closed, self.due)

    @property
    def in_time_rate(self) -> Rate:
        """按期结案率 = 按期结案 / 应结案."""
        return Rate(self.in_time, self.due)

    @property
    def rework_rate(self) -> Rate:
        """返工率 = 返工 / 应结案."""
        return Rate(self.reworked, self.due)

    @property
    def extension_rate(self) -> Rate:
        """延期率 = 延期 / 应结案."""
        return Rate(self.extended, self.due)

    @property
    def reopening_rate(self) -> Rate:
        """重开率 = 重开 / 结案."""
        return Rate(self.reopened, self.closed)

    @property
    def satisfaction(self) -> Rate:
        """满意率 = 满意 / 评价."""
        return Rate(self.satisfied, self.rated)


COLUMNS = (
    "received", "opened", "opening_rate", "dispatched", "dispatch_rate", "due", "due_closed", "closing_rate", "in_time",
    "in_time_rate", "closed", "reworked", "rework_rate", "extended", "extension_rate", "reopened", "reopening_rate",
    "rated", "satisfied", "satisfaction",
)  # fmt: skip
"""All that a tally tells, figures and rates, in the order in which tables show them."""
FIGURES: dict[str, Figure] = {each.name: getattr(figures, each.name) for each in fields(Tally)}


class Ledger:
    """Cases entered under every figure that counts them, so that any period and any grouping is soon summed up."""

    def __init__(self, cases: Iterable[CaseFacts]) -> None:
        self._cases = tuple(cases)

    @cached_property
    def _entries(self) -> dict[str, tuple[list[datetime], list[CaseFacts]]]:
        """Moments and cases of each figure, in the order of the moments."""
        found = {}
        for name, figure in FIGURES.items():
            entries = sorted(((at, case) for case in self._cases for at in figure(case)), key=itemgetter(0))
            found[name] = [at for at, _ in entries], [case for _, case in entries]
        return found

    def within(self, figure: Figure, period: Period) -> list[CaseFacts]:
        """Return the cases that a figure counts in a period, as often as it counts them, by when it counts them."""
        moments, cases = self._entries[figure.__name__]
        return cases[bisect_left(moments, period.start) : bisect_left(moments, period.end)]

    def tally(self, period: Period) -> Tally:
        """Return all figures of a period."""
        return Tally(*(len(self.within(figure, period)) for figure in FIGURES.values()))

    def by(self, key: Callable[[CaseFacts], K], period: Period) -> dict[K, Tally]:
        """Return all figures of a period for each group of cases that has any."""
        counts: defaultdict[K, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
        for name, figure in FIGURES.items():
            for case in self.within(figure, period):
                counts[key(case)][name] += 1
        return {group: Tally(**numbers) for group, numbers in counts.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """How many are open now; of those, how many are overdue, due today, suspended. The sum of parts is the whole."""

    open: int = 0
    overdue: int = 0
    due_today: int = 0
    suspended: int = 0

    def __add__(self, other: Standing) -> Standing:
        return Standing(
            self.open + other.open, self.overdue + other.overdue, self.due_today + other.due_today,
            self.suspended + other.suspended,
        )  # fmt: skip


def standing(cases: Iterable[CaseFacts], now: datetime, midnight: datetime) -> Standing:
    """Return how the open ones of these cases stand; `midnight` ends today."""
    opened_now = [case for case in cases if is_open(case)]
    return Standing(
        len(opened_now),
        sum(is_overdue(case, now) for case in opened_now),
        sum(is_due(case, now, midnight) for case in opened_now),
        sum(is_suspended(case) for case in opened_now),
    )
