"""What volunteers count in a shift, by quarter of an hour: behaviours, those who pass, and what persuading came to.

Counts are added to in the database, so that no tap is lost or doubled, whoever else counts. Never a person.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.counting import is_behaviour
from bot.domain.service import quarter_of
from bot.services.desk import Desk
from storage.models import Board, Shift, Tally

STEPS = (1, 5, 10)
"""By how many those who pass are counted."""
_KEPT = 50
"""So many taps can be undone."""
_KEY = ["shift_id", "person_id", "quarter", "behaviour"]


def board(desk: Desk, shift: Shift, person_id: int) -> Board:
    """Return somebody's board in a shift, a new one at first."""
    found: Board | None = desk.session.get(Board, (shift.id, person_id))
    if found is None:
        found = Board(shift_id=shift.id, person_id=person_id, taps=[], photo=None, shown_at=None)
        desk.session.add(found)
    return found


def count(desk: Desk, shift: Shift, person_id: int, behaviour: str, n: int = 1) -> None:
    """Count what was seen in this quarter of an hour."""
    quarter = quarter_of(desk.now)
    values = {"shift_id": shift.id, "person_id": person_id, "quarter": quarter, "behaviour": behaviour, "count": n}
    insert = sqlite.insert if desk.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    added = insert(Tally).values(values)
    added = added.on_conflict_do_update(index_elements=_KEY, set_={"count": Tally.count + n})
    desk.session.execute(added)
    held = board(desk, shift, person_id)
    held.taps = [*held.taps, [desk.now.isoformat(), behaviour, n]][-_KEPT:]


def undo(desk: Desk, shift: Shift, person_id: int) -> list[Any] | None:
    """Take the last tap back and return it (when, what, how many); None when nothing is left to take back."""
    held = board(desk, shift, person_id)
    if not held.taps:
        return None
    *held.taps, last = held.taps
    at, behaviour, n = last
    quarter = quarter_of(datetime.fromisoformat(at))
    theirs = (Tally.shift_id == shift.id, Tally.person_id == person_id, Tally.quarter == quarter)
    less = update(Tally).where(*theirs, Tally.behaviour == behaviour, Tally.count >= n).values(count=Tally.count - n)
    desk.session.execute(less, execution_options={"synchronize_session": False})
    return list(last)


def totals(desk: Desk, shift_id: int, person_id: int | None = None) -> Counter[str]:
    """Return what was counted in a shift, by one or by the whole crew: by behaviour, kind of passers and outcome."""
    counts = select(Tally.behaviour, func.sum(Tally.count)).where(Tally.shift_id == shift_id)
    if person_id is not None:
        counts = counts.where(Tally.person_id == person_id)
    rows = desk.session.execute(counts.group_by(Tally.behaviour))
    return Counter({behaviour: int(n) for behaviour, n in rows if n})


def seen(counts: Counter[str]) -> int:
    """Return how often anything uncivil was seen."""
    return sum(n for name, n in counts.items() if is_behaviour(name))
