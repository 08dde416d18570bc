"""How the handle clock of a case is wound: one rule an act, so that a life can be replayed by another calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from typing import NamedTuple

from bot.domain import worktime
from bot.domain.case import Action
from bot.domain.worktime import AnyLimit, WorkCalendar


@dataclass(frozen=True, slots=True)
class HandleClock:
    """When the handling is due (None: never begun), and since when the clock is paused, if it is. Aware UTC."""

    due: datetime | None = None
    paused_at: datetime | None = None


class Act(NamedTuple):
    """Something that was done with a case, and when."""

    action: Action
    at: datetime


def wound(clock: HandleClock, act: Act, limit: AnyLimit, calendar: WorkCalendar) -> HandleClock:
    """Return the clock after an act.

    The first dispatch and a dispute start it. 延期 adds one more limit to when it was due, however late it is granted;
    挂账 pauses it, and coming back shifts what was left; all else, rework too, leaves it as it is (the custom of the
    city platforms).
    """
    match act.action:
        case Action.DISPUTE:
            return HandleClock(worktime.add(act.at, limit, calendar))
        case Action.DISPATCH | Action.FAIL if clock.due is None:
            return HandleClock(worktime.add(act.at, limit, calendar))
        case Action.GRANT_EXTENSION if clock.due is not None:
            return replace(clock, due=worktime.add(clock.due, limit, calendar))
        case Action.GRANT_SUSPENSION:
            return replace(clock, paused_at=act.at)
        case Action.RESUME if clock.due is not None and clock.paused_at is not None:
            return HandleClock(_shifted(clock.due, clock.paused_at, act.at, limit, calendar))
    return clock


def replayed(acts: Iterable[Act], limit: AnyLimit, calendar: WorkCalendar) -> HandleClock:
    """Return the clock after all that was done with a case, in order."""
    return reduce(lambda clock, act: wound(clock, act, limit, calendar), acts, HandleClock())


def _shifted(due: datetime, paused_at: datetime, at: datetime, limit: AnyLimit, calendar: WorkCalendar) -> datetime:
    """What was left when the clock was paused is left now; what was overdue then stays due when it was."""
    left = worktime.remaining(paused_at, due, limit.unit, calendar)
    return worktime.advance(at, left, limit.unit, calendar) if left > timedelta() else due
