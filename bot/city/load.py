"""The pack brought into the database and back: a difference by key, applied in short transactions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.city.city import KINDS, SETTINGS, City, Key
from storage.models.city import PackRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from bot.city.record import Record
    from storage.database import Database

BATCH = 500
Body = dict[str, Any]
Change = Literal["added", "changed", "retired"]


class Step(NamedTuple):
    """One change of one record."""

    change: Change
    key: Key
    body: Body


@dataclass(frozen=True)
class Changes:
    """What an import would do, in the order of keys, and how many records it leaves as they are."""

    steps: tuple[Step, ...] = ()
    unchanged: int = 0
    counts: Mapping[tuple[Change, str], int] = field(default_factory=dict)

    def of(self, change: Change) -> list[Key]:
        """Return the keys that are added, changed or retired."""
        return [step.key for step in self.steps if step.change == change]


def plan_import(session: Session, records: Mapping[Key, Record]) -> Changes:
    """Compare a pack's records with what was imported last."""
    stored = {(row.kind, row.code): (row.body, row.retired_at is not None) for row in session.execute(_ROWS)}
    wanted = {key: dump(record) for key, record in records.items()}
    steps = []
    for key, body in wanted.items():
        old, retired = stored.get(key, (None, True))
        if retired or old != body:
            steps.append(Step("added" if retired else "changed", key, body))
    gone = [key for key, (_, retired) in stored.items() if key not in wanted and not retired]
    steps += [Step("retired", key, stored[key][0]) for key in gone]
    steps.sort(key=lambda step: step.key)
    counts = Counter((step.change, step.key[0]) for step in steps)
    return Changes(tuple(steps), len(wanted) + len(gone) - len(steps), counts)


def apply_import(
    database: Database, changes: Changes, now: datetime, progress: Callable[[int], object] = lambda _: None
) -> None:
    """Apply a plan, 500 records a transaction; `progress` hears how many. Broken off, it is simply repeated."""
    for start in range(0, len(changes.steps), BATCH):
        steps = changes.steps[start : start + BATCH]
        with database.begin() as session:
            apply_steps(session, steps, now)
        progress(len(steps))


def apply_steps(session: Session, steps: Iterable[Step], now: datetime) -> None:
    """Write some steps of a plan; two processes that import the same pack at once do no harm."""
    rows = [
        {
            "kind": step.key[0],
            "code": step.key[1],
            "body": step.body,
            "changed_at": now,
            "retired_at": now if step.change == "retired" else None,
        }
        for step in steps
    ]
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(PackRow)
    written = {name: statement.excluded[name] for name in ("body", "changed_at", "retired_at")}
    if rows:
        session.execute(statement.on_conflict_do_update(index_elements=["kind", "code"], set_=written), rows)


def dump(record: Record) -> Body:
    """Return a record as it is stored: what its defaults already say is left out."""
    return record.model_dump(mode="json", exclude_defaults=True)


_ROWS = select(PackRow.kind, PackRow.code, PackRow.body, PackRow.retired_at)


class StoredRow(NamedTuple):
    """A row of the pack as `load_city` wants it."""

    kind: str
    code: str
    body: Body
    retired_at: datetime | None


def read_rows(session: Session) -> Iterator[StoredRow]:
    """Yield every row of the imported pack."""
    for row in session.execute(_ROWS):
        yield StoredRow(*row)


def load_city(rows: Iterable[StoredRow]) -> City:
    """Build the city from the rows of the imported pack, in the order of their keys; about 0.1 s for 9,000 rows."""
    ordered = sorted(rows, key=lambda row: row[:2])
    known = [row for row in ordered if row.kind in KINDS]
    records = {(row.kind, row.code): KINDS[row.kind].model_validate(row.body) for row in known}
    return City(records, [(row.kind, row.code) for row in known if row.retired_at])


def pack_version(session: Session) -> datetime | None:
    """Return when the pack last changed, None before the first import; a process reloads its city when this moves."""
    return session.scalar(select(func.max(PackRow.changed_at)))


def is_imported(session: Session) -> bool:
    """Return whether any pack was ever imported."""
    return session.get(PackRow, (SETTINGS, SETTINGS)) is not None
