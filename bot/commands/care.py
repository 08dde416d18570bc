"""`pointkeeper quarantine`, `replay`, `audit` and `channels`: what an operator looks after."""

from __future__ import annotations

from bot.adapters import make_channels
from bot.clock import SystemClock
from bot.commands.terminal import Arguments, opened, say
from bot.config import Settings
from bot.pipeline.channels import channels_command
from bot.pipeline.commands import quarantine_command, replay_command
from bot.services.audit import audit_command
from storage.blobs import Blobs


def quarantine(settings: Settings, _args: Arguments) -> int:
    """List what is in quarantine."""
    with opened(settings) as database:
        return quarantine_command(database)


def replay(settings: Settings, args: Arguments) -> int:
    """Put quarantined rows into the inbox again."""
    with opened(settings) as database:
        return replay_command(database, None if args.all else args.ids, SystemClock().now())


def audit_verify(settings: Settings, _args: Arguments) -> int:
    """Look whether every history and every seal is whole."""
    with opened(settings) as database:
        return audit_command(database, say())


def channels(settings: Settings, _args: Arguments) -> int:
    """Show each channel that is set up, what it does, and whether its settings hold."""
    clock = SystemClock()
    with opened(settings) as database:
        found = make_channels(settings, database, Blobs(settings.blobs), clock)
        return channels_command(database, found, clock.now(), say())
