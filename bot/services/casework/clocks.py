"""The four clocks of a case: when each runs out, counted by the city's calendar."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import cache, lru_cache

from sqlalchemy import select

from bot.city.calendar import work_calendar
from bot.city.model import City
from bot.domain import worktime
from bot.domain.case import Action, Clock, Transition
from bot.domain.deadlines import Act, HandleClock, wound
from bot.domain.workcalendar import WorkCalendar
from bot.services.desk import Desk
from storage.models import Case, Event

log = logging.getLogger(__name__)


@lru_cache(maxsize=8)
def calendar(city: City) -> WorkCalendar:
    """Return the city's calendar, one for as long as the city stays the same."""
    return work_calendar(city.settings, _say_unknown)


@cache
def _say_unknown(year: int) -> None:
    """Say, once in the life of the process, that the holidays of a year are not known yet."""
    log.error(
        "the working days of %d are not known: deadlines are counted by its weekends and by days_off and days_worked "
        "of the city pack; bring the package chinesecalendar up to date once the State Council has announced them",
        year,
    )


def due(desk: Desk, limit: worktime.AnyLimit) -> datetime:
    """Return when a limit that starts now runs out."""
    return worktime.add(desk.now, limit, calendar(desk.city))


def limit_of(case: Case) -> worktime.Limit:
    """Return the handling limit that was copied onto the case when it opened."""
    return worktime.Limit(case.limit_amount, case.limit_unit)  # type: ignore[arg-type]


def set_limit(desk: Desk, case: Case) -> None:
    """Copy the limit of the fitting condition (立案条件) onto the case; the pack's default where there is none."""
    area = "" if case.lat is None or case.lon is None else desk.city.area_class_at(case.lat, case.lon)
    condition = desk.city.condition_for(case.category, area, urgent=case.urgent)
    limit = condition.limit if condition else desk.city.settings.default_limit
    case.condition = condition.code if condition else ""
    case.urgent = condition.urgent if condition else case.urgent
    case.limit_amount, case.limit_unit = limit.amount, limit.unit


def wind(desk: Desk, case: Case, row: Transition, action: Action) -> None:
    """Start what the row starts. A stopped clock keeps its moment: the state tells whether it still runs."""
    settings = desk.city.settings
    if Clock.ACKNOWLEDGE in row.starts:
        case.acknowledge_due = due(desk, settings.acknowledge_limit)
    if Clock.VERIFY in row.starts:
        case.verify_due = due(desk, settings.verify_limit)
    pause = last_pause(desk, case) if action is Action.RESUME else None
    clock = HandleClock(case.handle_due, pause.at if pause else None)
    case.handle_due = wound(clock, Act(action, desk.now), limit_of(case), calendar(desk.city)).due


def last_pause(desk: Desk, case: Case) -> Event | None:
    """Return the event by which a case was last put on the list of what cannot be done yet (挂账)."""
    granted = select(Event).where(Event.subject == f"case:{case.id}", Event.action == Action.GRANT_SUSPENSION.value)
    return desk.session.scalar(granted.order_by(Event.seq.desc()).limit(1))
