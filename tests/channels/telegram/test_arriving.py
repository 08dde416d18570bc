"""Updates are kept before they are confirmed, whatever happens on the way, polled and posted."""

from __future__ import annotations

import asyncio
import json
import logging

import aiohttp
import pytest

from bot.channels.telegram.reading import ALLOWED
from bot.port import Text, Unparsable
from tests.channels.contract import CARD
from tests.channels.surroundings import running, served
from tests.channels.telegram.conftest import SECRET, told

BAD = {"message": {"message_id": "?", "date": "yesterday", "chat": {"id": 5, "type": "private"}}}


def text(rig, envelope) -> str:
    payload = rig.channel.parse(envelope.body).payload
    assert isinstance(payload, Text)
    return payload.text


async def test_one_update_that_cannot_be_parsed_does_not_stop_the_others(rig):
    rig.people["alice"].sends("一")
    rig.api.deliver(BAD)
    rig.people["alice"].sends("二")
    envelopes = [await rig.next() for _ in range(3)]
    (bad,) = [each for each in envelopes if each.chat == f"telegram:{rig.channel.account}:5"]
    assert [text(rig, each) for each in envelopes if each is not bad] == ["一", "二"]
    with pytest.raises(Unparsable):
        rig.channel.parse(bad.body)
    await rig.api.drained()


async def test_an_albums_photos_come_one_by_one_under_one_name(rig):
    rig.people["alice"].sends_album([b"1", b"2", b"3"], "看")
    photos = [rig.channel.parse((await rig.next()).body).payload for _ in range(3)]
    assert len({photo.album for photo in photos}) == 1
    assert photos[0].album
    assert [photo.caption for photo in photos] == ["看", "", ""]


# --- polling ---------------------------------------------------------------------------------------------------------


async def test_what_is_polled_is_confirmed_only_when_it_is_kept(api, make):
    channel = make()
    offered, kept = [], asyncio.Event()

    async def intake(envelopes):
        offered.append([envelope.key for envelope in envelopes])
        assert api.updates.waiting == 1, "not confirmed yet"
        if len(offered) < 3:
            raise OSError("no disk")
        kept.set()

    api.user("alice").sends("路灯不亮")
    async with running(channel, intake):
        await asyncio.wait_for(kept.wait(), 5)
        await api.drained()
    assert offered == [offered[0]] * 3


async def test_polling_takes_the_place_of_a_webhook_and_says_what_it_wants(api, make):
    api.updates.webhook.url = "http://127.0.0.1:1/old"
    channel = make()
    taken = asyncio.Queue()
    async with running(channel, taken.put):
        await api.called("deleteWebhook")
        api.user("alice").sends("路灯不亮")
        await asyncio.wait_for(taken.get(), 5)
    assert api.updates.webhook.url == ""
    question = told(api.calls_of("getUpdates")[0])
    assert (question["allowed_updates"], question["timeout"]) == (ALLOWED, 25)


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "drop"},
        {"kind": "truncate"},
        {"kind": "drop_accepted"},
        {"kind": "error", "code": 502, "description": "Bad Gateway"},
        {"kind": "error", "code": 409, "description": "Conflict: terminated by other getUpdates request"},
        {"kind": "error", "code": 429, "description": "Too Many Requests", "retry_after": 0},
    ],
)
async def test_trouble_on_the_line_only_slows_polling(api, make, trouble):
    channel = make()
    taken = asyncio.Queue()
    api.trouble(method="getUpdates", times=2, **trouble)
    api.user("alice").sends("路灯不亮")

    async def intake(envelopes):
        taken.put_nowait(envelopes)

    async with running(channel, intake):
        assert len(await asyncio.wait_for(taken.get(), 5)) == 1
        await api.drained()
    assert taken.empty()


async def test_polling_ends_at_once(polling, make):
    loop = asyncio.get_running_loop()
    channel = make(pause=30)
    polling.api.trouble("error", "deleteWebhook", times=9)
    task = loop.create_task(channel.receive(polling.intake))
    await polling.api.called("deleteWebhook", 2)
    began = loop.time()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert loop.time() - began < 1


# --- webhook ---------------------------------------------------------------------------------------------------------


async def test_telegram_is_told_where_to_post_and_what(webhook):
    asked = told(await webhook.api.called("setWebhook"))
    assert (asked["url"], asked["secret_token"], asked["allowed_updates"]) == (webhook.url, SECRET, ALLOWED)


async def test_setting_the_webhook_is_tried_until_it_succeeds(api, make):
    channel = make(mode="webhook", webhook_secret=SECRET, public_url="http://127.0.0.1:1/")
    api.trouble("error", "setWebhook", times=2)
    await channel.receive(None)
    assert api.updates.webhook.url == "http://127.0.0.1:1/telegram/webhook"


async def test_only_the_secret_opens_the_door(webhook):
    update = json.dumps({"update_id": 1}).encode()
    forwarded = {"X-Forwarded-For": "149.154.167.197", "X-Real-IP": "149.154.167.197"}
    assert await webhook.post(update, "wrong", **forwarded) == 403
    assert await webhook.post(update, "") == 403
    assert await webhook.post(update, SECRET[:-1]) == 403
    assert await webhook.post(update, SECRET + "é") == 403
    assert webhook.taken.empty()
    assert await webhook.post(update) == 200
    assert (await webhook.next()).key == "1"


async def test_a_posted_tap_is_acknowledged_by_the_answer(webhook):
    await webhook.channel.send(await webhook.chat(), CARD)
    envelope = await webhook.presses("提交")
    tap = webhook.channel.parse(envelope.body).payload

    assert envelope.press_id == "", "nobody else has to"
    assert await webhook.api.presses[tap.press_id].answered()


async def test_other_methods_are_not_for_anybody(webhook):
    async with aiohttp.ClientSession() as client, client.get(webhook.url) as answer:
        assert answer.status == 405


async def test_a_body_too_large_is_refused_whatever_its_header_says(webhook):
    assert await webhook.post(b"x" * 1_000_001) == 413

    async def pieces():
        for _ in range(101):
            yield b"x" * 10_000

    assert await webhook.post(pieces()) == 413
    assert webhook.taken.empty()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1]", b"null", b'"x"', b"[" * 5000])
async def test_whatever_comes_with_the_secret_is_kept_and_not_asked_for_again(webhook, body):
    assert await webhook.post(body) == 200
    envelope = await webhook.next()
    assert envelope.chat == f"telegram:{webhook.channel.account}:"
    with pytest.raises(Unparsable):
        webhook.channel.parse(envelope.body)


async def test_an_update_that_could_not_be_kept_is_posted_again(api, make, caplog):
    channel = make(mode="webhook", webhook_secret=SECRET)
    kept = []

    async def intake(envelopes):
        if not caplog.records:
            raise OSError("no disk")
        kept.extend(envelopes)

    async with served(channel.routes(intake)) as root:
        channel._public_url = root
        await channel.receive(intake)
        with caplog.at_level(logging.WARNING, "bot.channels.telegram"):
            api.user("alice").sends("路灯不亮")
            await api.drained()
    assert [delivery.status for delivery in api.updates.deliveries] == [503, 200]
    assert len(kept) == 1
    assert "no disk" not in caplog.text


async def test_a_webhook_without_a_secret_is_no_webhook(make):
    with pytest.raises(ValueError, match="secret"):
        make(mode="webhook").routes(None)


async def test_polling_has_no_routes(make):
    assert make().routes(None) == []
