"""Case numbers that can be said aloud: a letter for the year, month and day, and a running number (A1124-037)."""

from __future__ import annotations

import re
import threading
import unicodedata
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.services.desk import Desk
from storage.knowledge import known, learn
from storage.models import Case, NumberBlock

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which look like digits; they begin again after 24 years
_FIRST_YEAR = 2026
_BLOCK = 10
_SPOKEN = re.compile(r"([A-Z]?)(\d{4})(\d{3,9})")

_lock = threading.Lock()
_blocks: WeakKeyDictionary[Engine, dict[str, list[int]]] = WeakKeyDictionary()


def take(desk: Desk) -> str:
    """Return a new number. Gaps are allowed: a number is never given out twice, even if its case is rolled back."""
    local = desk.now.astimezone(desk.words.zone)
    day = f"{_letter(local)}{local:%m%d}"
    return f"{day}-{_running(desk.session, day):03}"


def find(desk: Desk, text: str) -> Case | None:
    """Return the case that somebody means: full-width digits, spaces and missing hyphens are understood.

    Without the letter it is the newest case of that number.
    """
    spoken = re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKC", text).upper())
    match = _SPOKEN.fullmatch(spoken)
    if match is None:
        return None
    letter, day, running = match[1], match[2], f"{int(match[3]):03}"
    wanted = [f"{each}{day}-{running}" for each in ([letter] if letter else _LETTERS)]
    return desk.session.scalar(
        select(Case).where(Case.number.in_(wanted)).order_by(Case.reported_at.desc(), Case.id.desc()).limit(1)
    )


def _letter(local: datetime) -> str:
    return _LETTERS[(local.year - _FIRST_YEAR) % len(_LETTERS)]


def _running(session: Session, day: str) -> int:
    """SQLite has one writer, who counts one by one. On PostgreSQL a counter would make transactions wait for each
    other, so each process takes blocks of its own, outside the transaction.
    """
    engine = session.get_bind().engine
    if engine.dialect.name == "sqlite":
        block = learn(session, "number blocks", day, lambda: session.get(NumberBlock, day))
        if block is None:
            block = known(session, "number blocks")[day] = NumberBlock(day=day, next=1)
            session.add(block)
        block.next += 1
        return block.next - 1
    with _lock:
        left = _blocks.setdefault(engine, {}).setdefault(day, [])
        if not left:
            with engine.begin() as connection:
                first = _advance(connection, day, _BLOCK)
            _blocks[engine] = {day: left}
            left.extend(range(first, first + _BLOCK))
        return left.pop(0)


def _advance(connection: Connection, day: str, count: int) -> int:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(NumberBlock)
        .values(day=day, next=1 + count)
        .on_conflict_do_update(index_elements=["day"], set_={"next": NumberBlock.next + count})
        .returning(NumberBlock.next)
    )
    return int(connection.execute(statement).scalar_one()) - count
