"""What volunteers do in the week, in plain minutes since its Monday began in the city; nothing of the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

HOUR, DAY = 60, 1440
WORKDAYS = 5
PEAKS = ((7 * HOUR, 8 * HOUR + 30), (17 * HOUR, 18 * HOUR + 30))
TRAINING = (14 * HOUR, 15 * HOUR + 30)
TRAINING_DAY = 2
CREW = 4
"""Wanted at each post in each peak."""
A_TEAM = 48
LIVELY = {"far", "pin", "live", "code", "out", "tap", "undo"}
"""What is sent to the bot; everything else is done at a desk, and comes first within a minute."""


class Slot(NamedTuple):
    """When hands are wanted at a post, and how many."""

    number: int
    post: int
    kind: str
    begins: int
    ends: int
    crew: int

    @property
    def day(self) -> int:
        """On which day of the week; Monday is 0."""
        return self.begins // DAY


class Act(NamedTuple):
    """Somebody (nobody: -1) does something about a slot at a minute.

    `more` is what belongs to it: who takes the place, what is counted and how often, from when to when.
    """

    at: int
    who: int
    what: str
    slot: int
    more: tuple[int, ...] = ()


@dataclass(frozen=True)
class Script:
    """All that is planned and done, in order of time."""

    posts: int
    volunteers: int
    slots: list[Slot]
    acts: list[Act]


def slots_of(posts: int) -> list[Slot]:
    """Return the peaks of all posts on five days, and a training at the first post on Wednesday."""
    found = [
        (post, "duty", day * DAY + begins, day * DAY + ends, CREW)
        for day in range(WORKDAYS)
        for begins, ends in PEAKS
        for post in range(posts)
    ]
    found.append((0, "training", *(TRAINING_DAY * DAY + at for at in TRAINING), 3 * CREW))
    return [Slot(number, *each) for number, each in enumerate(found)]
