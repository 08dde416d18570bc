"""The double of the Bot API, and two clients that others wrote: aiogram and python-telegram-bot."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import telegram
import telegram.error
from aiogram import Bot

from tests.fakes.bot_api import TOKEN, FakeBotApi, User
from tests.fakes.test_bot_api.clients import aiogram_bot


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    async with FakeBotApi(limits=False) as api:
        yield api


@pytest.fixture
async def bot(api: FakeBotApi) -> AsyncIterator[Bot]:
    async with aiogram_bot(api) as bot:
        yield bot


@pytest.fixture
async def ptb(api: FakeBotApi) -> AsyncIterator[telegram.Bot]:
    async with telegram.Bot(TOKEN, base_url=f"{api.url}/bot", base_file_url=f"{api.url}/file/bot") as bot:
        yield bot


@pytest.fixture
def wei(api: FakeBotApi) -> User:
    user = api.user("Wei")
    user.starts()
    return user
