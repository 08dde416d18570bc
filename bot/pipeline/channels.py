"""`pointkeeper channels`: what each channel is and does, and whether its settings hold, by one call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
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

Say = Callable[[str, Mapping[str, str]], str]

_console = Console(soft_wrap=True, highlight=False, markup=False)
_LATELY = timedelta(days=1)
_ADVISED = frozenset({"credentials", "network", "busy"})
"""Refusals with an advice of their own; whatever else it was, the app's permissions may be the reason."""


def channels_command(database: Database, channels: Sequence[Channel], now: datetime, say: Say) -> int:
    """Print the channels that are set up: what each can do, who runs it, what waits, and what a check finds.

    Returns 1 when a check fails, or nothing is set up.
    """
    if not channels:
        _console.print(say("channels.none", {}))
        return 1
    results = asyncio.run(_check_all(channels, say))
    with database.reading() as session:
        for channel, (is_good, found) in zip(channels, results, strict=True):
            _console.print(f"{channel.name} {channel.account}")
            table = Table.grid(padding=(0, 2))
            for what, value in _state(session, channel, now, say):
                table.add_row(f"  {say(f'channels.{what}', {})}", value)
            verdict = say("channels.good" if is_good else "channels.bad", {"found": found})
            table.add_row(f"  {say('channels.check', {})}", verdict)
            _console.print(table)
    return 0 if all(is_good for is_good, _ in results) else 1


async def _check_all(channels: Sequence[Channel], say: Say) -> list[tuple[bool, str]]:
    return await asyncio.gather(*(_check(channel, say) for channel in channels))


async def _check(channel: Channel, say: Say) -> tuple[bool, str]:
    """Return whether the settings hold, and what the platform calls the bot or what to do."""
    if not isinstance(channel, Checkable):
        return True, say("channels.nothing_to_ask", {})
    try:
        found = await prove(channel)
    except DeliveryError as error:
        reason = error.reason if error.reason in _ADVISED else "refused"
        return False, f"{error}; {say(f'channels.advice.{reason}', {})}"
    finally:
        await channel.close()
    return True, found if channel.capabilities.hears else say("channels.not_asked", {"names": found or "-"})


def _state(session: Session, channel: Channel, now: datetime, say: Say) -> Iterator[tuple[str, str]]:
    yield "updates", getattr(channel, "mode", "") or "-"
    yield "can", _abilities(channel.capabilities, say)
    yield "run_by", _holders(session, channel, say)
    yield "outbox", _outbox(session, channel, now, say)
    yield "out_of_reach", _refused(session, channel, now, say)
    for used in uses.of_month(session, now):
        if (used.channel, used.account) == (channel.name, channel.account):
            yield "calls", say("channels.of_month", {"calls": str(used.calls), "allowed": str(used.allowed)})


def _abilities(can: Capabilities, say: Say) -> str:
    said = {
        f"text_{can.text_unit}": True,
        "hears": can.hears,
        "only_speaks": not can.hears,
        "buttons": can.buttons,
        "edits": can.edits,
        "location_in": can.location_in,
        "location_out": can.location_out,
    }
    facts = {"limit": str(can.text_limit), "n": str(can.max_buttons)}
    parts = [say(f"channels.{ability}", facts) for ability, is_able in said.items() if is_able]
    return say("channels.comma", {}).join([*parts, _pace(can.pacing, say)])


def _holders(session: Session, channel: Channel, say: Say) -> str:
    names = [f"{what}:{channel.name}:{channel.account}" for what in ("poller", "sender")]
    held = select(Lease).where(Lease.name.in_(names), Lease.until > datetime.fromtimestamp(database_now(session), UTC))
    found = {lease.name.partition(":")[0]: lease.holder for lease in session.scalars(held)}
    told = [say(f"channels.{what}", {"holder": holder}) for what, holder in sorted(found.items())]
    return say("channels.comma", {}).join(told) or say("channels.nobody", {})


def _outbox(session: Session, channel: Channel, now: datetime, say: Say) -> str:
    waits = (*_ours(channel), OutboxRow.state == "pending", OutboxRow.expires_at > now)
    count, oldest = session.execute(select(func.count(), func.min(OutboxRow.created_at)).where(*waits)).one()
    if not count:
        return say("channels.empty", {})
    return say("channels.waiting", {"n": str(count), "seconds": f"{(now - oldest).total_seconds():.0f}"})


def _refused(session: Session, channel: Channel, now: datetime, say: Say) -> str:
    people = (Identity.channel == channel.name, Identity.account == channel.account, ~Identity.reachable)
    failed = (*_ours(channel), OutboxRow.state == "failed", OutboxRow.created_at > now - _LATELY)
    persons = session.scalar(select(func.count()).select_from(Identity).where(*people))
    messages = session.scalar(select(func.count()).select_from(OutboxRow).where(*failed))
    return say("channels.refused", {"persons": str(persons), "messages": str(messages)})


def _ours(channel: Channel) -> tuple[ColumnElement[bool], ...]:
    return OutboxRow.channel == channel.name, OutboxRow.account == channel.account


def _pace(pacing: Pacing, say: Say) -> str:
    limits = {
        "overall_per_second": pacing.overall_per_second,
        "chat_per_second": pacing.chat_per_second,
        "chat_per_minute": pacing.chat_per_minute,
        "chat_per_hour": pacing.chat_per_hour,
        "group_per_minute": pacing.group_per_minute,
    }
    told = [say(f"channels.{name}", {"n": f"{limit:g}"}) for name, limit in limits.items() if limit < UNLIMITED]
    return say("channels.comma", {}).join(told) or say("channels.any_pace", {})
