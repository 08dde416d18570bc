"""How fast one account may send: buckets for all chats, for one chat, for one group, in memory, starting empty."""

from __future__ import annotations

from dataclasses import dataclass

from bot.port import Chat, ChatKind, Pacing

UNLIMITED = 1e6
"""A rate from which on nobody counts."""
ROOM = 1000
"""So many chats are remembered before the quiet ones are looked for."""
MARGIN = 1.05
"""Windows are taken this much longer than the platform's, since a message may travel faster than the one before."""


@dataclass(slots=True)
class Bucket:
    """A token bucket that never lets more than `limit` through in any window of `seconds`.

    `size` may go at once; tokens come back so slowly that a full bucket and what comes in within a window stay within
    the limit together. It starts empty, since nobody knows what was sent before the program started.
    """

    size: float
    rate: float
    at: float
    tokens: float = 0.0

    @classmethod
    def of(cls, limit: float, seconds: float, now: float) -> Bucket:
        """Make a bucket for so many in a window of so many seconds."""
        size = max(1.0, limit // 10)
        return cls(size, (limit - size + 1) / (seconds * MARGIN), now)

    def ready(self, cost: int, now: float) -> float:
        """Return when `cost` tokens are there; what costs more than the bucket holds waits until it is full."""
        self._fill(now)
        lacking = min(cost, self.size) - self.tokens
        return now + lacking / self.rate if lacking > 1e-9 else now  # noqa: PLR2004 -- nothing but rounding

    def spend(self, cost: int, now: float) -> None:
        """Take tokens; a big cost leaves a debt."""
        self._fill(now)
        self.tokens -= cost

    def idle(self, now: float) -> bool:
        """Tell whether it is as good as new."""
        self._fill(now)
        return self.tokens >= self.size

    def _fill(self, now: float) -> None:
        self.tokens = min(self.size, self.tokens + max(0.0, now - self.at) * self.rate)
        self.at = now


class Pacer:
    """The buckets of one account. Times are seconds since 1970."""

    def __init__(self, pacing: Pacing, now: float) -> None:
        self._pacing = pacing
        self._overall = Bucket.of(pacing.overall_per_second, 1, now) if pacing.overall_per_second < UNLIMITED else None
        self._chats: dict[str, list[Bucket]] = {}
        self._room = ROOM
        self._started = now

    def overall_ready(self, now: float, cost: int = 1) -> float:
        """Return when the account may send to anyone."""
        return self._overall.ready(cost, now) if self._overall else now

    def chat_ready(self, chat: Chat, now: float, cost: int = 1) -> float:
        """Return when this chat may get its next message, the account's own limit aside."""
        return max((bucket.ready(cost, now) for bucket in self._buckets(chat, now)), default=now)

    def begin(self, cost: int, now: float) -> None:
        """Count a message that is being sent."""
        if self._overall:
            self._overall.spend(cost, now)

    def spare(self, now: float) -> None:
        """Take back that a message is being sent, since it need not be: many a tap may be shown by one edit."""
        self.begin(-1, now)

    def end(self, chat: Chat, cost: int, now: float) -> None:
        """Count it for its chat, once it has arrived: so the next one cannot come too close, however long this took."""
        for bucket in self._buckets(chat, now):
            bucket.spend(cost, now)

    def group_decides(self, queue: int, total: int) -> bool:
        """Tell whether one group's queue takes longer than all that waits would, by the account's limits."""
        return queue * 60 / self._pacing.group_per_minute > total / self._pacing.overall_per_second

    def _buckets(self, chat: Chat, now: float) -> list[Bucket]:
        buckets = self._chats.get(chat.key)
        if buckets is None:
            limits = self._limits(chat)
            if not limits:
                return []
            self._make_room(now)
            # Empty when the program started, they have been filling since: what was before no longer counts one day.
            buckets = self._chats[chat.key] = [Bucket.of(*limit, self._started) for limit in limits]
        return buckets

    def _make_room(self, now: float) -> None:
        """Let go of quiet chats once there are many: buckets that are full again are as good as new ones."""
        if len(self._chats) >= self._room:
            busy = {key: each for key, each in self._chats.items() if not all(bucket.idle(now) for bucket in each)}
            self._chats, self._room = busy, max(ROOM, 2 * len(busy))

    def _limits(self, chat: Chat) -> list[tuple[float, float]]:
        """Return this chat's limits, each as so many in so many seconds."""
        pacing = self._pacing
        if chat.kind is ChatKind.GROUP:
            limits = [(pacing.group_per_minute, 60.0)]
        else:
            limits = [(pacing.chat_per_second, 1.0), (pacing.chat_per_minute, 60.0), (pacing.chat_per_hour, 3600.0)]
        return [limit for limit in limits if limit[0] < UNLIMITED]
