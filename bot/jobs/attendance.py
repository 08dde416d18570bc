"""Every minute: who forgot to sign out is signed out at the end of their slot; organisers hear of 补录 by day."""

from __future__ import annotations

from datetime import timedelta

from bot.jobs.timetable import Every, Tick, job
from bot.services import backfills, closing
from bot.services.desk import Desk

BATCH = 50


@job("attendance", Every(timedelta(minutes=1)), catches_up=True)
def close(desk: Desk, _tick: Tick) -> bool:
    """Close what was forgotten, and call for what was asked when nobody was to be spoken to."""
    backfills.call(desk)
    return closing.close_forgotten(desk, BATCH) == BATCH
