"""What the commands share: a migrated database, the language of the terminal, and a refusal."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bot.city.model import City
from bot.config import Settings
from bot.pipeline.following import read_city
from bot.services.words import Words
from storage.database import Database
from storage.migrate import upgrade

if TYPE_CHECKING:
    from bot.city.mistakes import Say


Arguments = argparse.Namespace
Command = Callable[[Settings, Arguments], int]
"""Does what it is told and returns the exit code; its docstring is its help."""


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Migrate the database and open it."""
    upgrade(settings.database_url)
    with contextlib.closing(Database(settings.database_url)) as database:
        yield database


def city_of(database: Database) -> City:
    """Return the city that was imported."""
    with database.reading() as session:
        return read_city(session)[1]


def language(asked: str = "") -> str:
    """Return the language that is asked for, or else that of the terminal."""
    return Words().match(asked or os.environ.get("LANG", ""))


def say() -> Say:
    """Return what gives a text in the language of the terminal."""
    words, ours = Words(), language()
    return lambda key, facts: words.plain(ours, key, **facts)


def refuse(message: str) -> int:
    """Say why it cannot be, and return the exit code for that."""
    print(message, file=sys.stderr)
    return 1
