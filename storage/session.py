"""The session of a batch: reads by key see what it has added, without a flush, and never ask twice for nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, event, insert, select
from sqlalchemy.orm import Session

from storage.models.base import Base

Row = TypeVar("Row", bound=Base)
Key = tuple[type[Base], tuple[Any, ...]]


class BatchSession(Session):
    """A session that finds rows by key before they are flushed.

    Ids come from the application, so a row has its key as soon as it is added. Rows are held until the session ends;
    SQLAlchemy alone would hold them weakly.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: dict[Key, Any] = {}
        self._absent: set[Key] = set()
        self._appended: defaultdict[type[Base], list[dict[str, Any]]] = defaultdict(list)

    def add(self, instance: object, *args: Any, **kwargs: Any) -> None:
        """Add a row, findable by its key from now on."""
        super().add(instance, *args, **kwargs)
        key = _key(instance)
        if None not in key[1]:
            self._held[key] = instance

    def append(self, entity: type[Base], **values: Any) -> None:
        """Add a row that nobody will change: with the next flush it is written, many at once and without an entity."""
        self._appended[entity].append(values)

    def get(self, entity: type[Row], ident: Any, *args: Any, **kwargs: Any) -> Row | None:  # type: ignore[override]
        """Return the row with this key, or None."""
        key = (entity, ident if isinstance(ident, tuple) else (ident,))
        found = self._held.get(key)
        if found is not None:
            return found if found in self else None
        if key in self._absent:
            return None
        row = super().get(entity, ident, *args, **kwargs)
        if row is not None and self.info.get("writes"):
            self._held[key] = row
        return row

    def read(self, entity: type[Row], idents: Iterable[Any]) -> list[Row]:
        """Read the rows with these keys at once, before they are asked for one by one; return those that are there."""
        keys = {(entity, ident if isinstance(ident, tuple) else (ident,)) for ident in idents}
        unknown = {key for key in keys if key not in self._held and key not in self._absent}
        if unknown:
            query, lists = _by_keys(entity, sorted(ident for _, ident in unknown))
            with self.no_autoflush:
                self._held |= {_key(row): row for row in self.scalars(query, lists)}
            self._absent |= unknown - self._held.keys()
        return [self._held[key] for key in keys if key in self._held and self._held[key] in self]

    def miss(self, entity: type[Base], ident: tuple[Any, ...]) -> None:
        """Note that a row was looked for and is not there."""
        self._absent.add((entity, ident))

    def flush(self, objects: Any = None) -> None:
        """Write what was added, changed and appended."""
        super().flush(objects)
        appended, self._appended = self._appended, defaultdict(list)
        for entity, rows in appended.items():
            table: Any = entity.__table__
            self.connection().execute(insert(table), rows)

    def expire_all(self) -> None:
        """Read everything anew when it is next asked for: rows may have other keys now."""
        super().expire_all()
        self._held.clear()
        self._absent.clear()


@event.listens_for(BatchSession, "before_commit")
def _write_appended(session: Session) -> None:
    session.flush()  # a commit by itself would not see that something was appended


def _by_keys(entity: type[Row], idents: Sequence[tuple[Any, ...]]) -> tuple[Select[Row], dict[str, list[Any]]]:
    """Return what finds rows with these keys, and a few others: one list for each column that tells the keys apart.

    For a list of pairs SQLite reads the whole table.
    """
    places = range(1, len(idents[0]) + 1)
    count = next(count for count in places if len({ident[:count] for ident in idents}) == len(idents))
    return _by_columns(entity, count), {f"key{place}": sorted({i[place] for i in idents}) for place in range(count)}


@cache
def _by_columns(entity: type[Row], count: int) -> Select[Row]:
    """Built once for each entity: a statement takes longer to build than to run."""
    columns = entity.__mapper__.primary_key[:count]
    asked = [column.in_(bindparam(f"key{place}", expanding=True)) for place, column in enumerate(columns)]
    return select(entity).where(*asked)


def _key(row: Any) -> Key:
    return type(row), tuple(row.__mapper__.primary_key_from_instance(row))
