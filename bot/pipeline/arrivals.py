"""What waits in the inbox, read in neutral words and claimed by whoever is going to handle it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.orm import Session

from bot.pipeline.house import House
from bot.pipeline.inbox import INTERNAL
from bot.port import Incoming, Location
from storage.models import InboxRow
from storage.models.pipeline import PARTITIONS

BATCH = 100
_NUL = "\\u0000"

_INBOX: Any = InboxRow.__table__
# A literal, not a parameter: only so do both databases see that the partial index answers it.
_PENDING = _INBOX.c.state == literal_column("'pending'")
_COLUMNS = (_INBOX.c.id, _INBOX.c.channel, _INBOX.c.account, _INBOX.c.chat, _INBOX.c.body)
# Built once: a statement takes longer to build than to run.
_WAITING = select(*_COLUMNS).where(_PENDING).order_by(_INBOX.c.id).limit(BATCH)
_WAITING_IN = _WAITING.where(_INBOX.c.partition.in_(bindparam("partitions", expanding=True)))
_CLAIM = update(_INBOX).where(_INBOX.c.id.in_(bindparam("ids", expanding=True)), _PENDING).values(state="done")

_FORGET = update(_INBOX).where(_INBOX.c.id.in_(bindparam("ids", expanding=True))).values(body="")


class Taken(Exception):
    """Somebody else has handled a row of this batch meanwhile."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One inbox row: an update in neutral words, or the facts of the program's own rows, or why it cannot be read."""

    id: int
    chat: str
    incoming: Incoming | None = None
    facts: dict[str, Any] | None = None
    trouble: Exception | None = None


def waiting(session: Session, partitions: Collection[int]) -> Sequence[Any]:
    """Return the first pending rows of these parts of the inbox, oldest first, at most `BATCH`."""
    if len(partitions) == PARTITIONS:
        return session.connection().execute(_WAITING).all()
    return session.connection().execute(_WAITING_IN, {"partitions": sorted(partitions)}).all()


def read(house: House, rows: Iterable[Any]) -> list[Arrival]:
    """Put rows in neutral words; one that cannot be read carries its trouble."""
    return [_read(house, row) for row in rows]


def claim(session: Session, arrivals: Sequence[Arrival]) -> None:
    """Mark the rows done, first thing in their transaction. Raises `Taken` if another engine has one of them.

    Of positions nothing is left in them: a live one, sent on and on, would be the track of somebody's way.
    """
    ids = [arrival.id for arrival in arrivals]
    if session.connection().execute(_CLAIM, {"ids": ids}).rowcount != len(ids):
        raise Taken
    positions = [each.id for each in arrivals if each.incoming and isinstance(each.incoming.payload, Location)]
    if positions:
        session.connection().execute(_FORGET, {"ids": positions})


def _read(house: House, row: Any) -> Arrival:
    try:
        if row.channel == INTERNAL:
            return Arrival(row.id, row.chat, facts=json.loads(row.body))
        incoming = house.channels[row.channel, row.account].parse(row.body)
        if _NUL in row.body:
            incoming = Incoming.model_validate(_without_nul(incoming.model_dump()))
        return Arrival(row.id, row.chat, incoming=incoming)
    except Exception as trouble:  # noqa: BLE001 -- whatever it is, this row alone is to blame
        return Arrival(row.id, row.chat, trouble=trouble)


def _without_nul(value: Any) -> Any:
    """Return the value without the one sign that PostgreSQL keeps in no text."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {name: _without_nul(each) for name, each in value.items()}
    return value
