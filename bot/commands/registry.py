"""`pointkeeper invite`, `people`, `points`, `bind` and `unbind`: who has which function, and which group sees what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from bot.adapters import make_channels
from bot.clock import SystemClock
from bot.commands.terminal import Arguments, city_of, language, opened, refuse
from bot.config import Settings
from bot.port import Channel, Chat, ChatKind, DeliveryError, Introducible
from bot.services.commands import Registry
from bot.services.words import Words
from storage.blobs import Blobs
from storage.database import Database

_LINK_SECONDS = 5.0


def invite(settings: Settings, args: Arguments) -> int:
    """Make an invitation; the last line printed is the code alone."""
    with opened(settings) as database:
        points = tuple(args.point or ())
        registry = _registry(settings, database)
        return registry.invite(SystemClock().now(), args.role, unit=args.unit, points=points, name=args.name)


def people_sheets(settings: Settings, args: Arguments) -> int:
    """Write invitation sheets for everybody in people.csv who needs one."""
    with opened(settings) as database:
        return _registry(settings, database).write_sheets(
            SystemClock().now(), args.folder, language(), again=args.again
        )


def point_codes(settings: Settings, args: Arguments) -> int:
    """Write the codes for the stickers at the points (CSV), by which leaders show that they are there."""
    with opened(settings) as database:
        return _registry(settings, database).write_codes(args.file, args.unit, language())


def bind(settings: Settings, args: Arguments) -> int:
    """Bind a group that cannot ask for it itself, one of a robot that only speaks."""
    with opened(settings) as database:
        group, registry = _group(settings, database, args.group), _registry(settings, database)
        if group is None:
            return 1
        theirs = language(args.language) if args.language else ""
        return registry.bind(SystemClock().now(), group, args.unit, theirs, language())


def unbind(settings: Settings, args: Arguments) -> int:
    """Let nothing more appear in a group."""
    with opened(settings) as database:
        group = _group(settings, database, args.group)
        return _registry(settings, database).unbind(group, language()) if group else 1


def _registry(settings: Settings, database: Database) -> Registry:
    return Registry(database, city_of(database), Words(), _links(settings, database))


def _group(settings: Settings, database: Database, key: str) -> Chat | None:
    """Return the group that a key names; None, and say so, where no such account is set up."""
    channel, account, chat = (*key.split(":", 2), "", "")[:3]
    found = make_channels(settings, database, Blobs(settings.blobs), SystemClock())
    accounts = [f"{each.name}:{each.account}" for each in found]
    if chat and f"{channel}:{account}" in accounts:
        return Chat(channel=channel, account=account, id=chat, kind=ChatKind.GROUP)
    refuse(f"{key} is no group here: it must begin with {', '.join(f'{each}:' for each in accounts)}")
    return None


def _links(settings: Settings, database: Database) -> tuple[Callable[[str], str], ...]:
    """Return how an invitation's code becomes a link, on each channel that has links."""
    found = make_channels(settings, database, Blobs(settings.blobs), SystemClock())
    starts = asyncio.run(_start_links(found))
    return tuple(partial(str.__add__, start) for start in starts if start)


async def _start_links(found: Sequence[Channel]) -> list[str]:
    return await asyncio.gather(*(_start_link(channel) for channel in found))


async def _start_link(channel: Channel) -> str:
    try:
        async with asyncio.timeout(_LINK_SECONDS):
            return await channel.introduce() if isinstance(channel, Introducible) else ""
    except (TimeoutError, DeliveryError):
        return ""
    finally:
        await channel.close()
