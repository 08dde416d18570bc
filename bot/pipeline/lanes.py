"""The lanes of one account: a queue a chat, and which of them may send next."""

from __future__ import annotations

import heapq
import itertools
from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.pipeline.cards import Standing
from bot.pipeline.pacing import Pacer
from bot.port import Chat, ChatKind, Outgoing, Receipt

Priority = tuple[int, int]


@dataclass(slots=True)
class Item:
    """An outbox row in memory. `version` is the card's wanted one when the row was read.

    `retire` is no row but what follows a card that was sent anew: its old message loses its choices, and keeps what it
    said, which is the row's `body`.
    """

    id: int
    chat: Chat
    body: str
    context: dict[str, Any] | None
    anew: bool
    attempts: int
    not_before: float
    expires_at: float
    read_at: float
    card: Standing | None = None
    version: int = 0
    is_cards: bool = False
    retire: tuple[Receipt, Outgoing] | None = None


@dataclass(slots=True)
class Lane:
    """What waits for one chat, in the order of ids; `until` pauses it, `ticket` names its one valid place in a heap."""

    chat: Chat
    items: list[Item] = field(default_factory=list)
    until: float = 0.0
    busy: bool = False
    ticket: int = 0


class Lanes:
    """All lanes of an account. A lane sends one message at a time; the pacer says when."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self._lanes: dict[str, Lane] = {}
        self._ready: list[tuple[Priority, int, Lane]] = []
        self._waiting: list[tuple[float, int, Lane]] = []
        self._tickets = itertools.count(1)
        self.ids: set[int] = set()
        self.paused_until = 0.0

    def add(self, item: Item, now: float) -> None:
        """Queue a row in its chat's lane."""
        lane = self._lanes.get(item.chat.key)
        if lane is None:
            lane = self._lanes[item.chat.key] = Lane(item.chat)
        insort(lane.items, item, lo=1 if lane.busy else 0, key=lambda each: each.id)
        self.ids.add(item.id)
        self._place(lane, now)

    def take(self, now: float) -> Lane | None:
        """Return the lane whose head may go now, marked busy; None when there is none."""
        if max(self.paused_until, self._pacer.overall_ready(now)) > now:
            return None
        self._promote(now)
        while self._ready:
            _, ticket, lane = heapq.heappop(self._ready)
            if ticket == lane.ticket:
                lane.busy = True
                return lane
        return None

    def give_back(self, lane: Lane, now: float, *, ended: bool, follow: Item | None = None) -> None:
        """End a lane's turn: its head has `ended` or stays, and something may follow at once."""
        lane.busy = False
        if ended:
            self.ids.discard(lane.items.pop(0).id)
        if follow is not None:
            lane.items.insert(0, follow)
        if lane.items:
            self._place(lane, now)
        else:
            self._lanes.pop(lane.chat.key, None)

    def drop(self, lane: Lane) -> None:
        """Forget a lane; its rows will be read again."""
        self.ids.difference_update(item.id for item in lane.items)
        self._lanes.pop(lane.chat.key, None)
        lane.ticket = 0

    def next_at(self, now: float) -> float | None:
        """Return when a lane may go at the earliest; None when nothing waits."""
        self._promote(now)
        floor = max(now, self.paused_until, self._pacer.overall_ready(now))
        if self._ready:
            return floor
        return max(self._waiting[0][0], floor) if self._waiting else None

    def __iter__(self) -> Iterator[Lane]:
        return iter(self._lanes.values())

    def _place(self, lane: Lane, now: float) -> None:
        if lane.busy:
            return
        head = lane.items[0]
        at = max(head.not_before, lane.until, self._pacer.chat_ready(lane.chat, now))
        lane.ticket = next(self._tickets)
        if at <= now:
            heapq.heappush(self._ready, (self._priority(lane), lane.ticket, lane))
        else:
            heapq.heappush(self._waiting, (at, lane.ticket, lane))

    def _promote(self, now: float) -> None:
        """Move lanes whose time has come; drop what is no longer valid from the top."""
        while self._waiting and (self._waiting[0][0] <= now or self._waiting[0][1] != self._waiting[0][2].ticket):
            _, ticket, lane = heapq.heappop(self._waiting)
            if ticket == lane.ticket:
                heapq.heappush(self._ready, (self._priority(lane), ticket, lane))
        while self._ready and self._ready[0][1] != self._ready[0][2].ticket:
            heapq.heappop(self._ready)

    def _priority(self, lane: Lane) -> Priority:
        """The longest group queue goes first where it decides how long everything takes; else the oldest row."""
        if lane.chat.kind is ChatKind.GROUP and self._pacer.group_decides(len(lane.items), len(self.ids)):
            return 0, -len(lane.items)
        return 1, lane.items[0].id
