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
GRACE = timedelta(minutes=10)
"""A slot that has not been worked for so long is late."""
_REACH = 45
"""How many days back the last slot is looked for: a month, and the longest holidays."""


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
    """A slot at certain times of each day, or of some days, as the city's clocks show it; its settings may say when."""

    times: Callable[[Settings], Iterable[time]]
    is_due: Callable[[date, City], bool] = lambda _day, _city: True

    def slot(self, now: datetime, city: City) -> datetime | None:
        """Return the last of these times, of the last days."""
        zone = ZoneInfo(city.settings.time_zone)
        today = now.astimezone(zone).date()
        for back in range(_REACH):
            if over := [each for each in self._moments(today - back * _DAY, zone, city) if each <= now]:
                return max(over)
        return None

    def between(self, after: datetime, slot: datetime, city: City) -> int:
        """Return how many of these times lie between the two."""
        zone = ZoneInfo(city.settings.time_zone)
        first, last = after.astimezone(zone).date(), slot.astimezone(zone).date()
        days = (first + number * _DAY for number in range((last - first).days + 1))
        return sum(after < each < slot for day in days for each in self._moments(day, zone, city))

    def _moments(self, day: date, zone: ZoneInfo, city: City) -> Iterator[datetime]:
        if self.is_due(day, city):
            yield from (_moment(day, each, zone) for each in set(self.times(city.settings)))


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


def expected(now: datetime, city: City) -> dict[str, datetime]:
    """Return, by job, the newest slot that must have been worked by now."""
    slots = {job.name: job.rhythm.slot(now - GRACE, city) for job in jobs.values()}
    return {name: slot for name, slot in slots.items() if slot is not None}


def load() -> None:
    """Import every job, so that it registers itself."""
    package = importlib.import_module("bot.jobs")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"bot.jobs.{module.name}")


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
