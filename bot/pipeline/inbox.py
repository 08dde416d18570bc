"""Where everything that comes in is kept before anyone hears "OK"."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.pipeline.acknowledging import Tap
from bot.port import Envelope
from storage.queries.inbox import INTERNAL, partition, store

__all__ = ["INTERNAL", "Inbox", "partition", "store"]


class Inbox:
    """Takes envelopes in, by what can `keep` them; afterwards `pressed` is called with taps."""

    def __init__(
        self,
        keep: Callable[[Sequence[Envelope]], Awaitable[None]],
        pressed: Callable[[Sequence[Tap]], None] = lambda _: None,
    ) -> None:
        self._keep = keep
        self._pressed = pressed

    async def put(self, envelopes: Sequence[Envelope]) -> None:
        """Return when the envelopes are committed; one that came before is left out. A failed commit is raised."""
        await self._keep(envelopes)
        self._pressed([((each.channel, each.account), each.press_id) for each in envelopes if each.press_id])
