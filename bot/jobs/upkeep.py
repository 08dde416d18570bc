"""Every night the database file is looked through and tidied, outside of transactions."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

from bot.jobs.timetable import Daily, Tick, job
from bot.services.desk import Desk

_SUNDAY = 6


@job("upkeep", Daily(lambda _: [time(4, 40)]), catches_up=True)
def look_after(desk: Desk, tick: Tick) -> None:
    """Order it, on Sundays more thoroughly. PostgreSQL looks after itself (autovacuum)."""
    if desk.session.get_bind().dialect.name == "sqlite":
        day = tick.slot.astimezone(ZoneInfo(desk.city.settings.time_zone))
        desk.post.chore("upkeep", "chore:upkeep", {"slot": tick.slot.isoformat(), "thorough": day.weekday() == _SUNDAY})
