"""Every five minutes it is looked whether all is well; administrators hear of trouble once, and when it is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.handlers import router
from bot.jobs.timetable import Every, Tick, expected, job
from bot.services import health, troubles
from bot.services.desk import Desk
from bot.services.health import Finding
from storage.models import JobRun

NAME = "health"
_EVERY = timedelta(minutes=5)


@job(NAME, Every(_EVERY), catches_up=True)
def look(desk: Desk, tick: Tick) -> None:
    """Look into the database, and once an hour let chores look at the disks and ask the platforms."""
    due = expected(desk.now, desk.city) if _was_awake(desk, tick) else {}
    found = health.look(desk.session, desk.now, due).findings
    troubles.follow(desk, [each for each in found if each.kind in health.LOOKED_AT], health.LOOKED_AT)
    troubles.tell(desk)
    if tick.slot.minute < _EVERY.seconds // 60:
        for kind in ("disk", "check"):
            desk.post.chore(kind, f"chore:{kind}", {"slot": tick.slot.isoformat()})


@router.settled("health")
def note(desk: Desk, facts: dict[str, Any]) -> None:
    """Note what a chore has found of the kinds it looked at; an account that is known to refuse is told of once."""
    unsure = {*facts.get("unsure", ()), *health.lasting(desk.session, "channel")}
    troubles.follow(desk, [Finding(*each) for each in facts["found"]], facts["looked_at"], unsure)


def _was_awake(desk: Desk, tick: Tick) -> bool:
    """Tell whether the clock ticked all the time: when it has slept, the other jobs are about to catch up, too."""
    return not tick.skipped and desk.session.get(JobRun, NAME) is not None
