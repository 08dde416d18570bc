"""No secret, token, ticket, signature or session is in the log at any level, whatever goes wrong."""

from __future__ import annotations

import asyncio
import json
import logging
import time

import aiohttp
import pytest

from bot.channels.dingtalk import DingTalkRobots, Robot, Roots
from bot.channels.dingtalk.signature import secret_of_cards
from bot.port import Chat, ChatKind, DeliveryError, Outgoing, Span
from tests.channels.contract import CARD, picture
from tests.channels.dingtalk.conftest import DingTalkRig
from tests.channels.surroundings import served
from tests.fakes.dingtalk import CLIENT, EVENT_AES_KEY, EVENT_TOKEN, SECRET
from tests.fakes.dingtalk.events import posted, read_answer

HELLO = Outgoing(text=(Span(text="你好"),))
FORBIDDEN = (
    SECRET, secret_of_cards(SECRET), "fictional-token", "fictional-ticket", "fictional-session", "fictional-robot",
    "SECfictional", "sign=", "access_token", EVENT_TOKEN, EVENT_AES_KEY, "signature=", "encrypt",
)  # fmt: skip


async def test_nothing_secret_is_logged(rig: DingTalkRig, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    dingtalk, channel = rig.dingtalk, rig.channel
    dingtalk.custom_robot(rig.group, "fictional-robot", "SECother")
    robots = DingTalkRobots({"a": Robot("fictional-robot", "SECfictional")}, roots=Roots(dingtalk.url, dingtalk.url))
    chat = await rig.chat()
    asked = await rig.hears(await rig.sends_photo(picture()))
    group = Chat(channel="dingtalk", account="robots", id="robot:a", kind=ChatKind.GROUP)
    troubles = [
        {"status": 500}, {"status": 401}, {"cut": True}, {"status": 403, "body": '{"code": "QpsLimit"}'},
        {"status": 200, "body": "{"}, {"status": 200, "body": '{"errcode": 40014}'}, {"status": 400},
    ]  # fmt: skip
    said = []
    for trouble in (None, *troubles):
        for act in (
            lambda: channel.send(chat, HELLO), lambda: channel.send(chat, CARD), lambda: robots.send(group, HELLO),
            lambda: channel.send(chat, CARD.model_copy(update={"photos": (rig.blob(picture()),)})),
            lambda: channel.fetch(asked.payload.media), channel.check,
        ):  # fmt: skip
            if trouble:
                dingtalk.trouble(times=3, **trouble)
            try:
                await act()
            except DeliveryError as error:
                said.append(repr(error))
            dingtalk.faults.clear()
    await dingtalk.gateway.disconnect()
    await dingtalk.gateway.cut()
    if rig.url:
        await rig.post("/dingtalk/callback", {"timestamp": "1", "sign": "sign=x"})
    else:
        await dingtalk.gateway.until(lambda: dingtalk.gateway.lines)
    await robots.close()
    await asyncio.sleep(0)
    logged = "\n".join([*said, *(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)])
    assert said
    assert [word for word in FORBIDDEN if word in logged] == []


async def test_nothing_secret_of_events_is_logged(make, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    failing = [OSError("no disk")]

    async def put(_envelopes):
        if failing:
            raise failing.pop()

    now = str(round(time.time() * 1000))  # noqa: TID251 -- the channel goes by the machine's clock here
    leaves, checks = '{"EventType": "user_leave_org", "userId": ["staff2"]}', '{"EventType": "check_url"}'
    good = [posted(event, now, CLIENT) for event in (checks, leaves, leaves)]
    bad = [posted(leaves, now, CLIENT, token="x"), posted(leaves, now, "x"), posted(leaves, "1", CLIENT), {"json": {}}]
    statuses, said = [], []
    async with (
        served(make(event_token=EVENT_TOKEN, event_aes_key=EVENT_AES_KEY).routes(put)) as root,
        aiohttp.ClientSession() as client,
    ):
        for what in (*good, *bad):
            async with client.post(f"{root}/dingtalk/event", **what) as answer:
                statuses.append(answer.status)
                said.append(read_answer(json.loads(await answer.read()), CLIENT) if answer.ok else await answer.text())
    ours = [each for each in caplog.records if each.name.startswith("bot.")]  # the program has no log of addresses
    assert statuses == [200, 503, 200, 403, 403, 403, 403]
    logged = "\n".join([*said, *(f"{record.getMessage()} {record.exc_text}" for record in ours)])
    assert "check_url" in logged
    assert [word for word in (*FORBIDDEN, "staff2") if word in logged] == []
