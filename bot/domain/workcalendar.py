"""When a city works: its hours on its working days, laid on the one line of UTC time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import NamedTuple

Span = tuple[time, time]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_YEARS_AHEAD = 100


class _Year(NamedTuple):
    """The open stretches of one local year in ticks (microseconds since 1970), and the work done before each."""

    opens: list[int]
    closes: list[int]
    before: list[int]
    total: int

    def done(self, tick: int) -> int:
        """Return the work done in this year up to the tick."""
        index = bisect_right(self.opens, tick) - 1
        return self.before[index] + min(tick, self.closes[index]) - self.opens[index] if index >= 0 else 0

    def at(self, work: int) -> int:
        """Return the first tick by which so much work, more than none and at most the total, is done."""
        index = bisect_left(self.before, work) - 1
        return self.opens[index] + work - self.before[index]


@dataclass(frozen=True)
class WorkCalendar:
    """Working hours (local, ascending, apart; an end of 00:00 is midnight) on the days that `is_working_day` names.

    The open stretches of a year are computed once and kept, so that a question costs two bisections however long the
    time asked about. Where days differ (a make-up day, a holiday announced late) make a new calendar. Raises ValueError
    for hours that are empty, overlap or run backwards.
    """

    zone: tzinfo
    hours: tuple[Span, ...]
    is_working_day: Callable[[date], bool]
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse hours that cannot be counted."""
        bounds = [bound for span in self._offsets() for bound in span]
        if not bounds or any(later <= earlier for earlier, later in zip(bounds[::2], bounds[1::2], strict=True)):
            raise ValueError("working hours must be given, and each span must end after it starts")
        if bounds != sorted(bounds):
            raise ValueError("working hours must be in order and must not overlap")

    @cached_property
    def day(self) -> timedelta:
        """Return the full complement of working hours of one day, by the clock on the wall."""
        return sum((end - start for start, end in self._offsets()), timedelta())

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two aware moments; negative when the end comes first."""
        if end < start:
            return -self.worked(end, start)
        first, last = self._local_year(start), self._local_year(end)
        whole = sum(self._year(year).total for year in range(first, last))
        return (whole + self._year(last).done(_tick(end)) - self._year(first).done(_tick(start))) * _TICK

    def after(self, start: datetime, work: timedelta) -> datetime:
        """Return the first moment (UTC) by which so much working time has passed since the start.

        That moment is never in closed hours, and is the closing of a day rather than the next opening; for no work at
        all it is the start itself. Raises ValueError for negative work and where a hundred years do not suffice.
        """
        if work < timedelta():
            raise ValueError("working time cannot be negative")
        tick, first = _tick(start), self._local_year(start)
        if not work:
            return _moment(tick)
        goal = self._year(first).done(tick) + work // _TICK
        for year in self._years_from(first):
            if goal <= year.total:
                return _moment(year.at(goal))
            goal -= year.total
        raise ValueError("there is not that much working time within a hundred years")

    def before(self, end: datetime, work: timedelta) -> datetime:
        """Return the first moment (UTC) from which so much working time remains until the end.

        For no work at all it is the end itself. Raises ValueError for negative work and where a hundred years do not
        suffice.
        """
        if work < timedelta():
            raise ValueError("working time cannot be negative")
        tick, last = _tick(end), self._local_year(end)
        if not work:
            return _moment(tick)
        goal = self._year(last).done(tick) - work // _TICK
        for year in range(last, last - _YEARS_AHEAD, -1):
            if goal > 0:
                return _moment(self._year(year).at(goal))
            goal += self._year(year - 1).total
        raise ValueError("there was not that much working time within a hundred years")

    def opening(self, at: datetime) -> datetime:
        """Return the moment itself when it is inside working hours, else the next opening (UTC)."""
        tick = _tick(at)
        for year in self._years_from(self._local_year(at)):
            index = bisect_right(year.closes, tick)
            if index < len(year.closes):
                return _moment(max(tick, year.opens[index]))
        raise ValueError("there is no working time within a hundred years")

    def is_open(self, at: datetime) -> bool:
        """Say whether the moment is inside working hours; a closing time is outside."""
        return self.opening(at) == at

    def _offsets(self) -> tuple[tuple[timedelta, timedelta], ...]:
        return tuple((_offset(start), _offset(end) or _DAY) for start, end in self.hours)

    def _local_year(self, at: datetime) -> int:
        return at.astimezone(self.zone).year

    def _years_from(self, first: int) -> Iterator[_Year]:
        return (self._year(year) for year in range(first, first + _YEARS_AHEAD))

    def _year(self, number: int) -> _Year:
        if number not in self._years:
            self._years[number] = self._lay_out(number)
        return self._years[number]

    def _lay_out(self, number: int) -> _Year:
        opens, closes, before, total = [], [], [], 0
        for start, end in self._stretches(number):
            opens.append(start)
            closes.append(end)
            before.append(total)
            total += end - start
        return _Year(opens, closes, before, total)

    def _stretches(self, number: int) -> Iterator[tuple[int, int]]:
        offsets, first = self._offsets(), date(number, 1, 1)
        for day in range((date(number + 1, 1, 1) - first).days):
            if self.is_working_day(first + timedelta(days=day)):
                midnight = datetime(number, 1, 1) + timedelta(days=day)  # noqa: DTZ001 - a reading of the wall clock
                for start, end in offsets:
                    bounds = (_reached(midnight + start, self.zone), _reached(midnight + end, self.zone))
                    if bounds[0] < bounds[1]:
                        yield bounds


def _offset(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)


def _tick(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("a time without zone")
    return (at - _EPOCH) // _TICK


def _moment(tick: int) -> datetime:
    return _EPOCH + tick * _TICK


def _reached(reading: datetime, zone: tzinfo) -> int:
    """Return the first tick at which the wall clock of the zone shows this reading or a later one.

    So readings that a change of clocks skips all fall on that change, and order is kept in every zone.
    """
    early, late = reading.replace(tzinfo=zone), reading.replace(tzinfo=zone, fold=1)
    before, after = early.utcoffset() or timedelta(), late.utcoffset() or timedelta()
    clock = (reading.replace(tzinfo=UTC) - _EPOCH) // _TICK
    high = clock - before // _TICK
    low = clock - after // _TICK
    if low >= high:  # Ordinary, or shown twice: the first time counts.
        return high
    while low < high:
        middle = (low + high) // 2
        shown = _moment(middle).astimezone(zone).replace(tzinfo=None)
        low, high = (low, middle) if shown >= reading else (middle + 1, high)
    return low
