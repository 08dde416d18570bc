"""Every hour the histories that went on are sealed."""

from __future__ import annotations

from datetime import timedelta

from bot.jobs.timetable import Every, Tick, job
from bot.services import history
from bot.services.desk import Desk


@job("seal", Every(timedelta(hours=1)), catches_up=True)
def seal(desk: Desk, _tick: Tick) -> None:
    """Seal what changed since the last seal, however long ago that was."""
    history.seal(desk.session, desk.now)
