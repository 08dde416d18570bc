"""Every ten minutes drafts and questions that nobody went on with are closed kindly."""

from __future__ import annotations

from datetime import timedelta

from bot.jobs.timetable import Every, Tick, job
from bot.services.desk import Desk
from bot.services.drafting import expiry

BATCH = 100


@job("drafts", Every(timedelta(minutes=10)), catches_up=True)
def close_drafts(desk: Desk, _tick: Tick) -> bool:
    """Close what has lain longer than the pack's `draft_hours`."""
    return expiry.close_drafts(desk, BATCH) == BATCH
