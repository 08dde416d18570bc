"""What every table shares: the declarative base, the one UTC time type, JSON, and ids given by the application."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Integer, MetaData, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

Json = JSON().with_variant(JSONB(), "postgresql")
Id = BigInteger().with_variant(Integer(), "sqlite")

_FIRST_MS = 1_577_836_800_000
"""Ids count from the beginning of 2020."""


def refers_to(column: str) -> ForeignKey:
    """A foreign key looked at when the transaction commits: rows of a batch may be written in any order."""
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


class UtcTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC; a naive one is refused, since SQLite would keep 08:00+08 as 08:00."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn any zone into UTC; SQLite gets it naive, in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a time without zone"
            raise ValueError(message)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Give it back aware; in one step, since a digest reads tens of thousands."""
        parse: Callable[[Any], Any] = self.impl_instance.result_processor(dialect, coltype) or _as_it_is

        def aware(stored: Any) -> datetime | None:
            if stored is None:
                return None
            value: datetime = parse(stored)
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

        return aware


def _as_it_is(value: Any) -> Any:
    return value


class Base(DeclarativeBase):
    """The declarative base; constraint names follow one pattern so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcTime, dict[str, Any]: Json, list[Any]: Json, int: Id}  # noqa: RUF012


class _Ids:
    """Rising 63-bit ids: 42 bits of milliseconds, 10 of process, 11 of sequence; unique over processes in practice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self._process = int.from_bytes(os.urandom(2), "big") & 0x3FF
        os.register_at_fork(after_in_child=self.__init__)  # type: ignore[misc]

    def next(self) -> int:
        with self._lock:
            tick = (time.time_ns() // 1_000_000) << 11
            self._last = max(tick, self._last + 1)
            ms, sequence = self._last >> 11, self._last & 0x7FF
            return ((ms - _FIRST_MS) << 21) | (self._process << 11) | sequence


new_id = _Ids().next


def id_at(moment: datetime) -> int:
    """Return the lowest id that could be given at a moment: what was made before has a lower one."""
    return max(0, int(moment.timestamp() * 1000) - _FIRST_MS) << 21
