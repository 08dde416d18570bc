"""Access tokens: asked for by one at a time, whatever comes of it."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.http.tokens import Granted, Token
from bot.port import DeliveryError
from tests.channels.surroundings import Clock


class Platform:
    """Grants tokens, or refuses; `asked` counts how often."""

    def __init__(self, *failures: Exception):
        self.failures = list(failures)
        self.asked = 0

    async def ask(self) -> Granted:
        self.asked += 1
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        return Granted(f"token {self.asked}", 7200)


async def test_fifty_who_wait_share_one_refusal_and_the_next_asks_again():
    platform = Platform(DeliveryError("credentials", permanent=False))
    token = Token(platform.ask, Clock())
    came = await asyncio.gather(*(token.get() for _ in range(50)), return_exceptions=True)
    assert {type(each) for each in came} == {DeliveryError}
    assert platform.asked == 1
    assert await token.get() == "token 2"


async def test_fifty_whose_token_died_early_ask_for_one():
    platform = Platform()
    token = Token(platform.ask, Clock())
    dead = await token.get()

    async def renewed() -> str:
        token.drop(dead)
        return await token.get()

    assert set(await asyncio.gather(*(renewed() for _ in range(50)))) == {"token 2"}


async def test_whoever_gives_up_waiting_takes_the_token_from_nobody():
    token = Token(Platform().ask, Clock())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await token.get()
    assert await token.get() == "token 1"
