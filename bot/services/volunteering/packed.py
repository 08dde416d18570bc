"""Rows that follow the city pack, beside those of the same table that were made in chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import select

from bot.services.desk import Desk
from storage.models import Post, Rota

Row = TypeVar("Row", Post, Rota)
Wanted = TypeVar("Wanted")


def bring_in(desk: Desk, table: type[Row], pack: Mapping[str, Wanted], copy: Callable[[Wanted, Row], None]) -> None:
    """Let the rows of the pack be, by code, as the pack says; those that are gone from it retire."""
    held = {row.code: row for row in desk.session.scalars(select(table).where(table.made_by.is_(None)))}
    for code, wanted in pack.items():
        row = held.pop(code, None)
        if row is None:
            row = table(code=code)
            desk.session.add(row)
        copy(wanted, row)
        row.retired_at = None
    for row in held.values():
        row.retired_at = row.retired_at or desk.now
    desk.session.flush()
