"""Which jobs there are and when each is due. A job registers itself here; `load` finds all files of this folder.

A slot is a moment at which a job is due. A job works its newest slot; it never catches up on earlier ones one by one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.city.model import City, Settings
from bot.services.desk import Desk

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


class Rhythm(Protocol):
    """When a job is due."""

    def slot(self, now: datetime, city: City) -> datetime | None:
        """Return the newest slot that is not after `now`; None when there is none."""
        ...

    def between(self, after: datetime, slot: datetime, city: City) -> int:
        """Return how many slots lie between two moments, neither counted."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """A slot each time so much has passed, counted from the beginning of 1970 in UTC: hours begin on the hour."""

    length: timedelta

    def slot(self, now: datetime, _city: City) -> datetime:
        """Return when the period began that `now` lies in."""
        return now - (now - _EPOCH) % self.length

    def between(self, after: datetime, slot: datetime, _city: City) -> int:
        """Return how many periods began between the two."""
        return max(0, -((after - slot) // self.length) - 1)


@dataclass(frozen=True, slots=True)
class Daily:
    """A slot at certain times of each day, as the city's clocks show it; its settings may say when."""

    times: Callable[[Settings], Iterable[time]]

    def slot(self, now: datetime, city: City) -> datetime | None:
        """Return the last of these times, today's or yesterday's."""
        return max((each for each in self._moments(now - _DAY, now, city) if each <= now), default=None)

    def between(self, after: datetime, slot: datetime, city: City) -> int:
        """Return how many of these times lie between the two."""
        return sum(after < each < slot for each in self._moments(after, slot, city))

    def _moments(self, first: datetime, last: datetime, city: City) -> Iterator[datetime]:
        zone, times = ZoneInfo(city.settings.time_zone), sorted(set(self.times(city.settings)))
        day, end = first.astimezone(zone).date(), last.astimezone(zone).date()
        while day <= end:
            yield from (_moment(day, each, zone) for each in times)
            day += _DAY


@dataclass(frozen=True, slots=True)
class Tick:
    """What a job is called for: its slot, which part of it, and how many slots were slept through before this one."""

    slot: datetime
    part: int = 1
    skipped: int = 0


Run = Callable[[Desk, Tick], bool | None]
"""Works a slot in one transaction; True asks to be called again in another one (`part` 2, 3 …), to keep each short."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is due again and again. `catches_up`: a run does what earlier slots would have done, too."""

    name: str
    rhythm: Rhythm
    run: Run
    catches_up: bool


jobs: dict[str, Job] = {}


def job(name: str, rhythm: Rhythm, *, catches_up: bool) -> Callable[[Run], Run]:
    """Let a function be a job. Without `catches_up` the log says loudly which slots were slept through."""

    def register(run: Run) -> Run:
        jobs[name] = Job(name, rhythm, run, catches_up)
        return run

    return register


def load() -> None:
    """Import every job, so that it registers itself."""
    package = importlib.import_module("bot.jobs")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"bot.jobs.{module.name}")


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
