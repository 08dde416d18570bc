"""`pointkeeper channels`: what each channel is and does, and whether its settings hold, by one call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.pipeline.checking import prove
from bot.pipeline.pacing import UNLIMITED
from bot.port import Capabilities, Channel, Checkable, DeliveryError, Pacing
from storage.database import Database, database_now
from storage.models import Identity, Lease, OutboxRow
from storage.queries import uses

_console = Console(soft_wrap=True, highlight=False)
_LATELY = timedelta(days=1)
_WHAT_TO_DO = {
    "credentials": "the platform does not take the key: look whether token or secret are whole and of this account",
    "network": "no way to the platform: look at name resolution, firewall and proxy of this machine",
    "busy": "the platform is busy or wants us to wait: try again in a minute",
    "refused": "the platform refuses: look at the app's permissions, and at the addresses that it trusts",
}


def channels_command(database: Database, channels: Sequence[Channel], now: datetime) -> int:
    """Print the channels that are set up: what each can do, who runs it, what waits, and what a check finds.

    Returns 1 when a check fails.
    """
    results = asyncio.run(_check_all(channels))
    with database.reading() as session:
        for channel, (is_good, found) in zip(channels, results, strict=True):
            _console.print(f"{channel.name} {channel.account}")
            table = Table.grid(padding=(0, 2))
            for what, value in _state(session, channel, now):
                table.add_row(f"  {what}", value)
            table.add_row("  check", f"{'ok' if is_good else 'FAILED'}: {found}")
            _console.print(table)
    return 0 if all(is_good for is_good, _ in results) else 1


async def _check_all(channels: Sequence[Channel]) -> list[tuple[bool, str]]:
    return await asyncio.gather(*(_check(channel) for channel in channels))


async def _check(channel: Channel) -> tuple[bool, str]:
    """Return whether the settings hold, and what the platform calls the bot or what to do."""
    if not isinstance(channel, Checkable):
        return True, "there is nothing to ask"
    try:
        return True, await prove(channel)
    except DeliveryError as error:
        return False, f"{error}; {_WHAT_TO_DO.get(error.reason, _WHAT_TO_DO['refused'])}"
    finally:
        await channel.close()


def _state(session: Session, channel: Channel, now: datetime) -> Iterator[tuple[str, str]]:
    yield "updates", getattr(channel, "mode", "") or "-"
    yield "can", _abilities(channel.capabilities)
    yield "run by", _holders(session, channel)
    yield "outbox", _outbox(session, channel, now)
    yield "out of reach", _refused(session, channel, now)
    for used in uses.of_month(session, now):
        if (used.channel, used.account) == (channel.name, channel.account):
            yield "calls", f"{used.calls} of {used.allowed} this month"


def _abilities(can: Capabilities) -> str:
    location = "in" * can.location_in + " out" * can.location_out
    parts = [f"{can.text_limit} {can.text_unit} of text"]
    parts += ["hears"] if can.hears else ["only speaks"]
    parts += [f"{can.max_buttons} buttons"] if can.buttons else []
    parts += ["edits"] if can.edits else []
    parts += [f"location {location.strip()}"] if location.strip() else []
    return ", ".join([*parts, _pace(can.pacing)])


def _holders(session: Session, channel: Channel) -> str:
    names = [f"{what}:{channel.name}:{channel.account}" for what in ("poller", "sender")]
    held = select(Lease).where(Lease.name.in_(names), Lease.until > datetime.fromtimestamp(database_now(session), UTC))
    found = {lease.name.partition(":")[0]: lease.holder for lease in session.scalars(held)}
    return ", ".join(f"{what} {holder}" for what, holder in sorted(found.items())) or "nobody: the program is not up"


def _outbox(session: Session, channel: Channel, now: datetime) -> str:
    waits = (*_ours(channel), OutboxRow.state == "pending", OutboxRow.expires_at > now)
    count, oldest = session.execute(select(func.count(), func.min(OutboxRow.created_at)).where(*waits)).one()
    return f"{count} waiting, the oldest for {(now - oldest).total_seconds():.0f} s" if count else "empty"


def _refused(session: Session, channel: Channel, now: datetime) -> str:
    people = (Identity.channel == channel.name, Identity.account == channel.account, ~Identity.reachable)
    failed = (*_ours(channel), OutboxRow.state == "failed", OutboxRow.created_at > now - _LATELY)
    persons = session.scalar(select(func.count()).select_from(Identity).where(*people))
    messages = session.scalar(select(func.count()).select_from(OutboxRow).where(*failed))
    return f"{persons} people; {messages} messages of the last day were not taken"


def _ours(channel: Channel) -> tuple[ColumnElement[bool], ...]:
    return OutboxRow.channel == channel.name, OutboxRow.account == channel.account


def _pace(pacing: Pacing) -> str:
    limits = (
        (pacing.overall_per_second, "all {:g}/s"),
        (pacing.chat_per_second, "chat {:g}/s"),
        (pacing.chat_per_minute, "chat {:g}/min"),
        (pacing.chat_per_hour, "chat {:g}/h"),
        (pacing.group_per_minute, "group {:g}/min"),
    )
    return ", ".join(words.format(limit) for limit, words in limits if limit < UNLIMITED) or "any pace"
