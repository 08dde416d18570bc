"""`pointkeeper quarantine` and `replay`: what was set aside."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from rich.console import Console
from rich.table import Table

from bot.pipeline.quarantine import listed, replay
from storage.database import Database

_console = Console(soft_wrap=True, highlight=False)


def quarantine_command(database: Database) -> int:
    """Print what is in quarantine and why; what somebody wrote is not shown."""
    table = Table("id", "channel", "key", "received", "reason", box=None)
    with database.reading() as session:
        rows = listed(session)
    for row in rows:
        when = row.received_at.isoformat(timespec="seconds")
        table.add_row(str(row.id), f"{row.channel}/{row.account}", row.key, when, row.reason)
    if rows:
        _console.print(table)
    _console.print(f"{len(rows)} quarantined")
    return 0


def replay_command(database: Database, ids: Collection[int] | None, now: datetime) -> int:
    """Put quarantined rows (None: all) into the inbox as new ones; return 1 if one of the ids is not there."""
    with database.begin() as session:
        count = replay(session, ids, now)
    _console.print(f"{count} replayed")
    return 0 if ids is None or count == len(set(ids)) else 1
