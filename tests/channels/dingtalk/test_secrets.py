"""No secret, token, ticket, signature or session is in the log at any level, whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.channels.dingtalk import DingTalkRobots, Robot, Roots
from bot.channels.dingtalk.signature import secret_of_cards
from bot.port import Chat, ChatKind, DeliveryError, Outgoing, Span
from tests.channels.contract import CARD, picture
from tests.channels.dingtalk.conftest import DingTalkRig
from tests.fakes.dingtalk import SECRET

HELLO = Outgoing(text=(Span(text="你好"),))
FORBIDDEN = (
    SECRET, secret_of_cards(SECRET), "fictional-token", "fictional-ticket", "fictional-session", "fictional-robot",
    "SECfictional", "sign=", "access_token",
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
