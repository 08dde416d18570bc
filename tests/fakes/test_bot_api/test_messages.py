"""What is sent: its limits and marks, and how it is edited and deleted."""

from __future__ import annotations

import pytest
import telegram
import telegram.error
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
)
from aiogram.types import (
    BufferedInputFile,
    InputMediaPhoto,
    MessageEntity,
)

from tests.fakes.bot_api import User
from tests.fakes.test_bot_api.clients import caught, jpeg, keys

# -- messages


async def test_a_person_sees_what_was_sent_and_edited(wei: User, bot: Bot) -> None:
    sent = await bot.send_message(wei.id, "<b>坑</b> &lt;3", parse_mode="HTML", reply_markup=keys(("签收", "take:1")))
    seen = await wei.receives()
    assert (seen.text, seen.labels) == ("坑 <3", ["签收"])
    assert seen.json["entities"] == [{"type": "bold", "offset": 0, "length": 1}]

    await bot.edit_message_text("done", chat_id=wei.id, message_id=sent.message_id)
    seen = await wei.receives("done")
    assert seen.labels == []
    assert [message.text for message in wei.messages] == ["/start", "done"]
    assert wei.last.versions[0]["text"] == "坑 <3"


async def test_nothing_received_is_told_with_what_the_chat_shows(wei: User, bot: Bot) -> None:
    await bot.send_message(wei.id, "hello")
    with pytest.raises(AssertionError, match=r"'bye'[\s\S]*#12 'hello'"):
        await wei.receives("bye", timeout=0.01)


@pytest.mark.parametrize(
    ("text", "fits"), [("x" * 4096, True), ("x" * 4097, False), ("😀" * 2048, True), ("😀" * 2049, False)]
)
async def test_text_ends_at_4096_utf16_units(wei: User, bot: Bot, ptb: telegram.Bot, text: str, fits: bool) -> None:
    if fits:
        assert (await bot.send_message(wei.id, text)).text == text
        return
    with pytest.raises(TelegramBadRequest, match="Bad Request: message is too long"):
        await bot.send_message(wei.id, text)
    with pytest.raises(telegram.error.BadRequest, match="Message is too long"):
        await ptb.send_message(wei.id, text)


async def test_text_is_measured_after_entities(wei: User, bot: Bot) -> None:
    await bot.send_message(wei.id, f"<b>{'x' * 4096}</b>", parse_mode="HTML")


async def test_a_caption_ends_at_1024_units(wei: User, bot: Bot) -> None:
    photo = BufferedInputFile(jpeg(), "p.jpg")
    await bot.send_photo(wei.id, photo, caption="x" * 1024)
    with pytest.raises(TelegramBadRequest, match="message caption is too long"):
        await bot.send_photo(wei.id, photo, caption="x" * 1025)


@pytest.mark.parametrize(
    ("text", "mode", "complaint"),
    [
        ("<b>x", "HTML", 'Can\'t find end tag corresponding to start tag "b"'),
        ("路<x>", "HTML", 'Unsupported start tag "x" at byte offset 3'),
        ("<b>x</i>", "HTML", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "HTML", "Unexpected end tag at byte offset 1"),
        ("1.", "MarkdownV2", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("*x", "MarkdownV2", "Can't find end of Bold entity at byte offset 0"),
    ],
)
async def test_broken_markup_is_refused(wei: User, bot: Bot, text: str, mode: str, complaint: str) -> None:
    with pytest.raises(TelegramBadRequest) as refusal:
        await bot.send_message(wei.id, text, parse_mode=mode)
    assert refusal.value.message == f"Bad Request: can't parse entities: {complaint}"


async def test_markdown_becomes_entities(wei: User, bot: Bot) -> None:
    sent = await bot.send_message(wei.id, r"*a* _b_ [c](http://x\.y) `d` 1\.", parse_mode="MarkdownV2")
    assert sent.text == "a b c d 1."
    assert [(e.type, e.offset) for e in sent.entities] == [("bold", 0), ("italic", 2), ("text_link", 4), ("code", 6)]


@pytest.mark.parametrize(
    ("offset", "length", "complaint"),
    [
        (1, 1, "entity begins in a middle of a UTF-16 symbol at byte offset 4"),
        (0, 1, "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4"),
        (0, 9, "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 9"),
        (-1, 1, "receive an entity with incorrect offset -1"),
    ],
)
async def test_entities_count_in_whole_utf16_characters(
    wei: User, bot: Bot, offset: int, length: int, complaint: str
) -> None:
    await bot.send_message(wei.id, "😀x", entities=[MessageEntity(type="bold", offset=0, length=2)])
    with pytest.raises(TelegramBadRequest, match=complaint):
        await bot.send_message(wei.id, "😀x", entities=[MessageEntity(type="bold", offset=offset, length=length)])


async def test_empty_text_is_refused(wei: User, bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="message text is empty"):
        await bot.send_message(wei.id, " ")


@pytest.mark.parametrize(("data", "fits"), [("x" * 64, True), ("x" * 65, False), ("路" * 21, True), ("路" * 22, False)])
async def test_callback_data_ends_at_64_bytes(wei: User, bot: Bot, data: str, fits: bool) -> None:
    refusal = await caught(bot.send_message(wei.id, "?", reply_markup=keys(("x", data))))
    assert fits == (refusal is None)
    assert fits or "BUTTON_DATA_INVALID" in str(refusal)


async def test_a_button_must_do_something(wei: User, ptb: telegram.Bot) -> None:
    rows = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("x")]])
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)text buttons are unallowed in the inline keyboard"):
        await ptb.send_message(wei.id, "?", reply_markup=rows)


