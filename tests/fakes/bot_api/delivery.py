"""How updates reach the bot: by getUpdates, or posted to its webhook, in order within a chat."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.fakes.bot_api.bell import Bell, wall_clock
from tests.fakes.bot_api.errors import ApiError

Json = dict[str, Any]
DEFAULT_SILENT = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass
class Webhook:
    """What setWebhook said."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_at: int = 0


@dataclass
class Delivery:
    """One attempt to bring an update to the webhook; status 0 means that no answer came."""

    update_id: int
    at: float
    status: int
    attempt: int


@dataclass
class Updates:
    """Updates not yet confirmed, and the two ways to hand them over."""

    bell: Bell
    retry_base: float = 0.05
    retry_cap: float = 1.0
    allowed: list[str] | None = None
    pending: deque[Json] = field(default_factory=deque)
    repeated: deque[Json] = field(default_factory=deque)
    webhook: Webhook = field(default_factory=Webhook)
    told: Callable[[Json], Awaitable[Any]] | None = None
    """Hears of the method that a webhook's answer may name."""
    deliveries: list[Delivery] = field(default_factory=list)
    _polls: int = 0
    _lanes: dict[int, deque[Json]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _session: aiohttp.ClientSession | None = None
    _slots: asyncio.Semaphore | None = None

    def put(self, update: Json) -> None:
        """Queue an update, unless the bot asked not to get its kind."""
        kind = next((name for name in update if name != "update_id"), "")
        if kind in self.allowed if self.allowed else kind not in DEFAULT_SILENT:
            self._queue(update, self.pending)

    def repeat(self, update: Json) -> None:
        """Queue an update that was confirmed before, as Telegram sometimes does."""
        self._queue(update, self.repeated)

    def _queue(self, update: Json, queue: deque[Json]) -> None:
        if self.webhook.url:
            self._post_later(update)
        else:
            queue.append(update)
        self.bell.ring()

    @property
    def waiting(self) -> int:
        """How many updates are neither confirmed nor accepted."""
        return len(self.pending) + len(self.repeated) + sum(len(lane) for lane in self._lanes.values())

    @property
    def unconfirmed(self) -> list[Json]:
        """The updates that are neither confirmed nor accepted."""
        return [*self.pending, *self.repeated, *(update for lane in self._lanes.values() for update in lane)]

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """Answer getUpdates: confirm all below the offset, then return what is there or wait for it."""
        if self.webhook.url:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active;"
                " use deleteWebhook to delete the webhook first",
            )
        self._polls += 1
        if offset < 0:
            offset = self.pending[max(offset, -len(self.pending))]["update_id"] if self.pending else 0
        while self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()
        self.bell.ring()
        return await self._next_updates(max(1, min(limit or 100, 100)), seconds)

    async def _next_updates(self, limit: int, seconds: float) -> list[Json]:
        mine = self._polls
        try:
            async with asyncio.timeout(seconds):
                while not self.pending and not self.repeated and mine == self._polls:
                    await self.bell.wait()
        except TimeoutError:
            pass
        if mine != self._polls:
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        again = [self.repeated.popleft() for _ in range(min(limit, len(self.repeated)))]
        return again + list(self.pending)[: limit - len(again)]

    def set_webhook(self, webhook: Webhook) -> None:
        """Start (or with an empty url stop) posting; what is pending follows."""
        self.webhook = webhook
        self._slots = asyncio.Semaphore(webhook.max_connections)
        undelivered = [update for lane in self._lanes.values() for update in lane]
        self._lanes.clear()
        if webhook.url:
            waiting = [*self.repeated, *undelivered, *self.pending]
            self.pending.clear()
            self.repeated.clear()
            for update in waiting:
                self._post_later(update)
        else:
            self.pending.extend(undelivered)
        self.bell.ring()

    def _post_later(self, update: Json) -> None:
        chat = chat_of(update)
        lane = self._lanes.get(chat)
        if lane is None:
            lane = self._lanes[chat] = deque()
            task = asyncio.get_running_loop().create_task(self._work(chat, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        lane.append(update)

    async def _work(self, chat: int, lane: deque[Json]) -> None:
        """Post one chat's updates one after the other, each until it is accepted."""
        while lane and self._lanes.get(chat) is lane:
            attempt = 0
            while self._lanes.get(chat) is lane:
                attempt += 1
                if await self._post(lane[0], attempt):
                    lane.popleft()
                    break
                await asyncio.sleep(min(self.retry_cap, self.retry_base * 2 ** (attempt - 1)))
            self.bell.ring()
        if self._lanes.get(chat) is lane:
            del self._lanes[chat]
        self.bell.ring()

    async def _post(self, update: Json, attempt: int) -> bool:
        """Post one update; anything but a 2xx means: again later."""
        hook, slots = self.webhook, self._slots
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        status, reason = 0, "Connection refused"
        assert slots is not None
        async with slots:
            began = wall_clock()
            try:
                async with self._session.post(hook.url, json=update, headers=headers, allow_redirects=False) as answer:
                    status, reason = answer.status, f"Wrong response from the webhook: {answer.status} {answer.reason}"
                    said = await answer.read()
                    if answer.ok and said and self.told is not None:
                        await self.told(json.loads(said))
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
        self.deliveries.append(Delivery(int(update["update_id"]), began, status, attempt))
        accepted = 200 <= status < 300
        if not accepted:
            hook.last_error, hook.last_error_at = reason, int(began)
        self.bell.ring()
        return accepted

    async def close(self) -> None:
        """Stop posting, and let nobody hang in getUpdates."""
        self._polls += 1
        self.bell.ring()
        self._lanes.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()


def chat_of(update: Json) -> int:
    """Return the chat (or else the person) whose updates stay in order with this one; 0 when there is neither."""
    for name, value in update.items():
        if name == "update_id" or not isinstance(value, dict):
            continue
        chat = value.get("chat") or (value.get("message") or {}).get("chat") or value.get("from") or {}
        return int(chat.get("id", 0))
    return 0
