"""Limits of speed, troubles by order, and the double as a process of its own."""

from __future__ import annotations

import asyncio
import sys

import aiohttp
import pytest
import telegram
import telegram.error
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from tests.fakes.bot_api import TOKEN, FakeBotApi, User
from tests.fakes.test_bot_api.clients import aiogram_bot, caught, jpeg

# -- limits


async def test_one_chat_takes_a_small_burst_and_then_one_a_second() -> None:
    now = 100.0
    async with FakeBotApi(clock=lambda: now) as api, aiogram_bot(api) as bot:
        wei = api.user("Wei")
        wei.starts()
        for _ in range(3):
            await bot.send_message(wei.id, "x")
        with pytest.raises(TelegramRetryAfter) as refusal:
            await bot.send_message(wei.id, "x")
        assert refusal.value.retry_after == 1
        assert "Too Many Requests: retry after 1" in str(refusal.value)
        now += 1
        await bot.send_message(wei.id, "x")


async def test_a_group_takes_20_a_minute() -> None:
    now = 100.0
    async with FakeBotApi(clock=lambda: now) as api, aiogram_bot(api) as bot:
        group = api.group("Unit 1")
        for _ in range(20):
            await bot.send_message(group.id, "x")
        with pytest.raises(TelegramRetryAfter) as refusal:
            await bot.send_message(group.id, "x")
        assert refusal.value.retry_after == 3


async def test_all_chats_together_take_30_a_second() -> None:
    async with FakeBotApi(clock=lambda: 100.0) as api, aiogram_bot(api) as bot:
        groups = [api.group(f"Unit {number}") for number in range(31)]
        for group in groups[:30]:
            await bot.send_message(group.id, "x")
        with pytest.raises(TelegramRetryAfter):
            await bot.send_message(groups[30].id, "x")
        await bot.get_me()


# -- troubles


async def test_errors_come_as_ordered_and_end(api: FakeBotApi, wei: User, bot: Bot) -> None:
    api.trouble("error", "sendMessage", times=1, code=502, description="Bad Gateway")
    api.trouble(
        "error", "sendMessage", times=1, code=429, description="Too Many Requests: retry after 7", retry_after=7
    )
    with pytest.raises(TelegramServerError):
        await bot.send_message(wei.id, "x")
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(wei.id, "x")
    assert refusal.value.retry_after == 7
    await bot.send_message(wei.id, "x")
    assert [call.status for call in api.calls_of("sendMessage")] == [502, 429, 200]


async def test_a_cut_connection_hides_whether_a_message_was_accepted(api: FakeBotApi, wei: User, bot: Bot, ptb) -> None:
    api.trouble("drop_accepted", "sendMessage")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(wei.id, "accepted")
    assert (await wei.receives()).text == "accepted"
    api.trouble("drop_accepted", "sendMessage")
    with pytest.raises(telegram.error.NetworkError):
        await ptb.send_message(wei.id, "accepted too")
    assert (await wei.receives()).text == "accepted too"


async def test_half_an_answer_is_no_json(api: FakeBotApi, wei: User, bot: Bot) -> None:
    api.trouble("truncate", "sendMessage")
    assert await caught(bot.send_message(wei.id, "x")) is not None
    assert (await wei.receives()).text == "x"


async def test_a_slow_answer_runs_into_the_clients_patience(api: FakeBotApi, wei: User, bot: Bot) -> None:
    api.trouble("slow", "sendMessage", seconds=0.2)
    with pytest.raises(TelegramNetworkError, match="timeout"):
        await bot.send_message(wei.id, "x", request_timeout=0.05)


async def test_downloads_can_fail(api: FakeBotApi, wei: User, bot: Bot) -> None:
    wei.sends_photo(jpeg())
    api.trouble("error", "file", code=500)
    assert isinstance(await caught(bot.download(wei.messages[-1].photo)), aiohttp.ClientResponseError)
    assert (await bot.download(wei.messages[-1].photo)).read() == jpeg()


# -- as a process


async def test_the_process_is_steered_over_http() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.bot_api", "--no-limits", stdout=asyncio.subprocess.PIPE
    )
    try:
        url = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession(url) as control:
            person = {"id": 7, "is_bot": False, "first_name": "Wei"}
            message = {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}, "from": person, "text": "hi"}
            async with control.post(
                "/control/inject", json={"updates": [{"message": message}], "rate": 1000}
            ) as answer:
                [given] = await answer.json()
            async with Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url))) as bot:
                [update] = await bot.get_updates()
                await bot.send_message(7, "hello", reply_parameters={"message_id": 1})
                await bot.get_updates(offset=update.update_id + 1)
            assert update.update_id == given["update_id"]
            async with control.get("/control/drained") as answer:
                assert answer.status == 200
            async with control.get("/control/calls?since=1") as answer:
                calls = await answer.json()
        assert [(call["method"], call["status"]) for call in calls] == [("sendMessage", 200), ("getUpdates", 200)]
        assert calls[0]["at"] >= given["at"]
    finally:
        process.terminate()
        await process.wait()
