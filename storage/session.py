"""The session of a batch: reads by key see what it has added, without a flush, and never ask twice for nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

Key = tuple[type[Any], tuple[Any, ...]]


class BatchSession(Session):
    """A session that finds rows by key before they are flushed.

    Ids come from the application, so a row has its key as soon as it is added. Rows are held until the session ends;
    SQLAlchemy alone would hold them weakly.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._added: dict[Key, object] = {}
        self._absent: set[Key] = set()

    def add(self, instance: object, *args: Any, **kwargs: Any) -> None:
        """Add a row, findable by its key from now on."""
        super().add(instance, *args, **kwargs)
        key = tuple(type(instance).__mapper__.primary_key_from_instance(instance))  # type: ignore[attr-defined]
        if None not in key:
            self._added[type(instance), key] = instance

    def get(self, entity: Any, ident: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the row with this key, or None."""
        key = (entity, ident if isinstance(ident, tuple) else (ident,))
        found = self._added.get(key)
        if found is not None:
            return found if found in self else None
        return None if key in self._absent else super().get(entity, ident, *args, **kwargs)

    def miss(self, entity: type[Any], ident: tuple[Any, ...]) -> None:
        """Note that a row was looked for and is not there."""
        self._absent.add((entity, ident))
