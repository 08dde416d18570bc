"""The Bot API double, judged by two clients that others wrote: aiogram and python-telegram-bot."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import telegram
import telegram.error
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    MessageEntity,
    ReplyKeyboardMarkup,
)
from aiohttp import web
from PIL import Image

from tests.fakes.bot_api import TOKEN, FakeBotApi, User


def jpeg(side: int = 40, exif: bool = False) -> bytes:
    picture, out = Image.new("RGB", (side, side), "red"), io.BytesIO()
    marks = Image.Exif()
    marks[0x010E] = "where it was taken"
    picture.save(out, "JPEG", **({"exif": marks} if exif else {}))
    return out.getvalue()


def keys(*rows: tuple[str, str]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=t, callback_data=d)] for t, d in rows])


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    async with FakeBotApi(limits=False) as api:
        yield api


@pytest.fixture
async def bot(api: FakeBotApi) -> AsyncIterator[Bot]:
    async with aiogram_bot(api) as bot:
        yield bot


@asynccontextmanager
async def aiogram_bot(api: FakeBotApi, token: str = TOKEN) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(api.url))
    try:
        yield Bot(token, session=session)
    finally:
        # AiohttpSession.close sleeps a quarter of a second for the sake of TLS, which is not used here.
        await (await session.create_session()).close()


@pytest.fixture
async def ptb(api: FakeBotApi) -> AsyncIterator[telegram.Bot]:
    async with telegram.Bot(TOKEN, base_url=f"{api.url}/bot", base_file_url=f"{api.url}/file/bot") as bot:
        yield bot


@pytest.fixture
def wei(api: FakeBotApi) -> User:
    user = api.user("Wei")
    user.starts()
    return user


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


async def caught(call) -> BaseException | None:
    try:
        await call
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test looks at
        return error
    return None


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


# -- media


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
