"""How what is pushed comes in: in order within a chat, kept first, then answered; a tap is answered in time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.channels.dingtalk.messages import Arrival, Kind
from bot.channels.dingtalk.reading import context_of, envelopes
from bot.channels.dingtalk.sessions import Sessions
from bot.clock import Clock
from bot.port import Envelope, Intake

log = logging.getLogger(__name__)

_TAP_SECONDS = 1.5
"""DingTalk shows an error to whoever tapped when there is no answer in 2 s; the tap is kept all the same."""
_MESSAGE_SECONDS = 10.0
"""So long a message may take to be kept before DingTalk is told that it is not; it is kept all the same, later."""
_PAUSE, _LONGEST_PAUSE = 0.25, 15.0
"""Seconds until what could not be kept is tried again. A tap that was answered does not come again. Nor need a message,
whatever it is answered: by DingTalk's own page on the protocol it is pushed once, though some were seen a second time.
"""
_HELD = 1000
"""So many messages and taps are held in memory; more are refused until some are kept."""


class Arrivals:
    """Takes in what DingTalk pushes, by whichever way."""

    def __init__(self, account: str, sessions: Sessions, clock: Clock, intake: Intake) -> None:
        self._account = account
        self._sessions = sessions
        self._clock = clock
        self._intake = intake
        self._held: set[asyncio.Task[None]] = set()
        self._last: dict[str, asyncio.Future[None]] = {}

    async def take(self, kind: Kind, push_id: str, data: str) -> bool:
        """Keep it; return whether DingTalk may be told so.

        What comes first in a chat is kept first. Messages and taps are tried until they are kept, and a tap is told of
        before when that takes long: what comes meanwhile waits for them. An event that is not kept comes again.
        """
        data = data.encode(errors="replace").decode()  # half a character would be taken by no database
        arrival = Arrival(kind=kind, id=push_id, at=round(self._clock.now().timestamp() * 1000), data=data)
        kept = list(envelopes(arrival, self._account))
        if kind == "event":
            return not kept or await self._keep(kept)
        if kind == "message":
            self._sessions.remember(*context_of(data))
        if len(self._held) >= _HELD:
            return False
        keeping = asyncio.get_running_loop().create_task(self._keep_on(kept, self._turn(kept[0].chat)))
        self._held.add(keeping)  # it may outlive this call, and only we would hold it
        keeping.add_done_callback(self._held.discard)
        await asyncio.wait([keeping], timeout=_TAP_SECONDS if kind == "tap" else _MESSAGE_SECONDS)
        return kind == "tap" or keeping.done()

    def _turn(self, chat: str) -> _Turn:
        return _Turn(self._last, chat)

    async def _keep_on(self, kept: Sequence[Envelope], turn: _Turn) -> None:
        async with turn:
            pause = _PAUSE
            while not await self._keep(kept):
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def _keep(self, kept: Sequence[Envelope]) -> bool:
        try:
            await self._intake(kept)
        except Exception as error:  # noqa: BLE001 -- whatever it was, it shall come again
            log.warning("dingtalk: what came could not be kept (%s)", type(error).__name__)
            return False
        return True


class _Turn:
    """A place in a chat's queue, taken as it is made: who came before goes first, `last` knows the newest of each."""

    def __init__(self, last: dict[str, asyncio.Future[None]], chat: str) -> None:
        self._last, self._chat = last, chat
        self._before = last.get(chat)
        self._over = last[chat] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> None:
        try:
            if self._before is not None:
                await asyncio.shield(self._before)
        except BaseException:
            self._leave()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    def _leave(self) -> None:
        """Let the next go on; one that was cancelled before its turn lets it wait for those before, no longer."""
        if self._before is not None and not self._before.done():
            self._before.add_done_callback(lambda _: self._end())
        else:
            self._end()

    def _end(self) -> None:
        self._over.set_result(None)
        if self._last.get(self._chat) is self._over:
            del self._last[self._chat]
