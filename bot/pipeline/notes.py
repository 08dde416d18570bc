"""What the network's side has to have written: what came in, what became of messages and of chores."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.pipeline.inbox import store
from bot.pipeline.receipts import Outcome, record
from bot.pipeline.results import Result, settle
from bot.port import Envelope
from storage.database import Database

Note = Envelope | Outcome | Result
Keep = Callable[[Sequence[Note]], Awaitable[None]]
"""Has notes written, and returns when they are committed; raises what kept them from it."""


def write(session: Session, notes: Sequence[Note], now: datetime) -> None:
    """Write notes in this transaction."""
    results = [note for note in notes if isinstance(note, Result)]
    record(session, [note for note in notes if isinstance(note, Outcome)])
    settle(session, results)
    came_in = [note for note in notes if isinstance(note, Envelope)]
    store(session, came_in + [result.envelope for result in results if result.envelope is not None], now)


def by_themselves(database: Database, clock: Clock) -> Keep:
    """Return what writes notes without the engine, each time in a transaction of its own."""

    async def keep(notes: Sequence[Note]) -> None:
        await database.write(lambda session: write(session, notes, clock.now()))

    return keep
