"""Every minute: who forgot to sign out is signed out as their slot ends; what was asked at night is said by day."""

from __future__ import annotations

from datetime import timedelta

from bot.jobs.timetable import Every, Tick, job
from bot.services.desk import Desk
from bot.services.volunteering import backfills, closing, swaps

BATCH = 50


@job("attendance", Every(timedelta(minutes=1)), catches_up=True)
def close(desk: Desk, _tick: Tick) -> bool:
    """Close what was forgotten, and say what was asked when nobody was to be spoken to."""
    backfills.call(desk)
    swaps.call(desk)
    return closing.close_forgotten(desk, BATCH) == BATCH
