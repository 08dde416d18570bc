"""Case numbers that can be said aloud: a letter for the year, month and day, and a running number (A1124-037)."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
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
_RUNNING = re.compile(r"\d{1,6}")
_REMEMBERED_DAYS = 60
"""So far back a case is found by its running number alone."""

_lock = threading.Lock()
_blocks: WeakKeyDictionary[Engine, dict[str, list[int]]] = WeakKeyDictionary()


def take(desk: Desk) -> str:
    """Return a new number. Gaps are allowed: a number is never given out twice, even if its case is rolled back."""
    day = _day(desk, desk.now)
    return f"{day}-{_running(desk.session, day):03}"


def serial(desk: Desk, series: str) -> int:
    """Return the next number of a series (of up to eight letters) of which few are taken: no gaps, and who takes one
    makes others wait until this transaction ends.
    """
    return _advance(desk.session.connection(), series, 1)


def find(desk: Desk, text: str) -> Sequence[Case]:
    """Return the cases that somebody may mean, the newest first: full-width digits, spaces and missing hyphens are
    understood, and the letter, or all but the running number, may be missing.
    """
    spoken = re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKC", text).upper())
    wanted = [f"{day}-{running:03}" for day, running in _meant(desk, spoken)]
    query = select(Case).where(Case.number.in_(wanted)).order_by(Case.reported_at.desc(), Case.id.desc())
    return desk.session.scalars(query).all() if wanted else []


def _meant(desk: Desk, spoken: str) -> list[tuple[str, int]]:
    """Return each day, with its letter, and running number that may be meant."""
    if match := _SPOKEN.fullmatch(spoken):
        return [(f"{letter}{match[2]}", int(match[3])) for letter in match[1] or _LETTERS]
    if _RUNNING.fullmatch(spoken):
        return [(_day(desk, desk.now - timedelta(days=ago)), int(spoken)) for ago in range(_REMEMBERED_DAYS)]
    return []


def _day(desk: Desk, moment: datetime) -> str:
    local = moment.astimezone(desk.words.zone)
    return f"{_letter(local)}{local:%m%d}"


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
