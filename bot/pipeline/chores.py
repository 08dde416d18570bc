"""Work outside the transaction, earliest expiry first; each result comes back as an inbox row."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import bindparam, literal_column, select

from bot.clock import Clock
from bot.pipeline.bell import Bell
from bot.pipeline.inbox import INTERNAL
from bot.pipeline.notes import Keep
from bot.pipeline.patience import Patience, patiently
from bot.pipeline.results import Result
from bot.port import DeliveryError, Envelope
from storage.database import Database, is_outage
from storage.models import Chore

log = logging.getLogger(__name__)

CONCURRENT = 8
READ = 100
"""How many of the most pressing chores are read at once."""
LONGEST_PAUSE = 300.0
TRIES_AFTER_A_FAULT = 5
_POLL = 1.0
_PENDING = Chore.state == literal_column("'pending'")
# Built once: that takes longer than to run it.
_DUE = (
    select(Chore.id, Chore.kind, Chore.chat, Chore.args, Chore.attempts, Chore.expires_at)
    .where(_PENDING, Chore.not_before <= bindparam("now"), Chore.id.not_in(bindparam("doing", expanding=True)))
    .order_by(Chore.expires_at, Chore.id)
    .limit(READ)
)


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


class Chores:
    """Does the chores of all kinds; there may be only one at a time. `keep` has results written."""

    def __init__(self, database: Database, kinds: Mapping[str, Kind], clock: Clock, keep: Keep) -> None:
        self._database = database
        self._kinds = kinds
        self._clock = clock
        self._keep = keep
        self._bell = Bell()
        self._due: deque[Any] = deque()
        self._unread = True
        self._more = False
        self._doing: set[int] = set()
        self._stopping = False

    def wake(self) -> None:
        """Say that there is work."""
        self._unread = True
        self._bell.ring()

    def stop(self) -> None:
        """Begin nothing more; `run` returns when what was begun is done."""
        self._stopping = True
        self._bell.ring()

    async def run(self) -> None:
        """Work until stopped."""
        self._stopping, self._unread = False, True
        patience = Patience()
        async with asyncio.TaskGroup() as group:
            while not self._stopping:
                try:
                    await self._start(group)
                except Exception as error:
                    if not is_outage(error):
                        raise
                    self._unread = True
                    await patience.wait(error, "chores")
                    continue
                patience.reset()
                rung = await self._bell.wait(_POLL)
                self._unread = self._unread or not rung

    async def do_due(self) -> int:
        """Do what is due at this moment; return how many chores were tried."""
        self._unread = True
        async with asyncio.TaskGroup() as group:
            return await self._start(group)

    async def _start(self, group: asyncio.TaskGroup) -> int:
        if len(self._doing) < CONCURRENT and (self._unread or (self._more and not self._due)):
            await self._read()
        room = min(CONCURRENT - len(self._doing), len(self._due))
        for _ in range(room):
            chore = self._due.popleft()
            self._doing.add(chore.id)
            group.create_task(self._do(chore))
        return room

    async def _read(self) -> None:
        self._unread = False
        known = {"now": self._clock.now(), "doing": sorted(self._doing)}
        self._due = deque(await self._database.read(lambda session: session.connection().execute(_DUE, known).all()))
        self._more = len(self._due) == READ

    async def _do(self, chore: Any) -> None:
        try:
            result = await self._try(chore)
            await patiently(lambda: self._keep([result]), "chores")
        finally:
            self._doing.discard(chore.id)
        self._bell.ring()

    async def _try(self, chore: Any) -> Result:
        kind = self._kinds[chore.kind]
        if self._clock.now() >= chore.expires_at:
            return self._lost(chore, "expired")
        try:
            envelope = self._envelope(chore, await kind.run(chore.args))
            return Result(chore.id, "done", chore.attempts + 1, chore.expires_at, envelope=envelope)
        except DeliveryError as error:
            if error.permanent:
                return self._lost(chore, error.reason)
            return self._put_off(chore, error.reason, error.retry_after)
        except Exception as error:  # a fault of ours must not stop the worker, nor be tried for ever
            log.exception("chore=%d kind=%s failed by a fault (%s)", chore.id, chore.kind, type(error).__name__)
            if chore.attempts + 1 < TRIES_AFTER_A_FAULT:
                return self._put_off(chore, "fault", None)
            return self._lost(chore, "fault")

    def _lost(self, chore: Any, reason: str) -> Result:
        envelope = self._envelope(chore, self._kinds[chore.kind].lost(chore.args, reason))
        return Result(chore.id, "failed", chore.attempts + 1, chore.expires_at, reason, envelope)

    def _put_off(self, chore: Any, reason: str, seconds: float | None) -> Result:
        pause = timedelta(seconds=min(LONGEST_PAUSE, 2.0 ** min(chore.attempts, 9)) if seconds is None else seconds)
        until = min(self._clock.now() + pause, chore.expires_at)
        return Result(chore.id, "pending", chore.attempts + 1, until, reason)

    def _envelope(self, chore: Any, facts: dict[str, Any] | None) -> Envelope | None:
        if facts is None:
            return None
        key, body = self._kinds[chore.kind].key(chore.args), json.dumps(facts, ensure_ascii=False)
        return Envelope(channel=INTERNAL, account="", key=key, chat=chore.chat, body=body)
