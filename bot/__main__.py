"""The command line: `pointkeeper …`. Each command is a function of its own area; here they only get their arguments."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import uvloop
from pydantic import SecretStr, ValidationError
from sqlalchemy import make_url

from bot import log
from bot.adapters import make_channels
from bot.app import App, spare_the_collector, work_apart
from bot.city.commands import check_command, import_command
from bot.city.demo.pack import write_demo
from bot.city.load import is_imported
from bot.clock import SystemClock
from bot.config import MissingFile, Settings, load
from bot.domain.roles import Role
from bot.pipeline.channels import channels_command
from bot.pipeline.commands import quarantine_command, replay_command
from bot.pipeline.following import read_city
from bot.port import Channel, Chat, ChatKind, DeliveryError, Introducible
from bot.reports.commands import Wish, digest_command
from bot.services.audit import audit_command
from bot.services.commands import Registry
from bot.services.recordcommand import Order, records_command
from bot.services.words import Words
from storage.blobs import Blobs
from storage.database import Database
from storage.migrate import SchemaTooNew, upgrade

if TYPE_CHECKING:
    from bot.city.mistakes import Say

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 -- argparse names its type no better

Arguments = argparse.Namespace
Command = Callable[[Settings, Arguments], int]

_LINK_SECONDS = 5.0
_SWITCH_SECONDS = 0.0001
"""While the thread that writes waits for the interpreter lock, it has the turn, and the engine's process waits too."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    args = _parser().parse_args(arguments)
    try:
        settings = load()
    except (ValidationError, MissingFile) as error:
        return _refuse(_settings_mistakes(error))
    log.set_up(settings.log_level, _secrets(settings))
    _make_folders(settings)
    command: Command = args.command
    try:
        return command(settings, args)
    except SchemaTooNew as error:
        return _refuse(f"The database was written by a newer Pointkeeper (schema {error}). Run that one.")
    except KeyboardInterrupt:
        return 130


# --- commands --------------------------------------------------------------------------------------------------------


def run(settings: Settings, _args: Arguments) -> int:
    """Migrate, import the city if need be, and run until stopped."""
    upgrade(settings.database_url)
    if code := _bring_city(settings):
        return code
    try:
        with _engine_apart(settings) as line:
            uvloop.run(_serve(settings, line))
    except OSError as error:
        return _refuse(f"Cannot listen on {settings.web_host}:{settings.web_port}: {error.strerror}")
    return 0


def migrate(settings: Settings, _args: Arguments) -> int:
    """Bring the database to this program's schema."""
    print(upgrade(settings.database_url))
    return 0


def import_pack(settings: Settings, args: Arguments) -> int:
    """Import a city pack, or show what would change."""
    with _database(settings) as database:
        return import_command(database, args.folder, _say(), SystemClock().now(), dry_run=args.dry_run)


def check_pack(_settings: Settings, args: Arguments) -> int:
    """Look a city pack over."""
    return check_command(args.folder, _say())


def demo_pack(_settings: Settings, args: Arguments) -> int:
    """Write the pack of the demo district, to try things on or to begin one's own."""
    print(write_demo(args.folder))
    return 0


def invite(settings: Settings, args: Arguments) -> int:
    """Make an invitation; the last line printed is the code alone."""
    with _database(settings) as database:
        points = tuple(args.point or ())
        registry = _registry(settings, database)
        return registry.invite(SystemClock().now(), args.role, unit=args.unit, points=points, name=args.name)


def people_sheets(settings: Settings, args: Arguments) -> int:
    """Write invitation sheets for everybody in people.csv who needs one."""
    with _database(settings) as database:
        return _registry(settings, database).write_sheets(
            SystemClock().now(), args.folder, _language(), again=args.again
        )


def bind(settings: Settings, args: Arguments) -> int:
    """Bind a group that cannot ask for it itself, one of a robot that only speaks."""
    with _database(settings) as database:
        group, registry = _group(settings, database, args.group), _registry(settings, database)
        if group is None:
            return 1
        language = Words().match(args.language) if args.language else ""
        return registry.bind(SystemClock().now(), group, args.unit, language, _language())


def unbind(settings: Settings, args: Arguments) -> int:
    """Let nothing more appear in a group."""
    with _database(settings) as database:
        group = _group(settings, database, args.group)
        return _registry(settings, database).unbind(group, _language()) if group else 1


def point_codes(settings: Settings, args: Arguments) -> int:
    """Write the codes for the stickers at the points (CSV), by which leaders show that they are there."""
    with _database(settings) as database:
        return _registry(settings, database).write_codes(args.file, args.unit, _language())


