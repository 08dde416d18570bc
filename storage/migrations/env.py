"""How Alembic reaches the models and the database (the connection is handed over by `storage.migrate`)."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, BigInteger, Connection

from storage.models import Base, UtcTime


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Name our own types in a migration as the models do."""
    if kind != "type":
        return False
    names = {UtcTime: "base.UtcTime()", JSON: "base.Json", BigInteger: "base.Id"}
    return next((name for type_, name in names.items() if isinstance(item, type_)), False)


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
