"""How messages and taps come in: kept first, then answered; a tap is answered in time whatever happens."""

from __future__ import annotations

import asyncio
import logging
from typing import Literal

from bot.channels.dingtalk.messages import Arrival
from bot.channels.dingtalk.reading import context_of, envelopes
from bot.channels.dingtalk.sessions import Sessions
from bot.clock import Clock
from bot.port import Intake

log = logging.getLogger(__name__)

_TAP_SECONDS = 1.5
"""DingTalk shows an error to whoever tapped when there is no answer in 2 s; the tap is kept all the same."""


class Arrivals:
    """Takes in what DingTalk pushes, by whichever way."""

    def __init__(self, account: str, sessions: Sessions, clock: Clock, intake: Intake) -> None:
        self._account = account
        self._sessions = sessions
        self._clock = clock
        self._intake = intake
        self._keeping: set[asyncio.Task[bool]] = set()

    async def take(self, kind: Literal["message", "tap"], push_id: str, data: str) -> bool:
        """Keep it; return whether DingTalk may be told so. A slow tap is told of before it is kept."""
        data = data.encode(errors="replace").decode()  # half a character would be taken by no database
        if kind == "message":
            self._sessions.remember(*context_of(data))
        if kind == "message":
            return await self._keep(kind, push_id, data)
        keeping = asyncio.get_running_loop().create_task(self._keep(kind, push_id, data))
        self._keeping.add(keeping)  # it may outlive this call, and only we would hold it
        keeping.add_done_callback(self._keeping.discard)
        done, _ = await asyncio.wait([keeping], timeout=_TAP_SECONDS)
        return keeping.result() if done else True

    async def _keep(self, kind: Literal["message", "tap"], push_id: str, data: str) -> bool:
        arrival = Arrival(kind=kind, id=push_id, at=round(self._clock.now().timestamp() * 1000), data=data)
        try:
            await self._intake(list(envelopes(arrival, self._account)))
        except Exception as error:  # noqa: BLE001 -- whatever it was, DingTalk shall come again
            log.warning("dingtalk: what came could not be kept (%s)", type(error).__name__)
            return False
        return True
