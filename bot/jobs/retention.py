"""Every night what the pack promises to erase is erased, a few cases in a transaction."""

from __future__ import annotations

from datetime import time

from bot.jobs.timetable import Daily, Tick, job
from bot.services.desk import Desk
from bot.services.leaving import oblivion, retention

BATCH = 10
_STEPS = (
    retention.end_judging,
    retention.erase_photos,
    retention.cut_links,
    retention.cut_rounds,
    retention.forget_cards,
    oblivion.forget_strangers,
)


@job("retention", Daily(lambda _: [time(3, 10)]), catches_up=True)
def keep_promises(desk: Desk, _tick: Tick) -> bool:
    """Take each step for at most a batch; what is left, another part goes on with."""
    return BATCH in [step(desk, BATCH) for step in _STEPS]
