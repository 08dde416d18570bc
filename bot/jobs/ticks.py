"""Ticks: written into the inbox once a slot, worked by the engine like everything else that comes in."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

from bot.handlers import router
from bot.jobs.timetable import Job, Tick, jobs
from bot.port import Envelope
from bot.services.desk import Desk
from storage.models import JobRun
from storage.queries.inbox import INTERNAL, store

log = logging.getLogger(__name__)
KIND = "tick"


def envelope(job: str, slot: datetime, part: int = 1) -> Envelope:
    """Return the one row of a part of a slot: its key lets it be written once, whoever writes it."""
    key = f"{KIND}:{job}:{slot.isoformat()}" + (f":{part}" if part > 1 else "")
    body = json.dumps({"kind": KIND, "job": job, "slot": slot.isoformat(), "part": part})
    return Envelope(channel=INTERNAL, account="", key=key, chat=f"{KIND}:{job}", body=body)


@router.settled(KIND)
def work(desk: Desk, facts: dict[str, Any]) -> None:
    """Call the job, unless this part or a later one was worked already. A job that is no more raises `KeyError`."""
    job, slot, part = jobs[facts["job"]], datetime.fromisoformat(facts["slot"]), int(facts["part"])
    last = desk.session.get(JobRun, job.name, with_for_update=True)
    if last is not None and last.slot > desk.now:
        last.slot, last.part = slot, 0  # written when the machine's clock was wrong: time begins anew
    elif last is not None and (slot, part) <= (last.slot, last.part):
        log.info("job=%s slot=%s part=%d is over already", job.name, slot.isoformat(), part)
        return
    tick = Tick(slot, part, job.rhythm.between(last.slot, slot, desk.city) if last else 0)
    _tell(job, tick)
    if job.run(desk, tick):
        store(desk.session, [envelope(job.name, slot, part + 1)], desk.now)
    if last is None:
        desk.session.add(JobRun(job=job.name, slot=slot, part=part, worked_at=desk.now))
    else:
        last.slot, last.part, last.worked_at = slot, part, desk.now


def _tell(job: Job, tick: Tick) -> None:
    if tick.skipped:
        level, follows = (logging.INFO, "it catches up") if job.catches_up else (logging.WARNING, "they stay undone")
        log.log(level, "job=%s slept through %d slots before %s: %s", job.name, tick.skipped, tick.slot, follows)
