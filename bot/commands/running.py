"""`pointkeeper run` and `migrate`: the program itself, in two processes."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import signal
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop

from bot.app import App, spare_the_collector, work_apart
from bot.city.commands import import_command
from bot.city.demo.pack import write_demo
from bot.city.load import is_imported
from bot.clock import SystemClock
from bot.commands.terminal import Arguments, refuse, say
from bot.config import Settings
from storage.database import Database
from storage.migrate import upgrade

_SWITCH_SECONDS = 0.0001
"""While the thread that writes waits for the interpreter lock, it has the turn, and the engine's process waits too."""


def run(settings: Settings, _args: Arguments) -> int:
    """Migrate, import the city if need be, and run until stopped."""
    upgrade(settings.database_url)
    if code := _bring_city(settings):
        return code
    try:
        with _engine_apart(settings) as line:
            uvloop.run(_serve(settings, line))
    except OSError as error:
        return refuse(f"Cannot listen on {settings.web_host}:{settings.web_port}: {error.strerror}")
    return 0


def migrate(settings: Settings, _args: Arguments) -> int:
    """Bring the database to this program's schema."""
    print(upgrade(settings.database_url))
    return 0


@contextlib.contextmanager
def _engine_apart(settings: Settings) -> Iterator[Connection]:
    """Start the engine's process and give the line to it; it ends when the line does, however that comes about."""
    gc.freeze()  # or both processes look through all that was imported, and the engine's copies it
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
            return import_command(database, settings.city, say(), SystemClock().now())
        with database.reading() as session:
            if is_imported(session):
                return 0
        with tempfile.TemporaryDirectory() as folder:
            return import_command(database, write_demo(Path(folder)), say(), SystemClock().now())
