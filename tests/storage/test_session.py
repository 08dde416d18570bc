"""The session of a batch: rows by key, many at once, without reading more than these."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import event, text

from storage.database import Database
from storage.models import Conversation, Identity, Person
from tests.dialogue import MONDAY

TALKS = [("a:1", 1), ("a:2", 2), ("a:group", 1), ("a:group", 2)]


@pytest.fixture
def database(migrated_url: str):
    with closing(Database(migrated_url)) as database:
        with database.begin() as session:
            session.add_all(Person(id=number, language="zh_CN", created_at=MONDAY) for number in (1, 2))
            session.flush()
            for chat, person in TALKS:
                session.add(Conversation(chat=chat, person_id=person, draft=None, recent={}, updated_at=MONDAY))
        yield database


def test_rows_are_found_by_keys_of_two_columns(database: Database):
    wanted = {("a:1", 1), ("a:group", 2), ("a:2", 1)}
    with database.begin() as session:
        found = session.read(Conversation, wanted)
        asked = statements(database)
        alone = session.get(Conversation, ("a:group", 2)), session.get(Conversation, ("a:2", 1))

    assert {(each.chat, each.person_id) for each in found} == {("a:1", 1), ("a:group", 2)}
    assert [each and (each.chat, each.person_id) for each in alone] == [("a:group", 2), None]
    assert asked == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("entity", "keys"),
    [(Conversation, TALKS), (Conversation, TALKS[:3]), (Identity, [("x", "x", "1"), ("x", "x", "2")])],
)
def test_an_index_answers(database: Database, entity: Any, keys: list[Any]):
    asked = statements(database)
    with database.begin() as session:
        session.read(entity, keys)
        statement, values = next((said, values) for said, values in asked if said.startswith("SELECT"))
        marks = {f"p{place}": value for place, value in enumerate(values)}
        for mark in marks:
            statement = statement.replace("?", f":{mark}", 1)
        plan = str(session.execute(text(f"EXPLAIN QUERY PLAN {statement}"), marks).all())

    assert "SEARCH" in plan
    assert "SCAN" not in plan


def statements(database: Database) -> list[tuple[str, Any]]:
    """Note from now on what is asked of a database."""
    asked: list[tuple[str, Any]] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda _, __, said, values, *___: asked.append((said, values))
    )
    return asked
