"""Every night what belongs to nothing any more is thrown away: attachments of dead drafts, bytes without a row."""

from __future__ import annotations

from datetime import time, timedelta

from bot.jobs.timetable import Daily, Tick, job
from bot.services import attachments
from bot.services.desk import Desk

AGE = timedelta(days=1)
BATCH = 500
CHORE = "sweep"


@job("sweep", Daily(lambda _: [time(4, 10)]), catches_up=True)
def sweep(desk: Desk, _tick: Tick) -> bool:
    """Forget attachments here; looking through the blob store is a chore, since that is no work for a transaction."""
    before = desk.now - AGE
    if attachments.forget_dead(desk.session, before, BATCH) == BATCH:
        return True
    desk.post.chore(CHORE, f"chore:{CHORE}", {"before": before.isoformat()})
    return False
