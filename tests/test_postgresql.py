"""What is lent to one test must not show in the next."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from storage.database import Database
from storage.models import Person
from tests.dialogue import MONDAY
from tests.postgresql import PostgreSQL

pytestmark = pytest.mark.postgres


def act(postgresql: PostgreSQL, statement: str = "") -> tuple[str, list[int]]:
    """Borrow a database, look who is in it, add somebody, do what is told, and give it back."""
    url = postgresql.lend()
    database = Database(url.render_as_string(hide_password=False))
    with database.begin() as session:
        people = list(session.scalars(select(Person.id)))
        session.add(Person(id=7, name="wang", language="zh_CN", created_at=MONDAY))
    with database.begin() as session:
        session.execute(text(statement or "SELECT 1"))
    database.close()
    postgresql.take_back(url)
    return str(url.database), people


def test_a_database_is_lent_again_with_nothing_in_it(postgresql: PostgreSQL):
    first, _ = act(postgresql)

    assert act(postgresql) == (first, [])


def test_a_database_of_another_shape_is_not_lent_again(postgresql: PostgreSQL):
    altered, _ = act(postgresql, "CREATE TABLE planted (id int)")
    next_one, people = act(postgresql)

    assert next_one != altered
    assert people == []


def test_a_database_that_somebody_still_uses_is_not_lent_again(postgresql: PostgreSQL):
    url = postgresql.lend()
    database = Database(url.render_as_string(hide_password=False))
    with database.reading() as session, database.reading() as other:
        session.execute(text("SELECT 1"))
        other.execute(text("SELECT 1"))
        other.close()
        database.close()
        postgresql.take_back(url)

        assert act(postgresql)[0] != url.database
        session.invalidate()
