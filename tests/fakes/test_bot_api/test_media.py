"""Photos, albums and files, and the menu of commands."""

from __future__ import annotations

import pytest
import telegram
import telegram.error
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
)
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    InputMediaPhoto,
)

from tests.fakes.bot_api import FakeBotApi, User
from tests.fakes.test_bot_api.clients import jpeg


async def test_photos_are_sent_by_bytes_and_by_id_and_downloaded(wei: User, bot: Bot, ptb: telegram.Bot) -> None:
    sent = await bot.send_photo(wei.id, BufferedInputFile(jpeg(), "p.jpg"))
    again = await ptb.send_photo(wei.id, sent.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    assert (await bot.download(sent.photo[-1].file_id)).read() == jpeg()
    assert await (await ptb.get_file(again.photo[-1].file_id)).download_as_bytearray() == jpeg()


async def test_a_photo_loses_its_exif_and_a_file_keeps_it(wei: User, bot: Bot) -> None:
    wei.sends_photo(jpeg(exif=True))
    wei.sends_file(jpeg(exif=True))
    [_, photo, file] = [update.message for update in await bot.get_updates()]
    assert b"Exif" not in (await bot.download(photo.photo[-1])).read()
    assert b"Exif" in (await bot.download(file.document)).read()


async def test_an_album_arrives_as_messages_of_one_group(wei: User, bot: Bot, ptb: telegram.Bot) -> None:
    wei.sends_photo(jpeg())
    known = wei.messages[-1].photo
    media = [InputMediaPhoto(media=BufferedInputFile(jpeg(), "p.jpg"), caption="x"), InputMediaPhoto(media=known)]
    sent = await bot.send_media_group(wei.id, media)
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.text for message in await wei.receives_many(2)] == ["x", ""]
    with pytest.raises(telegram.error.BadRequest, match="Too many messages to send as an album"):
        await ptb.send_media_group(wei.id, [telegram.InputMediaPhoto(known)] * 11)


async def test_files_over_20_megabytes_cannot_be_downloaded(wei: User, bot: Bot) -> None:
    wei.sends_file(b"x", "film.mp4", "video/mp4", size=20 * 1024 * 1024 + 1)
    [*_, update] = await bot.get_updates()
    with pytest.raises(TelegramBadRequest, match="file is too big"):
        await bot.get_file(update.message.document.file_id)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [(b"", "file must be non-empty"), (b"no picture", "IMAGE_PROCESS_FAILED")],
)
async def test_what_is_no_picture_is_no_photo(wei: User, bot: Bot, data: bytes, complaint: str) -> None:
    with pytest.raises(TelegramBadRequest, match=complaint):
        await bot.send_photo(wei.id, BufferedInputFile(data, "p.jpg"))
    with pytest.raises(TelegramBadRequest, match="wrong file identifier/HTTP URL specified"):
        await bot.send_photo(wei.id, "AgACnonsense")


async def test_files_and_pins_are_sent(wei: User, bot: Bot, ptb: telegram.Bot) -> None:
    await bot.send_document(wei.id, BufferedInputFile(b"a,b", "table.csv"))
    assert (await wei.receives()).json["document"]["file_name"] == "table.csv"
    await ptb.send_location(wei.id, 25.5, 114.5)
    assert (await wei.receives()).json["location"] == {"latitude": 25.5, "longitude": 114.5}
    await bot.send_chat_action(wei.id, "typing")


async def test_commands_are_kept_by_scope_and_language(api: FakeBotApi, wei: User, bot: Bot) -> None:
    menu = [BotCommand(command="my", description="我的上报")]
    await bot.set_my_commands(menu, BotCommandScopeChat(chat_id=wei.id), language_code="zh")
    assert api.commands["chat", wei.id, "zh"] == [{"command": "my", "description": "我的上报"}]
    assert await bot.get_my_commands() == []
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand(command="My", description="x")])
