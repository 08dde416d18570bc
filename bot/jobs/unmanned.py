"""Every minute it is looked where a shift has begun without anybody; all such posts are told of together."""

from __future__ import annotations

from datetime import timedelta

from bot.jobs.timetable import Every, Tick, job
from bot.services.desk import Desk
from bot.services.volunteering import unmanned


@job("unmanned", Every(timedelta(minutes=1)), catches_up=True)
def alarm(desk: Desk, _tick: Tick) -> None:
    """Tell organisers and shift leaders, once a shift."""
    unmanned.alarm(desk)
