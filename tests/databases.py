"""Databases to test on: each test gets one of its own, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url

from storage import database
from tests.postgresql import Connections, PostgreSQL, careless_server, migrate


class AtOnce(Executor):
    """Does in the calling thread, before `submit` returns, what others hand to a thread."""

    def submit(self, do: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Do it; the future has ended."""
        done: Future[Any] = Future()
        try:
            done.set_result(do(*arguments, **named))
        except BaseException as error:  # noqa: BLE001 -- it belongs to whoever asks for the result
            done.set_exception(error)
        return done


def without_threads(url: str) -> database.Database:
    """Open a database for one who does everything in turn: to hand each statement to a thread is what costs most."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "ThreadPoolExecutor", lambda *_, **__: AtOnce())
        return database.Database(url)


def of_one_dialect(make: Callable[[str], Engine]) -> Callable[[str], Engine]:
    """Let all engines of a kind share what SQLAlchemy learns: a statement is compiled once, not once a test."""
    first: Engine | None = None

    def made(url: str) -> Engine:
        nonlocal first
        engine = make(url)
        if first is None:
            first = engine
            return engine
        dialect = first.dialect
        engine.dialect.initialize = lambda connection: dialect.server_version_info or dialect.initialize(connection)
        engine.dialect = engine.pool._dialect = dialect
        engine._compiled_cache = first._compiled_cache
        return engine

    return made


@pytest.fixture(scope="session")
def connections() -> Connections:
    """Return the connections to PostgreSQL that wait for the next test."""
    return Connections()


@pytest.fixture(scope="session", autouse=True)
def quick_engines(connections: Connections) -> Iterator[None]:
    """Let SQLite wait for no disk in this process, and engines know what those before them knew."""
    careful, connecting = database._sqlite_engine, database._postgresql_engine

    def careless(url: str) -> Engine:
        engine = careful(url)
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        return engine

    def keeping(url: str) -> Engine:
        engine = connecting(url)
        engine.pool._pre_ping = False  # nobody cuts these connections, and a ping is a third of what is asked
        engine.dialect.connect, engine.dialect.do_close = connections.open, connections.close
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_sqlite_engine", of_one_dialect(careless))
        patch.setattr(database, "_postgresql_engine", of_one_dialect(keeping))
        yield


@pytest.fixture(scope="session")
def postgresql(connections: Connections) -> Iterator[PostgreSQL]:
    """Return the server: the one that PK_TEST_DATABASE_URL names, else one started for this worker."""
    if named := os.environ.get("PK_TEST_DATABASE_URL"):
        server = PostgreSQL(make_url(named), connections)
        yield server
        server.close()
        return
    with careless_server() as url:
        server = PostgreSQL(url, connections)
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
        made.append(server.lend() if migrated else server.create())
        return made[-1].render_as_string(hide_password=False)

    yield make
    for url in made:
        server.take_back(url)


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
