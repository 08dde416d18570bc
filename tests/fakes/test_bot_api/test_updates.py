"""Updates come as by Telegram: polled and posted, in order, again until they are taken."""

from __future__ import annotations

import asyncio

import pytest
import telegram
import telegram.error
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramUnauthorizedError,
)
from aiohttp import web

from tests.fakes.bot_api import FakeBotApi
from tests.fakes.test_bot_api.clients import aiogram_bot, caught, jpeg

# -- who is who


async def test_both_clients_learn_who_they_are(bot: Bot, ptb: telegram.Bot) -> None:
    assert (await bot.get_me()).username == ptb.username == "pk_bot"


async def test_a_wrong_token_is_unauthorized(api: FakeBotApi) -> None:
    async with aiogram_bot(api, "42:wrong") as bot:
        with pytest.raises(TelegramUnauthorizedError, match="Unauthorized"):
            await bot.get_me()


async def test_an_unknown_method_is_not_found(ptb: telegram.Bot) -> None:
    with pytest.raises(telegram.error.EndPointNotFound):
        await ptb.do_api_request("sendNothing")


# -- updates by polling


async def test_an_offset_confirms_all_below_it(api: FakeBotApi, bot: Bot) -> None:
    user = api.user("Wei")
    for word in ("one", "two", "three"):
        user.sends(word)
    first = await bot.get_updates()
    assert [update.message.text for update in first] == ["one", "two", "three"]

    rest = await bot.get_updates(offset=first[1].update_id)
    assert [update.message.text for update in rest] == ["two", "three"]
    assert await bot.get_updates(offset=rest[-1].update_id + 1) == []
    await api.drained()


async def test_long_polling_answers_as_soon_as_somebody_writes(api: FakeBotApi, ptb: telegram.Bot) -> None:
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(ptb.get_updates(timeout=20))
        await api.bell.until(lambda: api.calls_of("getUpdates") or None, 5, lambda: "no poll")
        api.user("Wei").sends("hello")
    assert [update.message.text for update in poll.result()] == ["hello"]


async def test_a_second_poller_ends_the_first_with_a_conflict(api: FakeBotApi, bot: Bot, ptb: telegram.Bot) -> None:
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(caught(bot.get_updates(timeout=20)))
        await api.bell.until(lambda: api.calls_of("getUpdates") or None, 5, lambda: "no poll")
        await ptb.get_updates(timeout=0)
    assert isinstance(poll.result(), TelegramConflictError)


async def test_only_wanted_kinds_of_update_come(api: FakeBotApi, bot: Bot) -> None:
    await bot.get_updates(allowed_updates=["edited_message"])
    user = api.user("Wei")
    user.edits(user.sends("one"), "two")
    assert [update.edited_message.text for update in await bot.get_updates()] == ["two"]


async def test_a_confirmed_update_can_come_again_once(api: FakeBotApi, bot: Bot) -> None:
    api.user("Wei").sends("hello")
    [update] = await bot.get_updates()
    await bot.get_updates(offset=update.update_id + 1)
    api.redeliver(update.model_dump(mode="json", exclude_unset=True))
    assert [again.update_id for again in await bot.get_updates(offset=update.update_id + 1)] == [update.update_id]
    assert await bot.get_updates(offset=update.update_id + 1) == []


async def test_an_update_of_an_unknown_kind_is_delivered_raw(api: FakeBotApi, ptb: telegram.Bot) -> None:
    api.deliver({"telepathy": {"thought": 1}})
    [update] = await ptb.get_updates()
    assert update.effective_message is None


async def test_everything_a_phone_can_send_is_read_by_both_clients(
    api: FakeBotApi, bot: Bot, ptb: telegram.Bot
) -> None:
    user, group = api.user("Wei"), api.group("Unit 1")
    user.joins(group)
    user.sends("/start abc"), user.sends("in the group", chat=group), user.sends_location(25.8, 114.9)
    user.sends_photo(jpeg(), "/caption"), user.sends_album([jpeg(), jpeg()], "two"), user.sends_file(jpeg(exif=True))
    user.sends_voice(), user.sends_video(), user.sends_sticker(), user.sends_contact(), user.leaves(group)
    user.blocks(), user.unblocks(), group.kicks_bot(user), group.adds_bot(user), group.becomes_supergroup(user)
    updates = await bot.get_updates()
    assert len(updates) == len(await ptb.get_updates()) == 20
    album = [update.message for update in updates if update.message and update.message.media_group_id]
    assert len({message.media_group_id for message in album}) == 1
    assert [message.caption for message in album] == ["two", None]


# -- updates by webhook


class Listener:
    """A bot's webhook: keeps what came, answers with the statuses asked for, then 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.bodies: list[dict] = []
        self.headers: list[str | None] = []
        self.runner: web.AppRunner

    async def __aenter__(self) -> str:
        app = web.Application()
        app.router.add_post("/hook", self.hear)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/hook"

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()

    async def hear(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.json())
        self.headers.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


async def test_updates_are_posted_with_the_secret_and_repeated_in_order(api: FakeBotApi, bot: Bot) -> None:
    listener, user = Listener(500, 302), api.user("Wei")
    api.updates.retry_base = 0.001
    user.sends("before")
    async with listener as url:
        await bot.set_webhook(url, secret_token="hush-hush")
        user.sends("after")
        await api.drained()
    assert [body["message"]["text"] for body in listener.bodies] == ["before", "before", "before", "after"]
    assert set(listener.headers) == {"hush-hush"}
    assert [delivery.status for delivery in api.updates.deliveries] == [500, 302, 200, 200]
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 302 Found"


async def test_what_the_webhook_refused_goes_to_the_next_one(api: FakeBotApi, bot: Bot) -> None:
    await bot.set_webhook("http://127.0.0.1:9/nobody")
    api.user("Wei").sends("hello")
    await api.bell.until(lambda: api.updates.deliveries or None, 5, lambda: "nothing posted")
    with pytest.raises(TelegramConflictError, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert [update.message.text for update in await bot.get_updates()] == ["hello"]


async def test_a_secret_of_strange_characters_is_refused(bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="secret token contains unallowed characters"):
        await bot.set_webhook("https://example.org", secret_token="a b")
