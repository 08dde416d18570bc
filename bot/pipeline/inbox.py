"""Where everything that comes in is kept before anyone hears "OK"."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.clock import Clock
from bot.pipeline.acknowledging import Tap
from bot.pipeline.gathering import Gathering
from bot.port import Envelope
from storage.database import Database
from storage.queries.inbox import INTERNAL, partition, store

__all__ = ["INTERNAL", "Inbox", "partition", "store"]


class Inbox:
    """Takes envelopes in; many callers at once share one commit. After it `wake` is called, and `pressed` with taps."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        wake: Callable[[], None] = lambda: None,
        pressed: Callable[[Sequence[Tap]], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._wake = wake
        self._pressed = pressed
        self._gathering: Gathering[Envelope] = Gathering(self._commit)

    async def put(self, envelopes: Sequence[Envelope]) -> None:
        """Return when the envelopes are committed; one that came before is left out. A failed commit is raised."""
        if envelopes:
            await self._gathering.add(envelopes)

    async def _commit(self, envelopes: list[Envelope]) -> None:
        now = self._clock.now()
        await self._database.write(lambda session: store(session, envelopes, now))
        self._wake()
        self._pressed([((each.channel, each.account), each.press_id) for each in envelopes if each.press_id])
