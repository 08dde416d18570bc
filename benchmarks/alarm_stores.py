"""The two ways to keep a million deadlines that `benchmarks.alarms` compares, each on a database of its own."""

from __future__ import annotations

import pickle
import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Column, Index, MetaData, Table, insert

from bot.jobs.nag import CASES
from storage.database import Database
from storage.models import Alarm
from storage.queries import alarms

NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)
AHEAD = timedelta(days=30)
DAY = timedelta(days=1)
_WRITTEN_AT_ONCE = 10_000


def remind(case_id: int) -> None:
    """What a job of APScheduler's calls; it is claimed and marked here, never called."""


class Store(ABC):
    """Deadlines in a database: filled once, some of them let come due, and those claimed and marked."""

    name: str

    def __init__(self, database: Database) -> None:
        self.database = database

    @abstractmethod
    def fill(self, count: int) -> None:
        """Keep so many deadlines, all ahead."""

    @abstractmethod
    def let_come_due(self, chosen: Iterable[int]) -> None:
        """Let these come due before now."""

    @abstractmethod
    def claim_and_mark(self) -> int:
        """Claim all that is due and mark it with its next time, a day later; return how many there were."""

    @abstractmethod
    def look(self) -> None:
        """Look once for what is due when nothing is."""


class Alarms(Store):
    """What this program has: the table `alarm` and the statements of the job `nag`, a transaction a batch.

    Without its foreign key, since there are no cases here; marking never touches it.
    """

    name = "pointkeeper"

    def fill(self, count: int) -> None:
        columns = [Column(each.name, each.type, primary_key=each.primary_key) for each in Alarm.__table__.columns]
        table = Table("alarm", MetaData(), *columns)
        Index("ix_alarm_at", table.c.at)
        table.create(self.database.engine)
        _write(self.database, insert(table), ({"case_id": number, "at": at} for number, at in _moments(count)))

    def let_come_due(self, chosen: Iterable[int]) -> None:
        with self.database.begin() as session:
            alarms.mark(session, ((number, _past(number)) for number in chosen))

    def claim_and_mark(self) -> int:
        count = 0
        while due := self._batch():
            count += due
        return count

    def look(self) -> None:
        with self.database.begin() as session:
            assert not alarms.claim(session, NOW, CASES)

    def _batch(self) -> int:
        with self.database.begin() as session:
            due = alarms.claim(session, NOW, CASES)
            alarms.mark(session, ((case_id, at + DAY) for case_id, at in due.items()))
            return len(due)


class JobStore(Store):
    """APScheduler's SQLAlchemyJobStore, on the same engine, with what its scheduler does for a job that is due.

    Running the jobs, which its scheduler does as well, is left out.
    """

    name = "APScheduler"

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.store = SQLAlchemyJobStore(engine=database.engine)
        self.scheduler = BackgroundScheduler(timezone=UTC, jobstores={"default": self.store})
        self.scheduler.start(paused=True)

    def fill(self, count: int) -> None:
        job = self.scheduler.add_job(remind, "interval", days=1, args=[0], id="pattern", start_date=NOW - DAY)
        pattern = job.__getstate__()
        self.scheduler.remove_job("pattern")

        def row(number: int, at: datetime) -> dict[str, Any]:
            state = pattern | {"id": str(number), "args": (number,), "next_run_time": at}
            blob = pickle.dumps(state, self.store.pickle_protocol)
            return {"id": str(number), "next_run_time": at.timestamp(), "job_state": blob}

        rows = (row(number, at) for number, at in _moments(count))
        _write(self.database, self.store.jobs_t.insert(), rows)

    def let_come_due(self, chosen: Iterable[int]) -> None:
        for number in chosen:
            job = self.store.lookup_job(str(number))
            job._modify(next_run_time=_past(number))  # noqa: SLF001 -- what APScheduler's own scheduler calls
            self.store.update_job(job)

    def claim_and_mark(self) -> int:
        jobs = self.store.get_due_jobs(NOW)
        for job in jobs:
            run_times = job._get_run_times(NOW)  # noqa: SLF001 -- what APScheduler's own scheduler calls
            job._modify(next_run_time=job.trigger.get_next_fire_time(run_times[-1], NOW))  # noqa: SLF001
            self.store.update_job(job)
        return len(jobs)

    def look(self) -> None:
        assert not self.store.get_due_jobs(NOW)


STORES = {store.name: store for store in (Alarms, JobStore)}


def analyse(database: Database) -> None:
    """Let the database know what it holds, as it would after a day."""
    with closing(database.engine.raw_connection()) as raw:
        if not database.is_sqlite:
            raw.driver_connection.autocommit = True
        raw.cursor().execute("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")


def _write(database: Database, statement: Any, rows: Iterator[dict[str, Any]]) -> None:
    while batch := list(islice(rows, _WRITTEN_AT_ONCE)):
        with database.engine.begin() as connection:
            connection.execute(statement, batch)


def _moments(count: int) -> Iterator[tuple[int, datetime]]:
    chance = random.Random(1)
    return ((number, NOW + DAY + chance.random() * AHEAD) for number in range(1, count + 1))


def _past(number: int) -> datetime:
    return NOW - timedelta(seconds=1 + number % 3000)
