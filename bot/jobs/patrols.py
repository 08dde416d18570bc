"""On working days, at the pack's time: leaders hear which of their rounds are left, a few people in a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time

from bot.city.model import City, Settings
from bot.jobs.timetable import Daily, Tick, job
from bot.services.casework import clocks
from bot.services.desk import Desk
from bot.services.patrolling import patrolnags

PERSONS = 200


def _times(settings: Settings) -> Iterator[time]:
    at = settings.patrols.remind
    return iter(() if at is None else (at,))


def _is_worked(day: date, city: City) -> bool:
    return clocks.calendar(city).is_working_day(day)


@job("patrols", Daily(_times, _is_worked), catches_up=False)
def remind(desk: Desk, tick: Tick) -> bool:
    """Remind the next of them."""
    return patrolnags.remind(desk, tick.part, PERSONS)
