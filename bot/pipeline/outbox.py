"""Delivers what is to be said on one account: in order within a chat, as fast as allowed, until it arrives."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.pipeline.bell import Bell
from bot.pipeline.cards import Standing, Step, asks_for_action, decide, read_cards, standing
from bot.pipeline.gathering import Gathering
from bot.pipeline.lanes import Item, Lane, Lanes
from bot.pipeline.pacing import Pacer
from bot.pipeline.patience import Patience
from bot.pipeline.receipts import Outcome, record
from bot.port import Channel, Chat, DeliveryError, Outgoing, Pacing, Receipt
from storage.database import Database, is_outage
from storage.models import OutboxRow

log = logging.getLogger(__name__)

CONCURRENT = 64
LOADED = 20_000
"""How many rows are kept in memory; more wait in the table for their turn."""
LONGEST_PAUSE = 300.0
TRIES_AFTER_A_FAULT = 5
"""How often a message is tried that makes our own code fail."""
FRESH = 1.0
"""For so many seconds after a row was read its card need not be read again."""
_POLL = 0.5
_PENDING = OutboxRow.state == literal_column("'pending'")


class Outbox:
    """The sender of one account; there may be only one at a time."""

    def __init__(self, database: Database, channel: Channel, clock: Clock, *, paced: bool = True) -> None:
        self._database = database
        self._channel = channel
        self._clock = clock
        self._pacer = Pacer(channel.capabilities.pacing if paced else Pacing(), self._now())
        self._lanes = Lanes(self._pacer)
        self._cards: WeakValueDictionary[int, Standing] = WeakValueDictionary()
        self._ended: dict[int, Item] = {}
        self._receipts: Gathering[Outcome] = Gathering(self._record)
        self._bell = Bell()
        self._unread = True
        self._stopping = False
        self._running = 0

    def wake(self) -> None:
        """Say that there are new rows."""
        self._unread = True
        self._bell.ring()

    def stop(self) -> None:
        """Begin no more messages; `run` returns when those on their way have arrived."""
        self._stopping = True
        self._bell.ring()

    async def run(self) -> None:
        """Deliver until stopped."""
        self._stopping = False
        async with asyncio.TaskGroup() as group:
            while not self._stopping:
                await self._load()
                self._start(group)
                await self._bell.wait(self._idle_seconds())
                self._unread = True

    async def deliver_due(self) -> None:
        """Deliver all that may go at this moment, and return."""
        async with asyncio.TaskGroup() as group:
            self._unread = True
            while True:
                await self._load()
                self._start(group)
                if not self._running:
                    return
                await self._bell.wait(60)

    @property
    def next_at(self) -> datetime | None:
        """When something may go at the earliest; None when nothing waits."""
        at = self._lanes.next_at(self._now())
        return None if at is None else datetime.fromtimestamp(at, UTC)

    # --- reading ------------------------------------------------------------------------------------------------------

    async def _load(self) -> None:
        if not self._unread:
            return
        self._unread = False
        self._ended.clear()
        patience = Patience()
        while True:
            try:
                rows, cards = await self._database.read(self._read)
            except Exception as error:
                if not is_outage(error):
                    raise
                await patience.wait(error, "outbox")
            else:
                break
        self._take_in(rows, cards)

    def _read(self, session: Session) -> tuple[Sequence[Any], Sequence[Any]]:
        """Read the rows that are not in memory yet, by id and never from a mark on, and their cards as they are now."""
        mine = (_PENDING, OutboxRow.channel == self._channel.name, OutboxRow.account == self._channel.account)
        ids = session.scalars(select(OutboxRow.id).where(*mine).order_by(OutboxRow.id).limit(LOADED)).all()
        new = [row_id for row_id in ids if row_id not in self._lanes.ids]
        rows: list[Any] = []
        for start in range(0, len(new), 1000):
            some = select(OutboxRow.__table__).where(OutboxRow.id.in_(new[start : start + 1000]))
            rows.extend(session.execute(some).all())
        rows.sort(key=lambda row: row.id)
        return rows, read_cards(session, sorted({row.card_id for row in rows if row.card_id is not None}))

    def _take_in(self, rows: Sequence[Any], cards: Sequence[Any]) -> None:
        """Put rows into their lanes. What ended while they were read may still look pending there: it is left out,
        and its cards are held since then, so that what we know of them is not forgotten for what was read.
        """
        kept = [self._keep(row) for row in cards]  # held until the items hold them
        now = self._now()
        for row in rows:
            card = self._cards.get(row.card_id) if row.card_id is not None else None
            if row.id not in self._lanes.ids and row.id not in self._ended:
                self._lanes.add(_item(row, card, now), now)
        del kept

    def _keep(self, row: Any) -> Standing:
        known = self._cards.get(row.id)
        if known is None:
            known = self._cards[row.id] = standing(row)
        else:
            known.refresh(row)
        return known

    # --- choosing -----------------------------------------------------------------------------------------------------

    def _start(self, group: asyncio.TaskGroup) -> None:
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
                await self._retire(lane.chat, *item.retire)
                outcome, follow = None, None
            else:
                outcome, follow = await self._deliver(lane, item)
                await self._receipts.add([outcome])
            self._settle(lane, outcome, follow)
        finally:
            self._running -= 1
            self._bell.ring()

    def _settle(self, lane: Lane, outcome: Outcome | None, follow: Item | None) -> None:
        now = self._now()
        if outcome is not None and outcome.moved:
            self._lanes.drop(lane)
            self._unread = True
            return
        ended = outcome is None or outcome.state != "pending"
        if ended:
            self._ended[lane.items[0].id] = lane.items[0]
        if outcome is not None and outcome.not_before is not None:
            lane.until = outcome.not_before.timestamp()
        self._lanes.give_back(lane, now, ended=ended, follow=follow)

    # --- delivering ---------------------------------------------------------------------------------------------------

    async def _deliver(self, lane: Lane, item: Item) -> tuple[Outcome, Item | None]:
        if self._now() >= item.expires_at:
            return Outcome(item.id, "failed", "expired", item.attempts, self._clock.now()), None
        try:
            if item.card is not None:
                return await self._deliver_card(lane, item, item.card)
            if item.body:
                await self._send(lane.chat, Outgoing.model_validate_json(item.body), item.context)
            return Outcome(item.id), None
        except DeliveryError as error:
            return self._failed(lane, item, error), None
        except Exception as error:  # a fault of ours must not stop the sender, nor block the chat for ever
            log.exception("delivery row=%d failed by a fault (%s)", item.id, type(error).__name__)
            permanent = item.attempts + 1 >= TRIES_AFTER_A_FAULT
            return self._failed(lane, item, DeliveryError("fault", permanent=permanent)), None

    async def _deliver_card(self, lane: Lane, item: Item, card: Standing) -> tuple[Outcome, Item | None]:
        await self._read_again(item, card)
        capabilities = self._channel.capabilities
        step = decide(card, item.version, anew=item.anew, capabilities=capabilities, now=self._clock.now())
        if step is Step.SKIP or (step is Step.EDIT and self._comes_anew(lane, card)):
            return Outcome(item.id), None
        version, message, old = card.wanted, card.message, card.receipt
        if step is Step.EDIT and old is not None:
            try:
                receipt = await self._edit(lane.chat, old, message)
            except DeliveryError as error:
                if error.reason != "gone" or not asks_for_action(message):
                    raise
                old, step = None, Step.SEND
        if step is Step.SEND:
            receipt = await self._send(lane.chat, message, item.context)
            card.sent = version
        card.delivered, card.receipt = version, receipt
        follow = self._retiring(item, old, message) if step is Step.SEND and old and capabilities.edits else None
        return Outcome(item.id, card_id=card.id, version=version, receipt=receipt), follow

    async def _read_again(self, item: Item, card: Standing) -> None:
        """Look at the card anew if its row has waited: a tap may have renewed the receipt meanwhile."""
        if self._now() - item.read_at > FRESH:
            for row in await self._database.read(lambda session: read_cards(session, [card.id])):
                card.refresh(row)

    def _comes_anew(self, lane: Lane, card: Standing) -> bool:
        return any(later.card is card and later.anew for later in lane.items[1:])

    def _retiring(self, item: Item, old: Receipt, message: Outgoing) -> Item:
        bare = message.model_copy(update={"choices": ()})
        now = self._now()
        return Item(item.id, item.chat, "", None, False, 0, now, item.expires_at, now, retire=(old, bare))

    async def _retire(self, chat: Chat, receipt: Receipt, message: Outgoing) -> None:
        try:
            await self._edit(chat, receipt, message)
        except DeliveryError as error:
            log.debug("old card kept its choices (%s)", error.reason)

    async def _send(self, chat: Chat, message: Outgoing, context: dict[str, Any] | None) -> Receipt:
        cost = max(1, len(message.photos))
        self._pacer.begin(cost - 1, self._now())
        try:
            return await self._channel.send(chat, message, context)
        finally:
            self._pacer.end(chat, cost, self._now())

    async def _edit(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt:
        try:
            return await self._channel.edit(chat, receipt, message)
        finally:
            self._pacer.end(chat, 1, self._now())

    # --- when it does not arrive --------------------------------------------------------------------------------------

    def _failed(self, lane: Lane, item: Item, error: DeliveryError) -> Outcome:
        attempts = item.attempts = item.attempts + 1
        if error.reason == "moved" and error.moved_to:
            now = self._clock.now()
            return Outcome(item.id, "pending", "moved", attempts, now, moved=(lane.chat, error.moved_to))
        if error.permanent and error.reason != "credentials":
            blocked = lane.chat if error.reason == "blocked" else None
            return Outcome(item.id, "failed", str(error), attempts, self._clock.now(), blocked=blocked)
        pause = error.retry_after if error.retry_after is not None else min(LONGEST_PAUSE, 2.0 ** min(attempts - 1, 9))
        until = self._now() + pause
        if error.reason == "credentials":
            log.error("account %s/%s is not let in", self._channel.name, self._channel.account)
            self._lanes.paused_until = until
        if until >= item.expires_at:
            return Outcome(item.id, "failed", f"expired: {error}", attempts, self._clock.now())
        return Outcome(item.id, "pending", str(error), attempts, datetime.fromtimestamp(until, UTC))

    async def _record(self, outcomes: list[Outcome]) -> None:
        """Write outcomes down however long the database is away: a forgotten receipt is a doubled message."""
        patience = Patience()
        while True:
            try:
                await self._database.write(lambda session: record(session, outcomes))
            except Exception as error:
                if not is_outage(error):
                    raise
                await patience.wait(error, "receipts")
            else:
                return

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _item(row: Any, card: Standing | None, now: float) -> Item:
    chat = Chat.model_validate_json(row.chat_body)
    return Item(
        row.id, chat, row.body, row.context, row.anew, row.attempts,
        row.not_before.timestamp(), row.expires_at.timestamp(), now, card, card.wanted if card else 0,
    )  # fmt: skip
