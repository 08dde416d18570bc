"""Every five minutes it is asked whether the calendar is another; then open deadlines are counted anew, in parts."""

from __future__ import annotations

from datetime import timedelta

from bot.jobs.timetable import Every, Tick, job
from bot.services.desk import Desk
from bot.services.nagging import recount


@job("recount", Every(timedelta(minutes=5)), catches_up=True)
def count_anew(desk: Desk, _tick: Tick) -> bool:
    """Go on with the count, if there is one."""
    return recount.go_on(desk)
