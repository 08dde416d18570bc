"""Engine and sessions for SQLite and PostgreSQL, and the one way by which writes pass."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, func, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from storage import knowledge
from storage.commits import Commits
from storage.session import BatchSession
from storage.turns import Turns

T = TypeVar("T")

_POSTGRESQL_WRITERS = 4
_BUSY_SECONDS = 30
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "secure_delete=ON")
"""What is deleted is overwritten: erased words must not be read from the file."""


class Database:
    """One database by URL.

    `write` runs a function in a transaction and commits it. On SQLite all writes of the process pass one thread with
    BEGIN IMMEDIATE, so they queue here and never fail for a lock; on PostgreSQL a few threads share the work.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._session = sessionmaker(self.engine, class_=BatchSession, expire_on_commit=False)
        file = self.engine.url.database if self.is_sqlite else None
        self._turns = Turns(file) if file and file != ":memory:" else None
        writers = 1 if self.is_sqlite else _POSTGRESQL_WRITERS
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="write")
        self._commits = Commits(self._writers, self.turn, self._transaction)
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="read")

    @contextmanager
    def begin(self) -> Iterator[BatchSession]:
        """Open a transaction to write in, in the calling thread; commit at the end, roll back on an error."""
        with self.turn(), self._transaction() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[BatchSession]:
        """Open a session to read with, in the calling thread."""
        with self._session() as session:
            yield session

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work(session)` in the writer thread and commit. Its error rolls back and is raised here.

        On SQLite, what waits for its turn is committed together; so a work may be run twice, but is committed once.
        """
        if self.is_sqlite:
            return await asyncio.wrap_future(self._commits.add(work))
        return await asyncio.get_running_loop().run_in_executor(self._writers, self._run, work)

    async def in_writer(self, job: Callable[[], T]) -> T:
        """Run `job` in the writer thread; it opens its transactions itself, by `begin`."""
        return await asyncio.get_running_loop().run_in_executor(self._writers, job)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work(session)` in a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._look, work)

    def close(self) -> None:
        """Wait for running work and let go of the connections."""
        self._writers.shutdown()
        self._readers.shutdown()
        self.engine.dispose()

    def turn(self) -> AbstractContextManager[None]:
        """Wait for this process's turn to write, and hold it: what `begin` does by itself."""
        return self._turns.taken() if self._turns else nullcontext()

    @contextmanager
    def _transaction(self) -> Iterator[BatchSession]:
        with self._session(info={"writes": True}) as session, session.begin():
            knowledge.begin(session)
            if self.is_sqlite:
                session.connection(execution_options={"immediate": True})
            yield session

    def _run(self, work: Callable[[Session], T]) -> T:
        with self.begin() as session:
            return work(session)

    def _look(self, work: Callable[[Session], T]) -> T:
        with self.reading() as session:
            return work(session)


def is_outage(error: BaseException) -> bool:
    """Tell whether the database itself failed (lock, disk, connection): that is waited out, never blamed on work."""
    return isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def database_now(session: Session) -> float:
    """Return the database's clock in seconds since 1970; leases are measured on it, not on the hosts' clocks."""
    if session.get_bind().dialect.name == "sqlite":
        return time.time()  # noqa: TID251 -- the same host by definition
    return float(session.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())


def _sqlite_engine(url: str) -> Engine:
    threads = {"check_same_thread": False, "timeout": _BUSY_SECONDS}
    engine = create_engine(url, hide_parameters=True, connect_args=threads)  # an error must not quote what people wrote

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _postgresql_engine(url: str) -> Engine:
    return create_engine(url, hide_parameters=True, pool_size=_POSTGRESQL_WRITERS + 4, pool_pre_ping=True)