def quarantine(settings: Settings, _args: Arguments) -> int:
    """List what is in quarantine."""
    with _database(settings) as database:
        return quarantine_command(database)


def replay(settings: Settings, args: Arguments) -> int:
    """Put quarantined rows into the inbox again."""
    with _database(settings) as database:
        return replay_command(database, None if args.all else args.ids, SystemClock().now())


def audit_verify(settings: Settings, _args: Arguments) -> int:
    """Look whether every history and every seal is whole."""
    with _database(settings) as database:
        return audit_command(database, _say())


def channels(settings: Settings, _args: Arguments) -> int:
    """Show each channel that is set up, what it does, and whether its settings hold."""
    clock = SystemClock()
    with _database(settings) as database:
        found = make_channels(settings, database, Blobs(settings.blobs), clock)
        return channels_command(database, found, clock.now())


def digest(settings: Settings, args: Arguments) -> int:
    """Print the figures of some days (yesterday, unless told otherwise)."""
    language = Words().match(args.language) if args.language else _language()
    wish = Wish(args.first, args.last, args.unit, language, args.picture, args.table)
    with _database(settings) as database:
        with database.reading() as session:
            _, city = read_city(session)
        words = Words(zone=ZoneInfo(city.settings.time_zone))
        return digest_command(database, city, words, wish, SystemClock().now())


def service(settings: Settings, args: Arguments) -> int:
    """Write records of service, of those alone who consented to it; with --public all, by masked names."""
    language = Words().match(args.language) if args.language else _language()
    order = Order(args.file, args.first, args.last, args.unit, language, is_public=args.public)
    with _database(settings) as database:
        with database.reading() as session:
            _, city = read_city(session)
        words = Words(zone=ZoneInfo(city.settings.time_zone))
        return records_command(database, city, words, order, SystemClock().now())


