"""How much a visitor and an address may send, so that nobody drowns the others; kept in memory, starting full."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_REMEMBERED = 20_000


@dataclass
class Buckets:
    """One bucket a key: `burst` at once, refilled by `per_minute`."""

    burst: float
    per_minute: float
    tick: Callable[[], float] = time.monotonic
    _levels: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, key: str, cost: float = 1.0) -> float:
        """Take from the bucket; return 0, or the seconds until there is enough (nothing is taken then)."""
        now = self.tick()
        level, at = self._levels.pop(key, (self.burst, now))
        level = min(self.burst, level + (now - at) * self.per_minute / 60)
        wait = max(0.0, (min(cost, self.burst) - level) * 60 / self.per_minute)
        self._levels[key] = (level if wait else level - cost, now)
        while len(self._levels) > _REMEMBERED:
            self._levels.popitem(last=False)
        return wait


@dataclass
class Limits:
    """A visitor sends 30 messages at once and 20 a minute; behind one address as many as ten visitors.

    A loopback address is a reverse proxy of ours, which speaks for everyone, so that only visitors count there: what
    X-Forwarded-For says is no evidence.
    """

    visitors: Buckets = field(default_factory=lambda: Buckets(30, 20))
    addresses: Buckets = field(default_factory=lambda: Buckets(300, 200))
    proxies: Buckets = field(default_factory=lambda: Buckets(3000, 12_000))

    def take(self, visitor: str, address: str, cost: float = 1.0) -> float:
        """Count a message; return 0, or the seconds to wait."""
        shared = self.proxies if _is_loopback(address) else self.addresses
        return self.visitors.take(visitor, cost) or shared.take(address, cost)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
