"""Closing what was forgotten, and asking for what waits: every minute, so both look into what is open alone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from bot.services.volunteering import attendance, backfills
from tests.dialogue import Stage


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_is_open_is_found_by_its_index_however_much_was_served(stage: Stage):
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, facts: Any, *_: Any) -> None:
        asked.append((statement, facts))

    with stage.desk() as desk:
        event.listen(stage.database.engine, "before_cursor_execute", note)
        assert not attendance.forgotten(desk, 50)
        assert not backfills.waiting(desk)
        event.remove(stage.database.engine, "before_cursor_execute", note)
        connection = desk.session.connection()
        plans = [str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", facts).all()) for said, facts in asked]

    assert ["ix_attendance_open" in plans[0], "ix_attendance_asked" in plans[1]] == [True, True]
