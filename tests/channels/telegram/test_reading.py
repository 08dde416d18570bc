"""Updates in neutral words, without a network."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.channels.telegram.reading import envelope, read, scrap
from bot.port import (
    ChatKind,
    Contact,
    File,
    Location,
    Moved,
    Opened,
    Photo,
    Press,
    Receipt,
    Text,
    Unparsable,
    Unsupported,
    Video,
    Voice,
)

NOW = datetime(2026, 3, 2, 1, 0, 0, 500_000, tzinfo=UTC)
DATE = 1772413200
PERSON = {"id": 7, "is_bot": False, "first_name": "甲", "last_name": "乙", "language_code": "zh-hans"}
PRIVATE = {"id": 7, "type": "private", "first_name": "甲"}
GROUP = {"id": -100200, "type": "supergroup", "title": "路灯组"}
FILE = {"file_id": "f1", "file_unique_id": "u1", "file_size": 9}


def message(chat=PRIVATE, **fields):
    return {"message_id": 5, "date": DATE, "chat": chat, "from": PERSON, **fields}


def heard(**event):
    wrapped = envelope({"update_id": 42, **event}, "1", NOW)
    incoming = read(wrapped.body, "1")
    assert (wrapped.key, wrapped.chat) == (incoming.key, incoming.chat.key) == ("42", wrapped.chat)
    return incoming


def said(**fields):
    return heard(message=message(**fields)).payload


def test_who_where_and_when():
    incoming = heard(message=message(chat=GROUP, text="井盖松动"))
    assert (incoming.channel, incoming.account) == ("telegram", "1")
    assert (incoming.chat.id, incoming.chat.kind, incoming.chat.title) == ("-100200", ChatKind.GROUP, "路灯组")
    sender = incoming.sender
    assert (sender.realm, sender.id, sender.name, sender.language) == ("telegram", "7", "甲 乙", "zh-hans")
    assert incoming.at == datetime.fromtimestamp(DATE, UTC)


def test_who_writes_in_the_name_of_a_chat_is_that_chat():
    update = message(chat=GROUP, text="通知")
    del update["from"]
    assert heard(message=update).sender.name == "路灯组"


def test_an_edited_message_is_of_the_time_of_its_edit():
    incoming = heard(edited_message=message(text="路灯", edit_date=DATE + 60))
    assert incoming.payload == Text(text="路灯", edited=True)
    assert incoming.at == datetime.fromtimestamp(DATE + 60, UTC)


def test_an_edited_caption_is_edited_words():
    size = {**FILE, "width": 9, "height": 9}
    assert heard(edited_message=message(photo=[size], caption="新")).payload == Text(text="新", edited=True)


@pytest.mark.parametrize(
    ("text", "start"), [("/start", ""), ("/start ABC-1", "ABC-1"), ("/start@pk_bot ABC", "ABC"), (" /start  A ", "A")]
)
def test_start_opens_the_chat(text, start):
    assert said(text=text) == Opened(start=start)


def test_what_only_looks_like_start_is_text():
    assert said(text="/started") == Text(text="/started")
    assert heard(edited_message=message(text="/start A")).payload == Text(text="/start A", edited=True)


def test_the_largest_size_of_a_photo_is_taken():
    sizes = [{**FILE, "file_id": f"f{n}", "width": n, "height": n} for n in (90, 1280, 320)]
    photo = said(photo=sizes, caption="看", media_group_id="album1")
    assert isinstance(photo, Photo)
    assert (photo.media.ref, photo.media.size, photo.caption, photo.album) == ("f1280", 9, "看", "album1")


def test_files_voices_and_videos():
    document = {**FILE, "file_name": "照片.heic", "mime_type": "image/heic"}
    file = said(document=document, caption="看", media_group_id="a")
    assert isinstance(file, File)
    assert (file.media.name, file.media.mime, file.caption, file.album) == ("照片.heic", "image/heic", "看", "a")
    assert isinstance(said(document=FILE), File)
    voice = said(voice={**FILE, "duration": 3, "mime_type": "audio/ogg"})
    assert isinstance(voice, Voice)
    assert voice.media.mime == "audio/ogg"
    assert isinstance(said(video={**FILE, "width": 1, "height": 1, "duration": 1}, caption="看"), Video)


def test_places():
    pin = {"latitude": 30.25, "longitude": 120.5}
    assert said(location=pin) == Location(lat=30.25, lon=120.5)
    assert said(location={**pin, "live_period": 900}) == Location(lat=30.25, lon=120.5, live=True)
    origin = {"type": "hidden_user", "sender_user_name": "丙", "date": DATE}
    assert said(location=pin, forward_origin=origin) == Location(lat=30.25, lon=120.5, forwarded=True)
    venue = {"location": pin, "title": "解放路口", "address": "解放路"}
    assert said(location=pin, venue=venue) == Location(lat=30.25, lon=120.5, name="解放路口")


def test_a_visiting_card_keeps_its_contents_to_itself():
    payload = said(contact={"phone_number": "+000", "first_name": "丙"})
    assert payload == Contact()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("sticker", {**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}),
        ("dice", {"emoji": "🎲", "value": 3}),
        ("new_chat_members", [PERSON]),
        ("audio", {**FILE, "duration": 3}),
        ("video_note", {**FILE, "length": 1, "duration": 1}),
    ],
)
def test_what_nobody_can_use_is_named(kind, value):
    assert said(**{kind: value}) == Unsupported(what=kind)


def test_an_animation_is_no_file():
    animation = {**FILE, "width": 1, "height": 1, "duration": 1}
    assert said(animation=animation, document=FILE) == Unsupported(what="animation")


def test_a_message_of_a_kind_that_nobody_knew_is_unsupported_and_named():
    assert said(hologram={"depth": 3}) == Unsupported(what="hologram")


def test_a_group_that_moves():
    assert said(chat={**GROUP, "type": "group"}, migrate_to_chat_id=-100300) == Moved(to="-100300")


# --- taps ------------------------------------------------------------------------------------------------------------


def pressed(**fields):
    return heard(callback_query={"id": "q1", "from": PERSON, "chat_instance": "c", "data": "claim.1.a", **fields})


def test_a_tap_brings_token_receipt_and_the_time_it_arrived():
    incoming = pressed(message=message(chat=GROUP, text="卡片"))
    assert incoming.payload == Press(token="claim.1.a", receipt=Receipt(id="5"), press_id="q1")
    assert (incoming.chat.id, incoming.sender.id, incoming.at) == ("-100200", "7", NOW)


def test_a_tap_on_a_message_that_telegram_no_longer_shows_cannot_be_edited():
    receipt = pressed(message={"chat": PRIVATE, "message_id": 5, "date": 0}).payload.receipt
    assert (receipt.id, receipt.editable_until) == ("5", datetime(1970, 1, 1, tzinfo=UTC))


def test_a_tap_without_a_message_belongs_to_who_tapped():
    incoming = pressed(inline_message_id="x")
    assert (incoming.chat.id, incoming.payload.receipt) == ("7", None)


def test_a_tap_on_a_game_is_unsupported():
    query = {"id": "q1", "from": PERSON, "chat_instance": "c", "game_short_name": "x", "message": message(text="?")}
    assert heard(callback_query=query).payload == Unsupported(what="callback_query")


# --- coming and going ------------------------------------------------------------------------------------------------


def member(status, chat=GROUP, **extra):
    bot = {"id": 1, "is_bot": True, "first_name": "Pointkeeper"}
    old, new = {"status": "left", "user": bot}, {"status": status, "user": bot, **extra}
    change = {"chat": chat, "from": PERSON, "date": DATE, "old_chat_member": old, "new_chat_member": new}
    return heard(my_chat_member=change).payload


def test_coming_and_going():
    assert member("member") == Opened(entering=True)
    assert member("left") == Opened(entering=False)
    assert member("kicked", until_date=0) == Opened(entering=False)
    assert member("kicked", chat=PRIVATE, until_date=0) == Opened(entering=False)
    assert member("restricted", is_member=True) == Opened(entering=True)
    assert member("restricted", is_member=False) == Opened(entering=False)


# --- what cannot be read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 42},
        {"update_id": 42, "hologram": {"chat": GROUP}},
        {"update_id": 42, "message": {**message(text="x"), "date": "yesterday"}},
        {"update_id": 42, "message": {**message(text="x"), "chat": 5}},
        {"update_id": 42, "message": {**message(), "location": {"latitude": "far", "longitude": 1}}},
        {"update_id": 42, "edited_message": message(text="x", edit_date=10**30)},
        {"update_id": 42, "channel_post": message(text="x", chat=GROUP)},
    ],
)
def test_what_cannot_be_read_is_kept_with_its_key(update):
    wrapped = envelope(update, "1", NOW)
    assert (wrapped.key, json.loads(wrapped.body)) == ("42", update)
    with pytest.raises(Unparsable):
        read(wrapped.body, "1")


@pytest.mark.parametrize("update", [None, 5, "x", [], {}, {"update_id": []}, {"message": {"message": []}}])
def test_whatever_comes_is_wrapped_under_a_key_of_its_own(update):
    wrapped = envelope(update, "1", NOW)
    assert (wrapped.key[:7], wrapped.chat) == ("sha256:", "telegram:1:")
    assert wrapped == envelope(update, "1", NOW)


def test_the_lane_of_an_unknown_update_is_its_chats_else_its_senders():
    assert envelope({"update_id": 1, "hologram": {"chat": GROUP}}, "1", NOW).chat == "telegram:1:-100200"
    assert envelope({"update_id": 1, "hologram": {"from": PERSON}}, "1", NOW).chat == "telegram:1:7"
    assert envelope({"update_id": 1, "hologram": {}}, "1", NOW).chat == "telegram:1:"


def test_half_a_character_is_kept_in_a_way_that_a_database_takes():
    wrapped = envelope({"update_id": 1, "message": message(text="井\ud800")}, "1", NOW)
    assert "\\ud800" in wrapped.body.encode().decode()
    with pytest.raises(Unparsable):
        read(wrapped.body, "1")


def test_scraps_are_kept():
    assert scrap("{", "1").body == "{"
    assert scrap("{", "1").key.startswith("sha256:")
