"""Who does what only one may do — sender, poller, clock, parts of the inbox — as lease rows on the database's time."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import secrets
import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.pipeline.bell import Bell
from storage.database import Database, database_now, is_outage
from storage.models import Lease
from storage.models.pipeline import PARTITIONS

log = logging.getLogger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]
SECONDS = 15.0
"""How long a lease lasts; it is renewed three times in that time."""
_PART = "inbox:"
_MEMBER = "member:"
_PARTS = [f"{_PART}{number:02d}" for number in range(PARTITIONS)]


class Leases:
    """The leases of this process. What it holds is certain only until the deadline that it took before asking."""

    def __init__(self, database: Database, holder: str = "", *, seconds: float = SECONDS) -> None:
        self.holder = holder or new_holder()
        self._database = database
        self._seconds = seconds
        self._wanted: set[str] = set()
        self._wants_inbox = False
        self._held: dict[str, float] = {}
        self._bell = Bell()
        self._refreshed = asyncio.Event()

    def holds(self, name: str) -> bool:
        """Tell whether this process may do what the lease is for."""
        return time.monotonic() < self._held.get(name, 0.0)

    @property
    def partitions(self) -> frozenset[int]:
        """The parts of the inbox that are this process's to work."""
        return frozenset(number for number, name in enumerate(_PARTS) if self.holds(name))

    def join_inbox(self) -> None:
        """Ask for a fair share of the inbox."""
        self._wants_inbox = True
        self._bell.ring()

    async def run(self) -> None:
        """Renew and take over until cancelled."""
        while True:
            try:
                await self.refresh()
            except Exception as error:
                if not is_outage(error):
                    raise
                log.warning("leases were not renewed: the database is away (%s)", type(error).__name__)
            await self._bell.wait(self._seconds / 3)

    async def refresh(self) -> None:
        """Renew what is held, take what is wanted and free."""
        deadline = time.monotonic() + self._seconds
        names = await self._database.write(self._renew)
        lost = {name for name in self._held if name not in names and not name.startswith(_PART)}
        if lost:
            log.warning("leases lost: %s", ", ".join(sorted(lost)))
        self._held = dict.fromkeys(names, deadline)
        self._refreshed.set()
        self._refreshed = asyncio.Event()

    async def release(self) -> None:
        """Give everything back, so that nobody has to wait for it."""
        self._held = {}
        await self._database.write(lambda session: session.execute(delete(Lease).where(Lease.holder == self.holder)))

    async def guard(self, name: str, work: Work) -> None:
        """Do `work` while this process holds the lease; when it is lost, stop it and wait. Returns when `work` does."""
        self._wanted.add(name)
        self._bell.ring()
        while True:
            while not self.holds(name):
                await self._refreshed.wait()
            if await self._work_while_held(name, work):
                return

    async def _work_while_held(self, name: str, work: Work) -> bool:
        async with asyncio.TaskGroup() as group:
            working = group.create_task(work())
            watching = group.create_task(self._watch(name, working))
            working.add_done_callback(lambda _: watching.cancel())
        return not working.cancelled()

    async def _watch(self, name: str, working: asyncio.Task[None]) -> None:
        while (left := self._held.get(name, 0.0) - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(left):
                    await self._refreshed.wait()
            except TimeoutError:
                continue
        log.warning("lease lost: %s", name)
        working.cancel()

    # --- in the database ----------------------------------------------------------------------------------------------

    def _renew(self, session: Session) -> Collection[str]:
        now = database_now(session)
        rows = {row.name: row for row in session.scalars(select(Lease))}
        living = {name: row.holder for name, row in rows.items() if not self._is_free(row, now)}
        wanted = set(self._wanted)
        if self._wants_inbox:
            wanted |= {f"{_MEMBER}{self.holder}", *self._share(session, living)}
        free = {name for name in wanted if living.get(name, self.holder) == self.holder}
        return self._take(session, sorted(free), [row.holder for row in rows.values() if is_dead(row.holder)], now)

    def _share(self, session: Session, living: Mapping[str, str]) -> Collection[str]:
        """Return the parts to hold from now on; what is beyond a fair share is given back."""
        members = {holder for name, holder in living.items() if name.startswith(_MEMBER)} | {self.holder}
        fair = -(-PARTITIONS // len(members))
        mine = [name for name in _PARTS if living.get(name) == self.holder]
        surplus = mine[fair:]
        if surplus:
            session.execute(delete(Lease).where(Lease.name.in_(surplus), Lease.holder == self.holder))
        free = [name for name in _PARTS if name not in living]
        return [*mine[:fair], *free[: max(0, fair - len(mine))]]

    def _take(self, session: Session, names: list[str], dead: Iterable[str], now: float) -> Collection[str]:
        """Take or renew leases, each unless somebody else was quicker; return those that are ours now."""
        if not names:
            return ()
        until = datetime.fromtimestamp(now + self._seconds, UTC)
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        rows = [{"name": name, "holder": self.holder, "until": until} for name in names]
        statement = insert(Lease).values(rows)
        ours_or_free: ColumnElement[bool] = or_(
            Lease.holder == self.holder,
            Lease.until <= datetime.fromtimestamp(now, UTC),
            Lease.holder.in_(list(dead)),
        )
        taken = {"holder": statement.excluded.holder, "until": statement.excluded.until}
        upsert = statement.on_conflict_do_update(index_elements=[Lease.name], set_=taken, where=ours_or_free)
        return set(session.execute(upsert.returning(Lease.name)).scalars())

    def _is_free(self, row: Lease, now: float) -> bool:
        return row.until.timestamp() <= now or is_dead(row.holder)


def new_holder() -> str:
    """Name this process: where it runs, its number there, and a word that tells it from one that had its number."""
    return f"{_where()}:{os.getpid()}:{_WORD}"


def is_dead(holder: str) -> bool:
    """Tell whether a holder is a process of this very system that no longer runs; of others nobody can say."""
    where, _, rest = holder.partition(":")
    number, _, word = rest.partition(":")
    if not where or where != _where() or not number.isdecimal():
        return False
    if int(number) == os.getpid():
        return word != _WORD
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


_WORD = secrets.token_hex(4)


def _where() -> str:
    """Tell this boot of this machine and this space of process numbers from all others; nothing where that fails."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        space = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 -- it names no path
    except OSError:
        return ""
    return hashlib.sha256(f"{boot}{space}".encode()).hexdigest()[:16]