# -- edits


async def test_an_edit_that_changes_nothing_is_refused(wei: User, bot: Bot, ptb: telegram.Bot) -> None:
    sent = await bot.send_message(wei.id, "same", reply_markup=keys(("a", "a")))
    with pytest.raises(TelegramBadRequest) as refusal:
        await bot.edit_message_text("same", chat_id=wei.id, message_id=sent.message_id, reply_markup=keys(("a", "a")))
    assert refusal.value.message == (
        "Bad Request: message is not modified: specified new message content and reply markup"
        " are exactly the same as a current content and reply markup of the message"
    )
    with pytest.raises(telegram.error.BadRequest, match="Message is not modified"):
        await ptb.edit_message_reply_markup(wei.id, sent.message_id, reply_markup=sent_markup(sent))


def sent_markup(sent) -> telegram.InlineKeyboardMarkup:
    return telegram.InlineKeyboardMarkup.de_json(sent.reply_markup.model_dump(exclude_none=True), None)


async def test_only_the_bots_own_messages_that_are_there_can_be_edited(wei: User, bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("x", chat_id=wei.id, message_id=999)
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await bot.edit_message_text("x", chat_id=wei.id, message_id=wei.messages[0].id)
    photo = await bot.send_photo(wei.id, BufferedInputFile(jpeg(), "p.jpg"))
    with pytest.raises(TelegramBadRequest, match="there is no text in the message to edit"):
        await bot.edit_message_text("x", chat_id=wei.id, message_id=photo.message_id)


async def test_captions_media_and_buttons_are_edited_in_place(wei: User, bot: Bot) -> None:
    sent = await bot.send_photo(wei.id, BufferedInputFile(jpeg(), "p.jpg"), caption="before")
    where = {"chat_id": wei.id, "message_id": sent.message_id}
    await bot.edit_message_caption(caption="after", reply_markup=keys(("a", "a")), **where)
    assert (wei.last.text, wei.last.labels) == ("after", ["a"])
    media = InputMediaPhoto(media=BufferedInputFile(jpeg(60), "q.jpg"), caption="new")
    await bot.edit_message_media(media, **where)
    assert (wei.last.text, wei.last.json["photo"][-1]["width"]) == ("new", 60)
    await bot.edit_message_reply_markup(reply_markup=keys(("b", "b")), **where)
    assert (wei.last.text, wei.last.labels) == ("new", ["b"])


async def test_messages_are_deleted_within_two_days(wei: User, bot: Bot) -> None:
    sent = await bot.send_message(wei.id, "gone")
    await bot.delete_message(wei.id, sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(wei.id, sent.message_id)
    old = await bot.send_message(wei.id, "old")
    wei.last.json["date"] -= 49 * 3600
    with pytest.raises(TelegramBadRequest, match="message can't be deleted for everyone"):
        await bot.delete_message(wei.id, old.message_id)
