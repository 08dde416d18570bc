"""`pointkeeper quarantine`, `replay` and `channels`: what an operator sees of the pipeline."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from rich.console import Console
from rich.table import Table

from bot.pipeline.pacing import UNLIMITED
from bot.pipeline.quarantine import listed, replay
from bot.port import Channel, Pacing
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


def channels_command(channels: Iterable[Channel]) -> int:
    """Print the channels that are set up, and what each can do."""
    table = Table("channel", "account", "text", "buttons", "edits", "location", "pace", box=None)
    for channel in channels:
        can = channel.capabilities
        table.add_row(
            channel.name, channel.account, f"{can.text_limit} {can.text_unit}", "yes" if can.buttons else "no",
            "yes" if can.edits else "no", "in" * can.location_in + " out" * can.location_out,
            _pace(can.pacing),
        )  # fmt: skip
    _console.print(table)
    return 0


def _pace(pacing: Pacing) -> str:
    limits = (
        (pacing.overall_per_second, "all {:g}/s"),
        (pacing.chat_per_second, "chat {:g}/s"),
        (pacing.group_per_minute, "group {:g}/min"),
    )
    return ", ".join(words.format(limit) for limit, words in limits if limit < UNLIMITED) or "free"
