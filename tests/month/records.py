"""What is compared: what was said to whom, and what is on the cards; as the program has it, and as the model has it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

LEADERS = "leaders"
"""The leaders' group, among those who are told."""
NOBODY = "nobody"
ASKED = -1
"""In place of a rung, where somebody is to decide what is asked for."""
ANSWERS = frozenset({"on_it", "hour", "afternoon", "morning"})
"""What one may tap on a nag card; the last three are until when one wants to be left in peace."""


class Said(NamedTuple):
    """A mark of a clock that was said: `silenced` where somebody had asked to be left in peace."""

    at: datetime
    case: int
    clock: str
    reason: str
    name: str
    person: str
    silenced: bool


class Listed(NamedTuple):
    """A case on somebody's nag card: on which rung, who is missing there, until when it is silent."""

    person: str
    case: int
    rung: int | None
    missing: frozenset[str]
    silent_until: datetime | None
