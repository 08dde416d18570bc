"""The database file is looked through each night, and tidied when it is whole."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from storage import upkeep
from storage.models import Chore, Trouble
from tests.dialogue import Stage
from tests.jobs.conftest import BEFORE_DAWN, tick


@pytest.fixture
def night(stage: Stage) -> Stage:
    stage.clock.move(BEFORE_DAWN - stage.now)
    stage.advance(minutes=20)
    return stage


def chores(stage: Stage) -> list[Chore]:
    with stage.reading() as session:
        return list(session.scalars(select(Chore).where(Chore.kind == "upkeep")))


def troubles(stage: Stage) -> list[Trouble]:
    with stage.reading() as session:
        return list(session.scalars(select(Trouble)))


def test_a_whole_file_is_tidied_and_a_server_looks_after_itself(night: Stage, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    night.person("wang").sends("东街小学 路面破损")
    tick(night, "upkeep")

    assert troubles(night) == []
    if night.database.is_sqlite:
        assert [chore.state for chore in chores(night)] == ["done"]
        assert "database: whole, and tidied" in caplog.text
    else:
        assert chores(night) == []


SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@SQLITE
def test_on_sundays_it_is_looked_through_more_thoroughly(night: Stage):
    for _ in range(7):
        tick(night, "upkeep")
        night.advance(days=1)
    assert [chore.args["thorough"] for chore in chores(night)] == [False] * 5 + [True, False]


@SQLITE
def test_a_damaged_file_is_trouble_and_is_not_touched(night: Stage, monkeypatch: pytest.MonkeyPatch):
    touched: list[object] = []
    monkeypatch.setattr(upkeep, "tidy", touched.append)
    connection = sqlite3.connect(night.database.engine.url.database or "")  # which looks at no foreign keys
    connection.execute("INSERT INTO follower VALUES (1, 2, '2026-01-01', 0)")
    connection.commit()
    connection.close()
    tick(night, "upkeep")

    [trouble] = troubles(night)
    assert trouble.kind == "database"
    assert trouble.facts["n"] == 2
    assert trouble.facts["why"].startswith("follower row 1 refers to no ")
    assert touched == []


def whole(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE a (x TEXT); CREATE INDEX i ON a (x);")
    connection.executemany("INSERT INTO a VALUES (?)", [(f"{number}" * 50,) for number in range(2000)])
    connection.commit()
    return connection


def test_a_file_that_cannot_be_read_any_more_is_told_by_its_error(tmp_path: Path):
    from sqlalchemy import create_engine

    path = tmp_path / "a.db"
    whole(path).close()
    engine = create_engine(f"sqlite:///{path}")
    assert upkeep.faults(engine, thorough=True) == []
    engine.dispose()

    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 9] = b"x" * (4096 * 6)
    path.write_bytes(data)
    engine = create_engine(f"sqlite:///{path}")
    assert upkeep.faults(engine, thorough=False)
    engine.dispose()


def test_an_index_that_does_not_fit_its_table_is_found_on_a_sunday(tmp_path: Path):
    from sqlalchemy import create_engine

    path = tmp_path / "a.db"
    connection = whole(path)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = 'CREATE INDEX i ON a (x) WHERE x > 5' WHERE name = 'i'")
    connection.commit()
    connection.close()
    engine = create_engine(f"sqlite:///{path}")
    assert upkeep.faults(engine, thorough=True)
    engine.dispose()


@SQLITE
def test_what_was_erased_is_not_left_in_the_journal_or_in_free_pages(night: Stage):
    """A database that is careless by default would leave words readable in its file."""
    wang = night.person("wang")
    wang.sends("东街小学 SECRETWORDS")
    with night.database.begin() as session:
        from sqlalchemy import text

        session.execute(text("CREATE TABLE t (x TEXT)"))
        session.execute(text("INSERT INTO t VALUES ('ERASEDWORDS')"))
    with night.database.begin() as session:
        session.execute(text("DELETE FROM t"))
    tick(night, "upkeep")

    folder = Path(night.database.engine.url.database or "").parent
    left = b"".join(path.read_bytes() for path in folder.glob("pointkeeper.db*"))
    assert b"SECRETWORDS" in left
    assert b"ERASEDWORDS" not in left
