"""How callbacks reach the app: encrypted, up to three times, each for five seconds (path/90238)."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field

import aiohttp

from tests.fakes.sealing import seal
from tests.fakes.wecom.sealing import envelope, query

ATTEMPTS = 3


@dataclass
class Pushing:
    """Posts to the app; `statuses` are its answers, 0 where none came."""

    corp: str
    agent: str
    token: str
    aes_key: str
    url: str = ""
    seconds: float = 5.0
    statuses: list[int] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def push(self, xml: str, at: int) -> None:
        """Post it soon, in the order of pushing or not: nobody promises."""
        task = asyncio.get_running_loop().create_task(self.deliver(xml, at))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def deliver(self, xml: str, at: int) -> None:
        """Post it until it is taken."""
        encrypted = seal(xml, aes_key=self.aes_key, receiver=self.corp)
        asked = query(encrypted, token=self.token, timestamp=str(at), nonce=secrets.token_hex(5))
        for _ in range(ATTEMPTS):
            if await self.post(asked, envelope(encrypted, corp=self.corp, agent=self.agent)) == 200:
                return

    async def post(self, asked: str, body: str) -> int:
        """Post a body once and return the status."""
        limit = aiohttp.ClientTimeout(total=self.seconds)
        status = 0
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as client,
                client.post(f"{self.url}?{asked}", data=body.encode()) as answer,
            ):
                status = answer.status
                self.bodies.append(await answer.text())
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass
        self.statuses.append(status)
        return status

    async def prove(self, words: str, at: int) -> tuple[int, str]:
        """Ask the app to prove itself, and return the status and what it read."""
        encrypted = seal(words, aes_key=self.aes_key, receiver=self.corp)
        asked = query(encrypted, token=self.token, timestamp=str(at), nonce=secrets.token_hex(5))
        where = aiohttp.client.URL(f"{self.url}?{asked}").update_query(echostr=encrypted)
        async with aiohttp.ClientSession() as client, client.get(where) as answer:
            return answer.status, await answer.text()

    async def settled(self) -> None:
        """Wait until nothing is on its way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop posting."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
