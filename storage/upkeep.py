"""The care that a database file needs now and then. PostgreSQL's autovacuum does the same, and more, by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine

_MOST = 10
"""So many faults tell as much as all of them."""
_PATIENCE_MS = 200
_BUSY = "PRAGMA busy_timeout"


def faults(engine: Engine, *, thorough: bool) -> list[str]:
    """Return what is wrong with an SQLite file, nothing if it is whole; others may read and write meanwhile.

    `thorough` compares every index with its table, too, and takes some times as long.
    """
    check = "integrity_check" if thorough else "quick_check"
    try:
        with _cursor(engine) as cursor:
            found = [text for (text,) in cursor.execute(f"PRAGMA {check}({_MOST})") if text != "ok"]
            strays = cursor.execute("PRAGMA foreign_key_check").fetchmany(_MOST)
    except sqlite3.DatabaseError as error:  # so broken that it cannot be looked through
        return [str(error)]
    return found + [f"{table} row {row} refers to no {parent}" for table, row, parent, _ in strays]


def tidy(engine: Engine) -> None:
    """Let SQLite learn how its tables have grown, and empty the journal, so that what was deleted is gone there too.

    In the writer's thread. Whoever still reads is not waited for: the next night is soon enough.
    """
    with _cursor(engine) as cursor:
        cursor.execute("PRAGMA analysis_limit = 1000")
        cursor.execute("PRAGMA optimize").fetchall()
        (patience,) = cursor.execute(_BUSY).fetchone()
        cursor.execute(f"{_BUSY} = {_PATIENCE_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            cursor.execute(f"{_BUSY} = {patience}")


@contextmanager
def _cursor(engine: Engine) -> Iterator[Any]:
    connection = engine.raw_connection()
    try:
        yield connection.cursor()
    finally:
        connection.close()
