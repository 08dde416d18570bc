"""Every minute what is due is said: nags gathered one card a person, rungs of the ladder, the leaders' bulletin, and
what nobody has claimed in a unit's group.
"""

from __future__ import annotations

import logging
from datetime import time, timedelta

from bot.jobs.timetable import Daily, Every, Tick, job
from bot.services.casework import alarms, unclaimed
from bot.services.desk import Desk
from bot.services.nagging import looks, nagcards, nags

log = logging.getLogger(__name__)

CASES = 200
CARDS = 50


@job("nag", Every(timedelta(minutes=1)), catches_up=True)
def nag(desk: Desk, tick: Tick) -> bool:
    """Look at all that is due before any card is shown, so that each shows everything at once."""
    is_more = (
        looks.look_at_due(desk, CASES) == CASES
        or nags.tidy(desk, CASES) == CASES
        or nags.wake(desk, CASES) == CASES
        or nagcards.refresh(desk, CARDS) == CARDS
    )
    if not is_more:
        unclaimed.tell(desk, tick.slot)
    return is_more


@job("alarms", Daily(lambda _: [time(3, 20)]), catches_up=True)
def find_forgotten(desk: Desk, _tick: Tick) -> None:
    """Set the alarms of open cases that have none; there should be no such case."""
    if count := alarms.look_at_forgotten(desk):
        log.warning("%d open cases had no alarm", count)
