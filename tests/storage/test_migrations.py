"""Migrations: up, down and up again on both databases, to exactly what the models say."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, inspect, select, text

from storage.database import Database
from storage.migrate import SchemaTooNew, config, current, head, upgrade
from storage.models import Alarm, Base, Hearer, Nag, Retained


def test_up_down_up(database_url: str):
    upgrade(database_url)
    engine = create_engine(database_url)
    for revision in ScriptDirectory.from_config(config()).walk_revisions():
        with engine.connect() as connection:
            command.downgrade(config(connection), revision.down_revision or "base")
            connection.commit()
        with engine.connect() as connection:
            command.upgrade(config(connection), revision.revision)
            connection.commit()
        with engine.connect() as connection:
            command.downgrade(config(connection), revision.down_revision or "base")
            connection.commit()
    assert inspect(engine).get_table_names() in ([], ["alembic_version"])
    engine.dispose()

    assert upgrade(database_url) == head()


def test_the_migrated_schema_is_that_of_the_models(migrated_url: str):
    engine = create_engine(migrated_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()

    assert differences == []


def test_partial_indexes_are_partial_on_both(migrated_url: str):
    database = Database(migrated_url)
    catalogue = "sqlite_master" if database.is_sqlite else "pg_indexes"
    column = "sql" if database.is_sqlite else "indexdef"
    with database.engine.connect() as connection:
        found = connection.scalars(text(f"SELECT {column} FROM {catalogue} WHERE {column} LIKE '%pending%'")).all()  # noqa: S608
    database.close()

    assert len([each for each in found if "WHERE" in each]) == 3


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_is_asked_every_minute_is_found_by_its_index(migrated_url: str):
    """SQLite uses an index on some rows only where it is asked for them in the words of its condition."""
    asked = {
        "ix_nag_stale": select(Nag).where(Nag.stale),
        "ix_nag_silent_until": select(Nag).where(Nag.silent_until <= datetime(2026, 3, 2, tzinfo=UTC)),
        "ix_hearer_changed": select(Hearer).where(Hearer.changed),
    }
    with closing(Database(migrated_url)) as database, database.engine.connect() as connection:
        for index, query in asked.items():
            written = query.compile(connection, compile_kwargs={"render_postcompile": True})
            moments = tuple(str(each) for each in written.params.values())
            assert index in str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}", moments).all())


def test_cases_of_before_are_looked_at_at_once(database_url: str):
    """Open cases of a release without nags get an alarm that is due; those that have ended get none."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        command.upgrade(config(connection), "0003")
        connection.commit()
        tables = MetaData()
        tables.reflect(connection, only=["person", "case"])
        now = datetime(2026, 3, 2, tzinfo=UTC)
        connection.execute(tables.tables["person"].insert(), {"id": 1, "name": "", "language": "", "created_at": now})
        for number, state in enumerate(("handling", "suspended", "closed", "merged"), 1):
            connection.execute(tables.tables["case"].insert(), old_case(number, state, now))
        connection.commit()
        command.upgrade(config(connection), "head")
        connection.commit()
    with closing(Database(database_url)) as database, database.reading() as session:
        alarms = {alarm.case_id: alarm.at for alarm in session.scalars(select(Alarm))}
    engine.dispose()

    assert set(alarms) == {1, 2}
    assert max(alarms.values()) < now


def old_case(number: int, state: str, now: datetime) -> dict[str, Any]:
    texts = (
        "pseudonym",
        "category",
        "condition",
        "place",
        "point",
        "grid",
        "unit",
        "owner_kind",
        "stepped_in",
        "request",
    )
    numbers = {"version": 1, "limit_amount": 4, "transfers": 0, "round": 1, "reopened": 0, "reporter_id": 1}
    return dict.fromkeys(texts, "") | numbers | {
        "id": number, "number": str(number), "state": state, "source": "citizen", "urgent": False,
        "limit_unit": "work_hours", "tried": "[]", "reported_at": now,
    }  # fmt: skip


def test_upgrading_again_changes_nothing(migrated_url: str):
    assert upgrade(migrated_url) == head()
    database = Database(migrated_url)
    assert current(database.engine) == head()
    database.close()


def test_a_newer_schema_is_refused(migrated_url: str):
    database = Database(migrated_url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()

    with pytest.raises(SchemaTooNew):
        upgrade(migrated_url)


def test_an_older_sqlite_file_is_copied_before_it_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    upgrade(url)
    monkeypatch.setattr("storage.migrate.head", lambda: "9999")  # as if this program knew one more
    upgrade(url)

    assert len(list(tmp_path.glob("old.db.*.bak"))) == 1


def test_what_ended_before_the_promise_is_kept_in_view_too(database_url: str):
    engine = create_engine(database_url)
    with engine.connect() as connection:
        command.upgrade(config(connection), "0003")
        connection.commit()
    case = {
        "version": 1, "source": "citizen", "reporter_id": 1, "pseudonym": "A", "category": "06013", "condition": "",
        "urgent": False, "limit_amount": 1, "limit_unit": "work_days", "place": "", "point": "", "grid": "",
        "unit": "", "owner_kind": "", "stepped_in": "", "transfers": 0, "tried": "[]", "round": 1, "reopened": 0,
        "request": "", "reported_at": "2026-01-01 00:00:00+00",
    }  # fmt: skip
    ended = {"closed": ("closed", "2026-02-02 00:00:00+00"), "void": ("void", None), "open": ("handling", None)}
    event = "(id, subject, seq, at, actor, action, before, after, facts, hash)"
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO person (id, name, language, created_at) VALUES (1, '', '', '2026-01-01')"))
        for number, (name, (state, closed_at)) in enumerate(ended.items(), 1):
            row = case | {"id": number, "number": name, "state": state, "closed_at": closed_at}
            names, values = ", ".join(row), ", ".join(f":{key}" for key in row)
            connection.execute(text(f'INSERT INTO "case" ({names}) VALUES ({values})'), row)  # noqa: S608
        values = "(1, 'case:2', 1, '2026-02-03 00:00:00+00', 'system', 'void', '', 'void', '{}', '')"
        connection.execute(text(f"INSERT INTO event {event} VALUES {values}"))  # noqa: S608
    engine.dispose()

    upgrade(database_url)
    database = Database(database_url)
    with database.reading() as session:
        rows = session.scalars(select(Retained).order_by(Retained.case_id)).all()
        found = [(row.case_id, row.ended_at.date().isoformat(), row.cards, row.photos, row.link) for row in rows]
    database.close()
    assert found == [(1, "2026-02-02", True, True, True), (2, "2026-02-03", True, True, True)]
