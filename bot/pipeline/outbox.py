"""Delivers what is to be said on one account: in order within a chat, as fast as allowed, until it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.clock import Clock
from bot.pipeline.bell import Bell
from bot.pipeline.delivery import Delivery
from bot.pipeline.lanes import Item, Lane, Lanes
from bot.pipeline.notes import Keep
from bot.pipeline.pacing import Pacer
from bot.pipeline.patience import patiently
from bot.pipeline.pending import Pending
from bot.pipeline.receipts import Outcome
from bot.port import Channel, Pacing
from bot.services.post import Letter
from storage.database import Database

CONCURRENT = 64
_POLL = 0.5
"""After so many seconds the sender looks by itself: another process may have queued something."""


class Outbox:
    """The sender of one account; there may be only one at a time. `keep` has receipts written."""

    def __init__(self, database: Database, channel: Channel, clock: Clock, keep: Keep, *, paced: bool = True) -> None:
        self._keep = keep
        self._clock = clock
        self._pacer = Pacer(channel.capabilities.pacing if paced else Pacing(), self._now())
        self._lanes = Lanes(self._pacer)
        self._pending = Pending(database, (channel.name, channel.account), self._lanes)
        self._delivery = Delivery(channel, clock, self._pacer, self._pending.look_again)
        self._bell = Bell()
        self._unread = True
        self._stopping = False
        self._running = 0

    def wake(self) -> None:
        """Say that there are new rows."""
        self.take(None)

    def take(self, letters: Sequence[Letter] | None) -> None:
        """Deliver what was just committed, unless older rows may still have to be read; None: look into the table."""
        if letters is None or self._unread or not self._pending.is_whole:
            self._unread = True
        else:
            self._pending.add(letters, self._now())
        self._bell.ring()

    def stop(self) -> None:
        """Begin no more messages; `run` returns when those on their way have arrived."""
        self._stopping = True
        self._bell.ring()

    async def run(self) -> None:
        """Deliver until stopped."""
        self._stopping = False
        self._unread = True
        try:
            async with asyncio.TaskGroup() as group:
                while not self._stopping:
                    await self._go_on(group)
                    rung = await self._bell.wait(self._idle_seconds())
                    self._unread = self._unread or not rung
        finally:
            self._unread = True

    async def deliver_due(self) -> None:
        """Deliver all that may go at this moment, and return."""
        self._unread = True
        async with asyncio.TaskGroup() as group:
            await self._go_on(group)
            while self._running:
                await self._bell.wait(60)
                await self._go_on(group)

    @property
    def next_at(self) -> datetime | None:
        """When something may go at the earliest; None when nothing waits."""
        at = self._lanes.next_at(self._now())
        return None if at is None else datetime.fromtimestamp(at, UTC)

    async def _go_on(self, group: asyncio.TaskGroup) -> None:
        """Read what is new and begin whatever may go."""
        if self._unread:
            self._unread = False
            await self._pending.read(self._now())
        while self._running < CONCURRENT and not self._stopping:
            lane = self._lanes.take(self._now())
            if lane is None:
                return
            self._running += 1
            self._pacer.begin(1, self._now())
            group.create_task(self._serve(lane))

    def _idle_seconds(self) -> float:
        at = self._lanes.next_at(self._now()) if self._running < CONCURRENT else None
        return _POLL if at is None else max(0.0, min(_POLL, at - self._now()))

    async def _serve(self, lane: Lane) -> None:
        """Deliver the head of a lane and write down what became of it; only then comes the next."""
        item = lane.items[0]
        try:
            if item.retire is not None:
                await self._delivery.retire(lane.chat, *item.retire)
                self._lanes.give_back(lane, self._now(), ended=True)
            else:
                outcome, follow = await self._delivery.deliver(lane, item)
                await self._record(outcome)
                self._settle(lane, item, outcome, follow)
        finally:
            self._running -= 1
            self._bell.ring()

    def _settle(self, lane: Lane, item: Item, outcome: Outcome, follow: Item | None) -> None:
        if outcome.moved:
            self._lanes.drop(lane)
            self._unread = True
            return
        ended = outcome.state != "pending"
        if ended:
            self._pending.end(item)
        elif outcome.not_before is not None:
            lane.until = outcome.not_before.timestamp()
            if outcome.everyone:
                self._lanes.paused_until = lane.until
        self._lanes.give_back(lane, self._now(), ended=ended, follow=follow)

    async def _record(self, outcome: Outcome) -> None:
        """Have it written down however long the database is away: a forgotten receipt is a doubled message."""
        await patiently(lambda: self._keep([outcome]), "receipts")

    def _now(self) -> float:
        return self._clock.now().timestamp()
