"""One message on its way: sent or edited, and what its failure means."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from bot.clock import Clock
from bot.pipeline.cards import Standing, Step, decide
from bot.pipeline.lanes import Item, Lane
from bot.pipeline.pacing import Pacer
from bot.pipeline.receipts import Outcome
from bot.port import Channel, Chat, DeliveryError, Outgoing, Receipt
from storage.database import is_outage

log = logging.getLogger(__name__)

LONGEST_PAUSE = 300.0
TRIES_AFTER_A_FAULT = 5
"""How often a message is tried that makes our own code fail."""
FRESH = 1.0
"""For so many seconds after a row was read its card need not be read again."""


class Delivery:
    """Delivers the heads of lanes. `look_again` reads a card anew from the database."""

    def __init__(
        self, channel: Channel, clock: Clock, pacer: Pacer, look_again: Callable[[Standing], Awaitable[None]]
    ) -> None:
        self._channel = channel
        self._clock = clock
        self._pacer = pacer
        self._look_again = look_again

    async def deliver(self, lane: Lane, item: Item) -> tuple[Outcome, Item | None]:
        """Return what became of the item, and what is to follow it. Raises nothing, whatever the channel does."""
        if self._now() >= item.expires_at:
            return Outcome(item.id, "failed", "expired", item.attempts, self._clock.now()), None
        try:
            if item.card is not None:
                return await self._deliver_card(lane, item, item.card)
            if item.body and not item.is_cards:
                await self._send(lane.chat, Outgoing.model_validate_json(item.body), item.context)
            return Outcome(item.id), None
        except DeliveryError as error:
            return self._failed(lane, item, error), None
        except Exception as error:  # noqa: BLE001 -- a fault of ours must not stop the sender, nor block the chat for ever
            return self._failed(lane, item, _as_delivery_error(item, error)), None

    async def retire(self, chat: Chat, receipt: Receipt, message: Outgoing) -> None:
        """Take the choices off the old message of a card that was sent anew; best effort."""
        try:
            await self._edit(chat, receipt, message)
        except Exception as error:  # noqa: BLE001 -- an old choice that stays is answered kindly
            log.debug("an old card kept its choices (%s)", type(error).__name__)

    async def _deliver_card(self, lane: Lane, item: Item, card: Standing) -> tuple[Outcome, Item | None]:
        if self._now() - item.read_at > FRESH:  # a tap may have renewed the receipt meanwhile
            await self._look_again(card)
        capabilities = self._channel.capabilities
        step = decide(card, item.version, anew=item.anew, capabilities=capabilities, now=self._clock.now())
        if step is Step.SKIP or (step is Step.EDIT and _comes_anew(lane, card)):
            self._pacer.spare(self._now())
            return Outcome(item.id), None
        version, message, old = card.wanted, card.message, card.receipt
        receipt = None
        if step is Step.EDIT and old is not None:
            receipt = await self._edit_or_lose(lane.chat, old, message)
            old = None
        if receipt is None:
            receipt = await self._send(lane.chat, message, item.context)
            card.sent = version
        card.delivered, card.receipt = version, receipt
        is_retired = old is not None and old.is_editable(capabilities, self._clock.now())
        follow = self._retiring(item, old, message) if old is not None and is_retired else None
        told = receipt.model_dump(mode="json")
        return Outcome(item.id, card_id=card.id, version=version, sent=card.sent, receipt=told), follow

    async def _edit_or_lose(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt | None:
        """Edit; None when the message is gone and somebody must act on it, so that it has to be sent again."""
        try:
            return await self._edit(chat, receipt, message)
        except DeliveryError as error:
            if error.reason != "gone" or not message.asks:
                raise
            return None

    def _retiring(self, item: Item, old: Receipt, message: Outgoing) -> Item:
        was = Outgoing.model_validate_json(item.body) if item.body else message
        now = self._now()
        return Item(
            item.id, item.chat, body="", context=None, anew=False, attempts=0,
            not_before=now, expires_at=item.expires_at, read_at=now, retire=(old, was.bare),
        )  # fmt: skip

    async def _send(self, chat: Chat, message: Outgoing, context: dict[str, Any] | None) -> Receipt:
        cost = max(1, len(message.photos))
        self._pacer.begin(cost - 1, self._now())
        try:
            receipt = await _or_words_alone(lambda said: self._channel.send(chat, said, context), message)
            cost = max(cost, receipt.messages)
        finally:
            self._pacer.end(chat, cost, self._now())
        return receipt

    async def _edit(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt:
        try:
            return await _or_words_alone(lambda shown: self._channel.edit(chat, receipt, shown), message)
        finally:
            self._pacer.end(chat, 1, self._now())

    def _failed(self, lane: Lane, item: Item, error: DeliveryError) -> Outcome:
        attempts = item.attempts = item.attempts + 1
        now = self._clock.now()
        if error.reason == "moved" and error.moved_to:
            return Outcome(item.id, "pending", "moved", attempts, now, moved=(lane.chat, error.moved_to))
        everyone = error.reason == "credentials"  # a dead token is the account's trouble, not the message's
        if everyone:
            log.error("account %s/%s is not let in", self._channel.name, self._channel.account)
        elif error.permanent:
            blocked = lane.chat if error.reason == "blocked" else None
            return Outcome(item.id, "failed", str(error), attempts, now, blocked=blocked)
        pause = error.retry_after if error.retry_after is not None else min(LONGEST_PAUSE, 2.0 ** min(attempts - 1, 9))
        until = now.timestamp() + pause
        if until >= item.expires_at:
            return Outcome(item.id, "failed", f"expired: {error}", attempts, now)
        again = datetime.fromtimestamp(until, UTC)
        return Outcome(item.id, "pending", str(error), attempts, again, everyone=everyone)

    def _now(self) -> float:
        return self._clock.now().timestamp()


async def _or_words_alone(attempt: Callable[[Outgoing], Awaitable[Receipt]], message: Outgoing) -> Receipt:
    """Say it; without its photos where they may be what the platform refuses: nobody's task is lost by a picture."""
    try:
        return await attempt(message)
    except DeliveryError as error:
        if error.reason != "refused" or not error.permanent or not message.photos or not message.text:
            raise
        log.warning("a message goes out without its photos (%s)", error)
    return await attempt(message.model_copy(update={"photos": ()}))


def _as_delivery_error(item: Item, error: Exception) -> DeliveryError:
    if is_outage(error):
        return DeliveryError("busy", permanent=False, detail="database")
    log.error("delivery row=%d failed by a fault", item.id, exc_info=error)
    return DeliveryError("fault", permanent=item.attempts + 1 >= TRIES_AFTER_A_FAULT)


def _comes_anew(lane: Lane, card: Standing) -> bool:
    return any(later.card is card and later.anew for later in lane.items[1:])
