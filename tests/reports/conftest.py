"""Databases for the reports: an empty one, and one with the week of the scenario."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from storage.database import Database
from tests.reports.scenario import lay_week


@pytest.fixture
def session(migrated_url: str) -> Iterator[Session]:
    """Return a session on an empty database, on each kind of database in turn; nothing is committed."""
    database = Database(migrated_url)
    with database.begin() as session:
        yield session
        session.rollback()
    database.close()


@pytest.fixture
def week(session: Session) -> Session:
    """Return a session on a database with the week of the scenario."""
    lay_week(session)
    return session
