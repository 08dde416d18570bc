"""Every minute those are called whose cases were urged when nobody was to be spoken to."""

from __future__ import annotations

from datetime import timedelta

from bot.jobs.timetable import Every, Tick, job
from bot.services.casework import urging
from bot.services.desk import Desk

BATCH = 100


@job("calls", Every(timedelta(minutes=1)), catches_up=True)
def call(desk: Desk, _tick: Tick) -> bool:
    """Send the cards anew that waited for this moment."""
    return urging.call_due(desk, BATCH) == BATCH
