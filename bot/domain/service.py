"""The rules of voluntary service: how old, how often a day, which minutes count, and what they come to.

Sources: 志愿服务记录办法 2012 (actual service, no travel, training apart; stars at 100, 300, 600, 1,000 and 1,500
hours), 民政部令第67号 (true, exact, complete, in time).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

STARS = (100, 300, 600, 1000, 1500)
"""From so many hours on somebody has one star, two … five."""
MILESTONES = frozenset({1, 10, 25, 50, 100, 200, 300, 500})
"""So often to have served is worth a word, long before there is a star."""
QUARTER = timedelta(minutes=15)
LONGEST = timedelta(days=1)
"""No shift is longer."""
_MINUTE = timedelta(minutes=1)


class Age(StrEnum):
    """How old somebody is, as far as it matters; birthdays are not asked for."""

    ADULT = "adult"
    YOUTH = "14-17"
    CHILD = "10-13"
    SMALL = "6-9"
    TOO_SMALL = "under-6"

    @property
    def may_serve(self) -> bool:
        """Whether they may serve at all."""
        return self is not Age.TOO_SMALL

    @property
    def needs_guardian(self) -> bool:
        """Whether a guardian's consent must be on record: under 14."""
        return self in {Age.CHILD, Age.SMALL, Age.TOO_SMALL}

    @property
    def needs_company(self) -> bool:
        """Whether they serve only beside an adult: under 10."""
        return self in {Age.SMALL, Age.TOO_SMALL}


class Distance(StrEnum):
    """How far from the post somebody is: all that is kept of a position."""

    AT = "at"
    NEAR = "near"
    FAR = "far"


class Spell(NamedTuple):
    """From when to when somebody was there."""

    came: datetime
    left: datetime


class Stay(NamedTuple):
    """What somebody did in one shift: its slot, and from when to when they were there."""

    slot: Spell
    spells: Sequence[Spell]


def distance_of(metres: float, radius: int, near: int) -> Distance:
    """Return the class of a distance from a post; `radius` and `near` are metres from its middle."""
    if metres <= radius:
        return Distance.AT
    return Distance.NEAR if metres <= max(radius, near) else Distance.FAR


def to_the_minute(at: datetime) -> datetime:
    """Return the minute that a clock shows."""
    return at.replace(second=0, microsecond=0)


def quarter_of(at: datetime) -> datetime:
    """Return when the quarter of an hour began that this moment lies in."""
    return to_the_minute(at) - timedelta(minutes=at.minute % 15)


def slot(begins: datetime, ends: datetime, cancelled: datetime | None = None) -> Spell:
    """Return the time in which service counts: a shift that was cancelled ended then, or was none."""
    return Spell(begins, min(ends, to_the_minute(cancelled)) if cancelled is not None else ends)


def minutes_served(spells: Iterable[Spell], slot: Spell) -> int:
    """Return the minutes of actual service within a slot.

    Time before it begins and after it ends is not counted, nor is any minute twice, however spells overlap.
    """
    served, reached = timedelta(), slot.came
    for came, left in sorted((to_the_minute(spell.came), to_the_minute(spell.left)) for spell in spells):
        begins, ends = max(came, reached), min(left, slot.left)
        if begins < ends:
            served += ends - begins
            reached = ends
    return served // _MINUTE


def minutes_apart(stays: Mapping[int, Stay]) -> dict[int, int]:
    """Return the minutes of actual service of one person, by the same keys as their stays; shifts may overlap.

    A minute is served once: it counts in the shift that began first of those in which it was served, of two that began
    together in that with the lower key.
    """
    found, taken = {}, list[Spell]()
    for key, (slot, spells) in sorted(stays.items(), key=lambda item: (item[1].slot.came, item[0])):
        taken = [each for each in taken if each.left > slot.came]
        found[key] = minutes_served([*taken, *spells], slot) - minutes_served(taken, slot)
        taken += [Spell(max(came, slot.came), min(left, slot.left)) for came, left in spells]
    return found


def do_overlap(spells: Iterable[Spell]) -> bool:
    """Tell whether somebody would have been in two places, or twice in one; meeting ends are no overlap."""
    return any(after.came < before.left for before, after in pairwise(sorted(spells)))


def hours(minutes: int) -> float:
    """Return minutes as hours to two places, never rounded up: what is passed on is no more than was served."""
    return minutes * 100 // 60 / 100


def masked(name: str) -> str:
    """Return a name as it may stand in public: its first letter alone (周*)."""
    return f"{name.strip()[:1]}*"


def stars(minutes: int) -> int:
    """Return how many stars so much service has earned: none to five."""
    return sum(minutes >= hours * 60 for hours in STARS)


def minutes_to_next_star(minutes: int) -> int | None:
    """Return how many minutes are missing to the next star; None with all five."""
    earned = stars(minutes)
    return STARS[earned] * 60 - minutes if earned < len(STARS) else None
