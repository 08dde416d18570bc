"""Telegram by the fake Bot API over real HTTP, polled and posted to, by either driver."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any, get_args

import aiohttp
import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.drivers import Name
from bot.port import Chat, Envelope
from tests.channels.contract import Rig, Seen
from tests.channels.surroundings import Shelf, running, served
from tests.fakes.bot_api import TOKEN, Call, FakeBotApi
from tests.fakes.bot_api.markup import units

SECRET = "a-fictional-secret_0123456789"
PLAN = {
    "network": {"kind": "error", "code": 502, "description": "Bad Gateway"},
    "busy": {"kind": "error", "code": 429, "description": "Too Many Requests: retry after 7", "retry_after": 7},
    "blocked": {"kind": "error", "code": 403, "description": "Forbidden: bot was blocked by the user"},
    "refused": {"kind": "error", "code": 400, "description": "Bad Request: IMAGE_PROCESS_FAILED"},
}


class TelegramRig(Rig):
    """People on the fake Bot API; what they do arrives through the channel's own `receive` or webhook."""

    def __init__(self, api: FakeBotApi, shelf: Shelf, channel: TelegramChannel):
        self.api = api
        self.channel: TelegramChannel = channel
        self.shelf = shelf
        self.taken: asyncio.Queue[Envelope] = asyncio.Queue()
        self.url = ""
        self.people = {"alice": api.user("alice")}
        self.group = api.group("路灯组", members=self.people.values())

    async def intake(self, envelopes):
        for envelope in envelopes:
            self.taken.put_nowait(envelope)

    async def next(self) -> Envelope:
        return await asyncio.wait_for(self.taken.get(), 5)

    def person(self, who):
        if who not in self.people:
            self.people[who] = self.api.user(who)
        return self.people[who]

    def place(self, group):
        return self.group if group else None

    async def says(self, words, *, who="alice", group=False):
        self.said = self.person(who).sends(words, chat=self.place(group))
        return await self.next()

    async def edits(self, words):
        self.people["alice"].edits(self.said, words)
        return await self.next()

    async def sends_photo(self, data, caption=""):
        self.people["alice"].sends_photo(data, caption)
        return await self.next()

    async def sends_file(self, data, name):
        self.people["alice"].sends_file(data, name)
        return await self.next()

    async def sends_location(self, lat, lon):
        self.people["alice"].sends_location(lat, lon)
        return await self.next()

    async def presses(self, label, *, group=False):
        self.people["alice"].presses(label, chat=self.place(group))
        return await self.next()

    async def raw(self, update) -> Envelope:
        self.api.deliver(update)
        return await self.next()

    async def unknown(self):
        alice = self.people["alice"]
        return await self.raw({"message": {
            "message_id": 9, "date": 1772413200, "chat": alice.chat.json, "from": alice.json, "hologram": {"depth": 3},
        }})  # fmt: skip

    async def again(self):
        alice = self.people["alice"]
        update = {"update_id": self.last_update_id, "message": alice.messages[-1].json}
        self.api.redeliver(update)
        return await self.next()

    @property
    def last_update_id(self):
        return next(self.api._update_ids) - 1

    async def wrong_secret(self):
        if not self.url:
            return None
        return await self.post(b"{}", "wrong")

    async def post(self, body: bytes, secret: str = SECRET, **headers) -> int:
        told = {"X-Telegram-Bot-Api-Secret-Token": secret, **headers}
        async with aiohttp.ClientSession() as client, client.post(self.url, data=body, headers=told) as answer:
            return answer.status

    async def group_moves(self):
        new = self.group.becomes_supergroup(self.people["alice"])
        envelopes = [await self.next(), await self.next()]  # by webhook the two chats come side by side
        return next(each for each in envelopes if each.chat.endswith(str(self.group.id))), str(new.id)

    def place_of(self, chat: Chat):
        return self.api.chats[int(chat.id)]

    async def shown(self, chat):
        return [
            replace(seen(m.json, m.labels), documents=self.documents(m.json))
            for m in self.place_of(chat).messages
            if m.json["from"]["is_bot"]
        ]

    def documents(self, message):
        sent = message.get("document")
        return [(sent["file_name"], self.api.files.by_id[sent["file_id"]].data)] if sent else []

    async def deletes(self, chat, receipt):
        self.place_of(chat).sent[int(receipt.id)].deleted = True

    def trouble(self, reason):
        self.api.trouble(method="*", **PLAN[reason])
        if self.url == "":  # the poller must not take the trouble that is meant for the sender
            self.api.faults.ordered[-1].method = "sendMessage"
        return True

    def blob(self, data):
        return self.shelf.put(data)

    def acknowledged(self, press_id):
        return self.api.presses[press_id].answer is not None


def seen(message: dict, labels: list[str]) -> Seen:
    """Return a message as a phone shows it; offsets count UTF-16 units."""
    text = message.get("text", message.get("caption", ""))
    marks = message.get("entities") or message.get("caption_entities") or []

    def of(kind):
        return [cut(text, mark) for mark in marks if mark["type"] == kind]

    links = [mark["url"] for mark in marks if mark["type"] == "text_link"]
    return Seen(text, labels, 1 if message.get("photo") else 0, of("bold"), links)


def cut(text: str, mark: dict) -> str:
    raw = text.encode("utf-16-le")
    assert units(text) * 2 == len(raw)
    return raw[mark["offset"] * 2 : (mark["offset"] + mark["length"]) * 2].decode("utf-16-le")


def told(call: Call) -> dict[str, Any]:
    """Return what a call said, whether it came as JSON or as a form of texts."""
    return {name: plain(value) for name, value in call.params.items()}


def plain(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


@pytest.fixture
async def api():
    async with FakeBotApi(limits=False) as api:
        yield api


@pytest.fixture(params=get_args(Name))
def driver(request) -> Name:
    return request.param


@pytest.fixture
async def make(api, driver):
    """Return how to make a channel; each is closed in the end."""
    made = []

    def make(shelf=None, **settings):
        channel = TelegramChannel(TOKEN, shelf or Shelf(), driver=driver, **{"api": api.url, "pause": 0.01, **settings})
        made.append(channel)
        return channel

    yield make
    for channel in made:
        await channel.close()


@pytest.fixture
async def polling(api, make):
    rig = TelegramRig(api, shelf := Shelf(), make(shelf))
    async with running(rig.channel, rig.intake):
        yield rig


@pytest.fixture
async def webhook(api, make):
    rig = TelegramRig(api, shelf := Shelf(), make(shelf, mode="webhook", webhook_secret=SECRET))
    async with served(rig.channel.routes(rig.intake)) as root:
        rig.channel._public_url = root  # known only now
        rig.url = f"{root}/telegram/webhook"
        await rig.channel.receive(rig.intake)
        yield rig


@pytest.fixture(params=["polling", "webhook"])
def rig(request, driver) -> TelegramRig:
    return request.getfixturevalue(request.param)
