"""The command line: which commands there are, and what each may be told. They themselves live in `bot.commands`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr, ValidationError
from sqlalchemy import make_url

from bot import log
from bot.commands import care, figures, packs, registry, running
from bot.commands.terminal import Command, refuse
from bot.config import MissingFile, Settings, load
from bot.domain.roles import Role
from storage.migrate import SchemaTooNew

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 -- argparse names its type no better


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    args = _parser().parse_args(arguments)
    try:
        settings = load()
    except (ValidationError, MissingFile) as error:
        return refuse(_settings_mistakes(error))
    log.set_up(settings.log_level, _secrets(settings))
    _make_folders(settings)
    command: Command = args.command
    try:
        return command(settings, args)
    except SchemaTooNew as error:
        return refuse(f"The database was written by a newer Pointkeeper (schema {error}). Run that one.")
    except KeyboardInterrupt:
        return 130


def _make_folders(settings: Settings) -> None:
    url = make_url(settings.database_url)
    if url.drivername.startswith("sqlite") and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _secrets(settings: Settings) -> tuple[str, ...]:
    """Return what no line of the log may hold; of robots, of which one setting lists several, each key by itself."""
    values = (getattr(settings, name) for name in Settings.model_fields)
    robots = (*settings.wecom_robots.get_secret_value().split(), *settings.dingtalk_robots.get_secret_value().split())
    keys = (key for robot in robots for key in robot.partition("=")[2].split(":"))
    return (*(value.get_secret_value() for value in values if isinstance(value, SecretStr)), *keys)


def _settings_mistakes(error: ValidationError | MissingFile) -> str:
    if isinstance(error, MissingFile):
        return str(error)
    return "\n".join(
        f"PK_{str(each['loc'][0]).upper()}: {each['msg']}" if each["loc"] else each["msg"].removeprefix("Value error, ")
        for each in error.errors(include_input=False)
    )


# --- the table of commands -------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pointkeeper", description="点位长助手 · Pointkeeper")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "run", running.run)
    _add(commands, "migrate", running.migrate)
    importing = _add(commands, "import", packs.import_pack)
    importing.add_argument("folder", type=Path)
    importing.add_argument("--dry-run", action="store_true", help="only show what would change")
    _add(commands, "check", packs.check_pack).add_argument("folder", type=Path)
    _add(commands, "demo", packs.demo_pack).add_argument("folder", type=Path)
    _add_people(commands)
    _add(commands, "quarantine", care.quarantine)
    replaying = _add(commands, "replay", care.replay)
    which = replaying.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", nargs="*", type=int, metavar="ID", default=[])
    which.add_argument("--all", action="store_true")
    audit = commands.add_parser("audit", help="the recorded past").add_subparsers(required=True, metavar="COMMAND")
    _add(audit, "verify", care.audit_verify)
    _add(commands, "channels", care.channels)
    _add_digest(commands)
    _add_service(commands)
    return parser


def _add_digest(commands: Subparsers) -> None:
    showing = _add(commands, "digest", figures.digest)
    showing.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="2026-11-01")
    showing.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="2026-11-07")
    showing.add_argument("--unit", default="", metavar="UNIT", help="by code or name; without it the whole district")
    showing.add_argument("--language", default="", help="zh_CN or en; without it that of the terminal")
    showing.add_argument(
        "--picture", type=Path, metavar="FILE",
        help="write the picture there (week.png), and beside it the heat table of what was seen (week-heat.png)",
    )  # fmt: skip
    showing.add_argument("--table", type=Path, metavar="FILE", help="write the full table there (XLSX)")


def _add_service(commands: Subparsers) -> None:
    writing = _add(commands, "service", figures.service)
    writing.add_argument("file", type=Path, metavar="FILE", help="where to; its ending says what: .xlsx or .csv")
    writing.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="2026-11-01")
    writing.add_argument(
        "--to", dest="last", type=date.fromisoformat, metavar="DAY", help="without them this month so far"
    )
    writing.add_argument("--unit", default="", metavar="UNIT", help="by code or name; without it the whole district")
    writing.add_argument("--public", action="store_true", help="names masked, to be shown in public")
    writing.add_argument("--language", default="", help="zh_CN or en; without it that of the terminal")


def _add_people(commands: Subparsers) -> None:
    inviting = _add(commands, "invite", registry.invite)
    inviting.add_argument("--role", required=True, choices=[role.value for role in Role if role is not Role.CITIZEN])
    inviting.add_argument("--unit", default="", metavar="CODE")
    inviting.add_argument("--point", action="append", metavar="CODE", help="of a point leader; may be repeated")
    inviting.add_argument("--name", default="", help="what the person is called here")
    people = commands.add_parser("people", help="the people of the city")
    more = people.add_subparsers(required=True, metavar="COMMAND")
    sheets = _add(more, "sheets", registry.people_sheets)
    sheets.add_argument("folder", type=Path)
    sheets.add_argument("--again", action="store_true", help="for those who have joined too: to move elsewhere")
    points = commands.add_parser("points", help="the points of the city")
    about = points.add_subparsers(required=True, metavar="COMMAND")
    coding = _add(about, "codes", registry.point_codes)
    coding.add_argument("file", type=Path)
    coding.add_argument("--unit", default="", metavar="CODE", help="the points of one unit; without it all")
    _add_groups(commands)


def _add_groups(commands: Subparsers) -> None:
    binding, unbinding = _add(commands, "bind", registry.bind), _add(commands, "unbind", registry.unbind)
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
