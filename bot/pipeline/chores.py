"""Work outside the transaction, earliest expiry first; each result comes back as an inbox row."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from sqlalchemy import literal_column, select, update
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.pipeline.bell import Bell
from bot.pipeline.inbox import INTERNAL, store
from bot.pipeline.patience import Patience, patiently
from bot.port import DeliveryError, Envelope
from storage.database import Database, is_outage
from storage.models import Chore

log = logging.getLogger(__name__)

CONCURRENT = 8
LONGEST_PAUSE = 300.0
TRIES_AFTER_A_FAULT = 5
_POLL = 1.0
_PENDING = Chore.state == literal_column("'pending'")


class Kind(Protocol):
    """A kind of chore: how it is done, and what is said when it never will be.

    Facts become an inbox row, whose handler their `kind` names; no facts, no row.
    """

    async def run(self, args: Mapping[str, Any]) -> dict[str, Any] | None:
        """Do it and return the facts. Raises `DeliveryError` to try again, or, if it is permanent, to give up."""
        ...

    def lost(self, args: Mapping[str, Any], reason: str) -> dict[str, Any] | None:
        """Return the facts when it cannot be done."""
        ...

    def key(self, args: Mapping[str, Any]) -> str:
        """Return the key of the result in the inbox."""
        ...


@dataclass(frozen=True, slots=True)
class _Result:
    state: str
    reason: str
    envelope: Envelope | None = None
    until: datetime | None = None


class Chores:
    """Does the chores of all kinds; there may be only one at a time."""

    def __init__(
        self, database: Database, kinds: Mapping[str, Kind], clock: Clock, settled: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._clock = clock
        self._settled = settled
        self._bell = Bell()
        self._doing: set[int] = set()
        self._stopping = False

    def wake(self) -> None:
        """Say that there is work."""
        self._bell.ring()

    def stop(self) -> None:
        """Begin nothing more; `run` returns when what was begun is done."""
        self._stopping = True
        self._bell.ring()

    async def run(self) -> None:
        """Work until stopped."""
        self._stopping = False
        patience = Patience()
        async with asyncio.TaskGroup() as group:
            while not self._stopping:
                try:
                    await self._start(group)
                except Exception as error:
                    if not is_outage(error):
                        raise
                    await patience.wait(error, "chores")
                    continue
                patience.reset()
                await self._bell.wait(_POLL)

    async def do_due(self) -> int:
        """Do what is due at this moment; return how many chores were tried."""
        async with asyncio.TaskGroup() as group:
            return await self._start(group)

    async def _start(self, group: asyncio.TaskGroup) -> int:
        room = CONCURRENT - len(self._doing)
        if room <= 0:
            return 0
        now, doing = self._clock.now(), sorted(self._doing)
        chores = await self._database.read(lambda session: due(session, now, doing, room))
        for chore in chores:
            self._doing.add(chore.id)
            group.create_task(self._do(chore))
        return len(chores)

    async def _do(self, chore: Chore) -> None:
        try:
            result = await self._try(chore)
            await patiently(lambda: self._database.write(partial(_record, chore, result, self._clock.now())), "chores")
        finally:
            self._doing.discard(chore.id)
        self._settled()
        self._bell.ring()

    async def _try(self, chore: Chore) -> _Result:
        kind = self._kinds[chore.kind]
        if self._clock.now() >= chore.expires_at:
            return _Result("failed", "expired", self._envelope(chore, kind.lost(chore.args, "expired")))
        try:
            return _Result("done", "", self._envelope(chore, await kind.run(chore.args)))
        except DeliveryError as error:
            if not error.permanent:
                return self._put_off(chore, error.reason, error.retry_after)
            return _Result("failed", error.reason, self._envelope(chore, kind.lost(chore.args, error.reason)))
        except Exception as error:  # a fault of ours must not stop the worker, nor be tried for ever
            log.exception("chore=%d kind=%s failed by a fault (%s)", chore.id, chore.kind, type(error).__name__)
            if chore.attempts + 1 < TRIES_AFTER_A_FAULT:
                return self._put_off(chore, "fault", None)
            return _Result("failed", "fault", self._envelope(chore, kind.lost(chore.args, "fault")))

    def _put_off(self, chore: Chore, reason: str, seconds: float | None) -> _Result:
        pause = timedelta(seconds=min(LONGEST_PAUSE, 2.0 ** min(chore.attempts, 9)) if seconds is None else seconds)
        return _Result("pending", reason, until=min(self._clock.now() + pause, chore.expires_at))

    def _envelope(self, chore: Chore, facts: dict[str, Any] | None) -> Envelope | None:
        if facts is None:
            return None
        key, body = self._kinds[chore.kind].key(chore.args), json.dumps(facts, ensure_ascii=False)
        return Envelope(channel=INTERNAL, account="", key=key, chat=chore.chat, body=body)


def due(session: Session, now: datetime, doing: Sequence[int], room: int) -> Sequence[Chore]:
    """Return pending chores whose time has come, those that expire first first."""
    query = select(Chore).where(_PENDING, Chore.not_before <= now, Chore.id.not_in(doing))
    return session.scalars(query.order_by(Chore.expires_at, Chore.id).limit(room)).all()


def _record(chore: Chore, result: _Result, now: datetime, session: Session) -> None:
    changes: dict[str, Any] = {"state": result.state, "reason": result.reason, "attempts": chore.attempts + 1}
    if result.until is not None:
        changes["not_before"] = result.until
    session.execute(update(Chore).where(Chore.id == chore.id).values(changes))
    if result.envelope is not None:
        store(session, [result.envelope], now)
