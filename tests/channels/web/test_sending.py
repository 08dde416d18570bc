"""What is sent: accepted, refused, and never done twice."""

from __future__ import annotations

import asyncio

import pytest

from bot.port import Opened, Photo, Press
from bot.web.chat.limits import Buckets, Limits
from storage.models import InboxRow, WebFile, WebMessage
from tests.channels.contract import CARD, picture
from tests.channels.web.conftest import Visitor, on_both


@on_both
async def test_a_message_sent_again_after_a_lost_answer_changes_nothing(visitor):
    first, again = await visitor.posts(text="路灯不亮"), await visitor.posts(text="路灯不亮")
    assert first.json() == again.json()
    assert [await visitor.house.count(table) for table in (InboxRow, WebMessage)] == [1, 1]


@on_both
async def test_an_album_sent_again_changes_nothing_and_keeps_its_order(visitor):
    files = [("photos", (f"{color}.jpg", picture(color), "image/jpeg")) for color in ("red", "green", "blue")]
    request = {"data": {"id": "album-0001", "text": "井盖松动"}, "files": files}
    for _ in range(2):
        answer = await visitor.client.post("/chat/seats/me/messages", **request)
        assert answer.status_code == 200
    payloads = [visitor.house.channel.parse(envelope.body).payload for envelope in visitor.house.taken[:3]]
    assert [isinstance(payload, Photo) for payload in payloads] == [True] * 3
    assert [payload.caption for payload in payloads] == ["井盖松动", "", ""]
    assert {payload.album for payload in payloads} == {"album-0001"}
    assert [await visitor.house.count(table) for table in (InboxRow, WebMessage, WebFile)] == [3, 1, 3]
    (message,) = await visitor.messages()
    assert [(await visitor.client.get(url)).content for url in message["photos"]] == [file[1][1] for file in files]


@on_both
async def test_the_same_message_twice_at_once_is_one(visitor):
    answers = await asyncio.gather(*(visitor.posts(text="路灯不亮") for _ in range(8)))
    assert {answer.json()["message"]["id"] for answer in answers} == {answers[0].json()["message"]["id"]}
    assert [await visitor.house.count(table) for table in (InboxRow, WebMessage)] == [1, 1]


async def test_two_visitors_with_the_same_key_are_both_heard(visitor):
    other = Visitor(visitor.house)
    await other.opens()
    await visitor.posts(text="路灯不亮")
    await other.posts(text="井盖松动")
    assert await visitor.house.count(InboxRow) == 2
    assert [message["text"] for message in await other.messages()] == [[{"text": "井盖松动"}]]
    await other.client.aclose()


async def test_nothing_is_answered_before_it_is_committed(visitor):
    async def fails(_envelopes):
        raise RuntimeError("no commit")

    visitor.house.room.intake = fails
    with pytest.raises(RuntimeError):
        await visitor.posts(text="路灯不亮")
    assert await visitor.messages() == []


async def test_a_file_of_20_mb_is_refused_with_the_limit(visitor):
    files = {"photos": ("big.jpg", b"\xff\xd8\xff" + bytes(20_000_000), "image/jpeg")}
    answer = await visitor.client.post("/chat/seats/me/messages", data={"id": "key-00000001"}, files=files)
    assert answer.status_code == 413
    assert "20 MB" in answer.json()["text"]
    assert visitor.house.taken == []


async def test_an_empty_photo_is_kept_for_the_bot_to_answer(visitor):
    files = {"photos": ("empty.jpg", b"", "image/jpeg")}
    answer = await visitor.client.post("/chat/seats/me/messages", data={"id": "key-00000001"}, files=files)
    assert answer.status_code == 200
    assert visitor.house.channel.parse(visitor.house.taken[0].body).payload.media.size == 0


async def test_an_upload_gives_way_to_the_cleaned_photo(visitor):
    files = {"photos": ("hole.jpg", picture(), "image/jpeg")}
    await visitor.client.post("/chat/seats/me/messages", data={"id": "key-00000001"}, files=files)
    media = visitor.house.channel.parse(visitor.house.taken[0].body).payload.media
    cleaned = visitor.house.blobs.put(b"\xff\xd8\xff cleaned")

    await visitor.house.channel.let_go(media, cleaned)

    (message,) = await visitor.messages()
    assert (await visitor.client.get(message["photos"][0])).content == b"\xff\xd8\xff cleaned"


@pytest.mark.parametrize(
    "note",
    [
        {"id": "key-00000001"},
        {"id": "key-00000001", "text": "  "},
        {"id": "short", "text": "x"},
        {"id": "key-00000001", "location": {"lat": 91, "lon": 0}},
        {"id": "key-00000001", "text": "x" * 20_001},
        {"text": "x"},
        [],
    ],
)
async def test_what_is_empty_or_no_message_is_refused(visitor, note):
    answer = await visitor.client.post("/chat/seats/me/messages", json=note)
    assert (answer.status_code, visitor.house.taken) == (400, [])
    assert answer.json()["text"]


@on_both
async def test_ten_thousand_characters_emoji_and_nul_come_through(visitor):
    words = "\u202e👩‍👩‍👧<b>&" + "长" * 10_000
    assert (await visitor.posts(text=words + "\0")).status_code == 200
    (message,) = await visitor.messages()
    assert message["text"][0]["text"] == words


async def test_who_sends_too_fast_is_told_how_long_to_wait(visitor):
    visitor.house.room.limits = Limits(visitors=Buckets(2, 30, tick=lambda: 0.0))
    answers = [await visitor.posts(key=f"key-{n:08}", text="x") for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "3"
    assert "3" in answers[2].json()["text"]


async def test_a_link_with_a_start_code_opens_the_chat_with_it(visitor):
    await visitor.posts(opened="ABCD-2345")
    assert visitor.house.channel.parse(visitor.house.taken[0].body).payload == Opened(start="ABCD-2345")
    assert await visitor.messages() == []


async def test_a_tap_is_taken_once_and_leaves_no_message(visitor, chat):
    receipt = await visitor.house.channel.send(chat, CARD)
    for _ in range(2):
        await visitor.posts(press="submit.1.a", message=receipt.id)
    payload = visitor.house.channel.parse(visitor.house.taken[0].body).payload
    assert isinstance(payload, Press)
    assert payload.receipt.id == receipt.id
    assert await visitor.house.count(InboxRow) == 1
    assert [message["by"] for message in await visitor.messages()] == ["bot"]
