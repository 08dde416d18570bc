"""Every five minutes it is asked whether the pack or the day is another; then the shifts to come are planned."""

from __future__ import annotations

from datetime import timedelta

from bot.jobs.timetable import Every, Tick, job
from bot.services.desk import Desk
from bot.services.volunteering import rotas


@job("shifts", Every(timedelta(minutes=5)), catches_up=True)
def plan_shifts(desk: Desk, _tick: Tick) -> bool:
    """Plan another day, if there is one left to plan."""
    return rotas.go_on(desk)
