"""Bring a database to this program's schema at start: one process at a time, after a backup, never backwards."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, make_url, text

from storage.database import Database

_LOCK = 7_402_119_231  # any fixed number; the advisory lock that migrating processes queue on


class SchemaTooNew(Exception):
    """The database was written by a newer program."""


def upgrade(url: str) -> str:
    """Migrate the database at `url` to head and return the revision. A newer schema raises `SchemaTooNew`."""
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            return _upgrade_locked(database, connection)
    finally:
        database.close()


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, bound to an open connection when one is given."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["connection"] = connection
    return settings


def head() -> str:
    """Return the newest revision this program knows."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def current(engine: Engine) -> str:
    """Return the revision that the database stands at, or an empty string."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def _upgrade_locked(database: Database, connection: Connection) -> str:
    if not database.is_sqlite:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
    try:
        now_at = MigrationContext.configure(connection).get_current_revision() or ""
        if now_at == head():
            return now_at
        _refuse_newer(now_at)
        if database.is_sqlite and now_at:
            _back_up(database.url)
        command.upgrade(config(connection), "head")
        connection.commit()
        return head()
    finally:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.commit()


def _refuse_newer(revision: str) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if revision and revision not in known:
        raise SchemaTooNew(revision)


def _back_up(url: str) -> None:
    path = make_url(url).database
    if path is None or path == ":memory:":
        return
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")  # noqa: TID251 -- names a file
    with sqlite3.connect(path) as source, sqlite3.connect(f"{path}.{stamp}.bak") as target:
        source.backup(target)
