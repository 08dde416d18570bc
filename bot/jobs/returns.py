"""It is looked whose leave has ended by its date; in the morning they and their stand-ins hear of it."""

from __future__ import annotations

from datetime import timedelta

from bot.jobs.timetable import Every, Tick, job
from bot.services.desk import Desk
from bot.services.nagging import returns


@job("returns", Every(timedelta(minutes=5)), catches_up=True)
def welcome(desk: Desk, _tick: Tick) -> None:
    """Note who is back, and tell those concerned when one may speak."""
    returns.notice(desk)
    desk.session.flush()
    returns.tell(desk)
