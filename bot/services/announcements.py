"""Who hears of what was done: cards edited for all, sent anew to whoever must act, short words to the reporters."""

from __future__ import annotations

from collections.abc import Sequence

from bot.services.desk import Desk
from bot.services.stances import Deed
from storage.models import Case


def announce(desk: Desk, case: Case, done: Sequence[Deed]) -> None:
    """Say all that these deeds, done together, give to say."""
