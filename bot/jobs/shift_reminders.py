"""Every minute volunteers are reminded: in the evening of tomorrow's shifts, and shortly before each begins."""

from __future__ import annotations

from datetime import timedelta

from bot.jobs.timetable import Every, Tick, job
from bot.services.desk import Desk
from bot.services.volunteering import reminders

PERSONS = 100


@job("shift_reminders", Every(timedelta(minutes=1)), catches_up=True)
def remind(desk: Desk, _tick: Tick) -> bool:
    """Remind whom it is due, a hundred at a time."""
    soon = reminders.remind_of_soon(desk, PERSONS)
    return soon == PERSONS or reminders.remind_of_tomorrow(desk, PERSONS) == PERSONS
