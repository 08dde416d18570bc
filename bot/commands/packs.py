"""`pointkeeper import`, `check` and `demo`: city packs."""

from __future__ import annotations

from bot.city.commands import check_command, import_command
from bot.city.demo.pack import write_demo
from bot.clock import SystemClock
from bot.commands.terminal import Arguments, opened, say
from bot.config import Settings


def import_pack(settings: Settings, args: Arguments) -> int:
    """Import a city pack, or show what would change."""
    with opened(settings) as database:
        return import_command(database, args.folder, say(), SystemClock().now(), dry_run=args.dry_run)


def check_pack(_settings: Settings, args: Arguments) -> int:
    """Look a city pack over."""
    return check_command(args.folder, say())


def demo_pack(_settings: Settings, args: Arguments) -> int:
    """Write the pack of the demo district, to try things on or to begin one's own."""
    print(write_demo(args.folder))
    return 0
