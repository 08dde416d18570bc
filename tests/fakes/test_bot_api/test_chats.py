"""Presses under messages, and chats of which people become part and which they leave."""

from __future__ import annotations

import pytest
import telegram
import telegram.error
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
)
from aiogram.types import (
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from tests.fakes.bot_api import FakeBotApi, User
from tests.fakes.test_bot_api.clients import keys

# -- presses


async def test_a_press_comes_as_a_query_and_is_answered_once_in_time(wei: User, bot: Bot) -> None:
    await bot.send_message(wei.id, "?", reply_markup=keys(("签收", "take:1")))
    press = wei.presses("签收")
    [*_, update] = await bot.get_updates()
    assert (update.callback_query.data, update.callback_query.message.text) == ("take:1", "?")
    await bot.answer_callback_query(update.callback_query.id, text="ok")
    assert (await press.answered())["text"] == "ok"

    press.expired = True
    with pytest.raises(
        TelegramBadRequest, match="query is too old and response timeout expired or query ID is invalid"
    ):
        await bot.answer_callback_query(update.callback_query.id)


async def test_a_press_under_a_message_out_of_reach_comes_with_date_zero(
    wei: User, bot: Bot, ptb: telegram.Bot
) -> None:
    sent = await bot.send_message(wei.id, "old", reply_markup=keys(("a", "a")))
    wei.presses_data("a", wei.last, inaccessible=True)
    [*_, update] = await ptb.get_updates()
    assert not update.callback_query.message.is_accessible
    assert update.callback_query.message.message_id == sent.message_id


async def test_a_reply_keyboard_sends_its_label(wei: User, bot: Bot) -> None:
    board = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="取消")]])
    await bot.send_message(wei.id, "?", reply_markup=board)
    wei.presses("取消")
    [*_, update] = await bot.get_updates()
    assert update.message.text == "取消"


async def test_what_is_not_there_cannot_be_pressed(wei: User, bot: Bot) -> None:
    await bot.send_message(wei.id, "?", reply_markup=keys(("a", "a")))
    with pytest.raises(AssertionError, match="to press"):
        wei.presses("b")


# -- chats


async def test_nobody_is_written_to_who_is_unknown_silent_or_has_blocked_the_bot(
    api: FakeBotApi, wei: User, bot: Bot, ptb: telegram.Bot
) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(5, "x")
    with pytest.raises(TelegramForbiddenError, match="bot can't initiate conversation with a user"):
        await bot.send_message(api.user("Silent").id, "x")
    wei.blocks()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(wei.id, "x")
    wei.unblocks()
    await bot.send_message(wei.id, "x")
    wei.deactivated = True
    with pytest.raises(telegram.error.Forbidden, match="user is deactivated"):
        await ptb.send_message(wei.id, "x")


async def test_a_group_that_became_a_supergroup_says_its_new_id(api: FakeBotApi, wei: User, bot: Bot, ptb) -> None:
    group = api.group("Unit 1", members=[wei])
    new = group.becomes_supergroup(wei)
    with pytest.raises(TelegramMigrateToChat) as moved:
        await bot.send_message(group.id, "x")
    assert moved.value.migrate_to_chat_id == new.id
    with pytest.raises(telegram.error.ChatMigrated):
        await ptb.send_message(group.id, "x")
    await bot.send_message(new.id, "x")
    assert (await new.receives()).text == "x"


async def test_a_bot_that_was_kicked_cannot_write(api: FakeBotApi, wei: User, bot: Bot) -> None:
    group = api.group("Unit 1", kind="supergroup", members=[wei])
    group.kicks_bot(wei)
    with pytest.raises(TelegramForbiddenError, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "x")


async def test_chats_and_members_can_be_asked_for(api: FakeBotApi, wei: User, bot: Bot, ptb: telegram.Bot) -> None:
    group = api.group("Unit 1", members=[wei])
    assert (await bot.get_chat(group.id)).title == "Unit 1"
    assert (await ptb.get_chat(wei.id)).first_name == "Wei"
    assert (await bot.get_chat_member(group.id, wei.id)).status == "member"
    wei.leaves(group)
    assert (await bot.get_chat_member(group.id, wei.id)).status == "left"
    with pytest.raises(TelegramBadRequest, match="user not found"):
        await bot.get_chat_member(group.id, 5)
