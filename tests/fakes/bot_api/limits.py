"""How many messages Telegram takes: about 30 a second in all, one a second in a chat, 20 a minute in a group."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from tests.fakes.bot_api.errors import too_many


@dataclass
class Bucket:
    """A token bucket: `size` at once, `rate` a second after that."""

    size: float
    rate: float
    tokens: float
    at: float

    def wait(self, count: int, now: float) -> float:
        """Return the seconds until `count` tokens are there; 0 means now."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (min(count, self.size) - self.tokens) / self.rate)


@dataclass
class Limits:
    """The three limits; a refused call takes nothing."""

    clock: Callable[[], float]
    overall: int = 30
    chat_burst: int = 3
    group_minute: int = 20
    buckets: dict[Hashable, Bucket] = field(default_factory=dict)

    def take(self, chat: int, count: int = 1) -> None:
        """Count messages for a chat (negative id: a group), or raise the 429."""
        now = self.clock()
        wanted = [self.bucket("all", self.overall, self.overall, now)]
        if chat < 0:
            wanted.append(self.bucket(chat, self.group_minute, self.group_minute / 60, now))
        else:
            wanted.append(self.bucket(chat, self.chat_burst, 1, now))
        wait = max(bucket.wait(count, now) for bucket in wanted)
        if wait > 0:
            raise too_many(math.ceil(wait))
        for bucket in wanted:
            bucket.tokens -= count

    def bucket(self, key: Hashable, size: float, rate: float, now: float) -> Bucket:
        """Return the bucket of a key, full when new."""
        return self.buckets.setdefault(key, Bucket(size, rate, size, now))