# --- what they share -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _engine_apart(settings: Settings) -> Iterator[Connection]:
    """Start the engine's process and give the line to it; it ends when the line does, however that comes about."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_be_engine, args=(settings, ours, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join()


def _be_engine(settings: Settings, theirs: Connection, ours: Connection) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):  # a terminal and systemd tell both processes, but one leads
        signal.signal(each, signal.SIG_IGN)
    theirs.close()
    work_apart(settings, ours)


async def _serve(settings: Settings, engine: Connection) -> None:
    def tell(url: str) -> None:
        shown = settings.public_url or url
        print(f"\n  Pointkeeper is open: {shown if settings.web_chat else f'{url}/healthz'}\n", flush=True)

    app = App(settings, engine=engine)
    spare_the_collector()
    sys.setswitchinterval(_SWITCH_SECONDS)
    await app.run(tell)


def _bring_city(settings: Settings) -> int:
    """Import the pack that PK_CITY names; without one, the demo district, unless some city is there already."""
    with contextlib.closing(Database(settings.database_url)) as database:
        if settings.city is not None:
            return import_command(database, settings.city, _say(), SystemClock().now())
        with database.reading() as session:
            if is_imported(session):
                return 0
        with tempfile.TemporaryDirectory() as folder:
            return import_command(database, write_demo(Path(folder)), _say(), SystemClock().now())


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    upgrade(settings.database_url)
    with contextlib.closing(Database(settings.database_url)) as database:
        yield database


def _registry(settings: Settings, database: Database) -> Registry:
    with database.reading() as session:
        _, city = read_city(session)
    return Registry(database, city, Words(), _links(settings, database))


def _group(settings: Settings, database: Database, key: str) -> Chat | None:
    """Return the group that a key names; None, and say so, where no such account is set up."""
    channel, account, chat = (*key.split(":", 2), "", "")[:3]
    found = make_channels(settings, database, Blobs(settings.blobs), SystemClock())
    accounts = [f"{each.name}:{each.account}" for each in found]
    if chat and f"{channel}:{account}" in accounts:
        return Chat(channel=channel, account=account, id=chat, kind=ChatKind.GROUP)
    _refuse(f"{key} is no group here: it must begin with {', '.join(f'{each}:' for each in accounts)}")
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


def _language() -> str:
    return Words().match(os.environ.get("LANG", ""))


def _say() -> Say:
    words, language = Words(), _language()
    return lambda key, facts: words.plain(language, key, **facts)


def _make_folders(settings: Settings) -> None:
    url = make_url(settings.database_url)
    if url.drivername.startswith("sqlite") and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _secrets(settings: Settings) -> tuple[str, ...]:
    values = (getattr(settings, name) for name in Settings.model_fields)
    return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))


def _settings_mistakes(error: ValidationError | MissingFile) -> str:
    if isinstance(error, MissingFile):
        return str(error)
    return "\n".join(
        f"PK_{str(each['loc'][0]).upper()}: {each['msg']}" if each["loc"] else each["msg"].removeprefix("Value error, ")
        for each in error.errors(include_input=False)
    )


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


# --- the table of commands -------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pointkeeper", description="点位长助手 · Pointkeeper")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "run", run)
    _add(commands, "migrate", migrate)
    importing = _add(commands, "import", import_pack)
    importing.add_argument("folder", type=Path)
    importing.add_argument("--dry-run", action="store_true", help="only show what would change")
    _add(commands, "check", check_pack).add_argument("folder", type=Path)
    _add(commands, "demo", demo_pack).add_argument("folder", type=Path)
    _add_people(commands)
    _add(commands, "quarantine", quarantine)
    replaying = _add(commands, "replay", replay)
    which = replaying.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", nargs="*", type=int, metavar="ID", default=[])
    which.add_argument("--all", action="store_true")
    audit = commands.add_parser("audit", help="the recorded past").add_subparsers(required=True, metavar="COMMAND")
    _add(audit, "verify", audit_verify)
    _add(commands, "channels", channels)
    _add_digest(commands)
    _add_service(commands)
    return parser


def _add_digest(commands: Subparsers) -> None:
    showing = _add(commands, "digest", digest)
    showing.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="2026-11-01")
    showing.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="2026-11-07")
    showing.add_argument("--unit", default="", metavar="UNIT", help="by code or name; without it the whole district")
    showing.add_argument("--language", default="", help="zh_CN or en; without it that of the terminal")
    showing.add_argument("--picture", type=Path, metavar="FILE", help="write the picture there (PNG)")
    showing.add_argument("--table", type=Path, metavar="FILE", help="write the full table there (XLSX)")


def _add_service(commands: Subparsers) -> None:
    writing = _add(commands, "service", service)
    writing.add_argument("file", type=Path, metavar="FILE", help="where to; its ending says what: .xlsx or .csv")
    writing.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="2026-11-01")
    writing.add_argument(
        "--to", dest="last", type=date.fromisoformat, metavar="DAY", help="without them this month so far"
    )
    writing.add_argument("--unit", default="", metavar="UNIT", help="by code or name; without it the whole district")
    writing.add_argument("--public", action="store_true", help="names masked, to be shown in public")
    writing.add_argument("--language", default="", help="zh_CN or en; without it that of the terminal")


def _add_people(commands: Subparsers) -> None:
    inviting = _add(commands, "invite", invite)
    inviting.add_argument("--role", required=True, choices=[role.value for role in Role if role is not Role.CITIZEN])
    inviting.add_argument("--unit", default="", metavar="CODE")
    inviting.add_argument("--point", action="append", metavar="CODE", help="of a point leader; may be repeated")
    inviting.add_argument("--name", default="", help="what the person is called here")
    people = commands.add_parser("people", help="the people of the city")
    more = people.add_subparsers(required=True, metavar="COMMAND")
    sheets = _add(more, "sheets", people_sheets)
    sheets.add_argument("folder", type=Path)
    sheets.add_argument("--again", action="store_true", help="for those who have joined too: to move elsewhere")
    points = commands.add_parser("points", help="the points of the city")
    about = points.add_subparsers(required=True, metavar="COMMAND")
    coding = _add(about, "codes", point_codes)
    coding.add_argument("file", type=Path)
    coding.add_argument("--unit", default="", metavar="CODE", help="the points of one unit; without it all")
    _add_groups(commands)


def _add_groups(commands: Subparsers) -> None:
    binding, unbinding = _add(commands, "bind", bind), _add(commands, "unbind", unbind)
    for each in (binding, unbinding):
        each.add_argument("group", metavar="CHANNEL:ACCOUNT:CHAT", help="dingtalk:robots:robot:east")
    to_what = binding.add_mutually_exclusive_group(required=True)
    to_what.add_argument("--unit", default="", metavar="CODE", help="its new cases appear there")
    to_what.add_argument("--leaders", action="store_true", help="digests and who is late appear there")
    binding.add_argument("--language", default="", help="zh_CN or en; without it the city's first")


def _add(commands: Subparsers, name: str, command: Command) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
    parser.set_defaults(command=command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
