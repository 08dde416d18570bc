"""DingTalk by the double over real HTTP and WebSockets: by stream and by HTTP, with cards and without."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.channels.dingtalk import DingTalkChannel
from bot.channels.dingtalk.calls import Roots
from bot.port import Chat, Envelope
from tests.channels.contract import Rig, Seen
from tests.channels.surroundings import Shelf, running, served
from tests.fakes.dingtalk import CLIENT, CORP, SECRET, TEMPLATE, FakeDingTalk
from tests.fakes.dingtalk.chats import Shown

PLAN: dict[str, dict[str, Any]] = {
    "network": {"status": 502, "body": "Bad Gateway"},
    "busy": {"status": 403, "body": '{"status": 1111, "wait": 7, "punish": "deny"}'},
    "refused": {"status": 400, "body": '{"code": "invalidParameter.msgParam.invalid"}'},
}


class DingTalkRig(Rig):
    """People on the double; what they do arrives through the channel's own `receive` or its routes."""

    def __init__(self, dingtalk: FakeDingTalk, shelf: Shelf, channel: DingTalkChannel):
        self.dingtalk = dingtalk
        self.channel: DingTalkChannel = channel
        self.captions = channel.capabilities.edits
        self.shelf = shelf
        self.taken: asyncio.Queue[Envelope] = asyncio.Queue()
        self.url = ""
        self.people = {"alice": dingtalk.person("alice")}
        self.group = dingtalk.group("路灯组")

    @property
    def alice(self):
        return self.people["alice"]

    async def intake(self, envelopes):
        for envelope in envelopes:
            self.taken.put_nowait(envelope)

    async def next(self) -> Envelope:
        return await asyncio.wait_for(self.taken.get(), 5)

    async def says(self, words, *, who="alice", group=False):
        if who not in self.people:
            self.people[who] = self.dingtalk.person(who)
        self.push = self.people[who].says(words, self.group if group else None)
        return await self.next()

    async def edits(self, words):
        return None

    async def sends_photo(self, data, caption=""):
        self.alice.sends_rich(caption, data) if caption else self.alice.sends_picture(data)
        return await self.next()

    async def sends_file(self, data, name):
        self.alice.sends_file(data, name)
        return await self.next()

    async def sends_location(self, lat, lon):
        raise NotImplementedError

    async def presses(self, label, *, group=False):
        self.push = self.alice.presses(label, self.group if group else None)
        envelope = await self.next()
        await self.push.answer
        return envelope

    async def unknown(self):
        self.alice.sends("hologram", content={"depth": 3})
        return await self.next()

    async def again(self):
        said = self.alice.saids[-1]
        self.dingtalk.push_message(said)
        return await self.next()

    async def wrong_secret(self):
        return await self.post("/dingtalk/callback", {"timestamp": "1", "sign": "x"}) if self.url else None

    async def post(self, path: str, headers: dict[str, str], body: bytes = b"{}") -> int:
        where = self.url + path
        async with aiohttp.ClientSession() as client, client.post(where, data=body, headers=headers) as answer:
            return answer.status

    async def group_moves(self):
        return None

    def messages(self, chat: Chat) -> list[Shown]:
        return self.dingtalk.chats[chat.id].messages

    async def shown(self, chat):
        return [
            Seen(each.text, list(each.buttons), len(each.photos), each.bold, each.links, self.documents(each))
            for each in self.messages(chat)
        ]

    def documents(self, shown: Shown):
        return [(shown.file[0], self.dingtalk.files[shown.file[1]])] if shown.file else []

    async def deletes(self, chat, receipt):
        self.messages(chat)[:] = [each for each in self.messages(chat) if each.key != receipt.id]

    def trouble(self, reason):
        self.dingtalk.end_sessions()
        if reason == "blocked":
            self.dingtalk.unreachable[self.alice.staff] = "invalid"
        else:
            self.dingtalk.trouble("/v1.0/", **PLAN[reason])
        return True

    def blob(self, data):
        return self.shelf.put(data)

    def acknowledged(self, press_id):
        return self.push.answer.done() or not press_id


@pytest.fixture
async def dingtalk():
    async with FakeDingTalk() as dingtalk:
        yield dingtalk


@pytest.fixture
async def make(dingtalk):
    """Return how to make a channel; each is closed in the end."""
    made = []

    def make(shelf=None, **settings):
        roots = Roots(dingtalk.url, dingtalk.url)
        channel = DingTalkChannel(
            CLIENT, SECRET, shelf or Shelf(), **{"roots": roots, "corp": CORP, "pause": 0.01, **settings}
        )
        made.append(channel)
        return channel

    yield make
    for channel in made:
        await channel.close()


@asynccontextmanager
async def by_stream(dingtalk, make, template="") -> AsyncIterator[DingTalkRig]:
    shelf = Shelf()
    rig = DingTalkRig(dingtalk, shelf, make(shelf, template=template))
    async with running(rig.channel, rig.intake):
        await dingtalk.gateway.until(lambda: dingtalk.gateway.lines)
        yield rig


@asynccontextmanager
async def by_http(dingtalk, make, template="") -> AsyncIterator[DingTalkRig]:
    shelf = Shelf()
    rig = DingTalkRig(dingtalk, shelf, make(shelf, template=template, mode="http"))
    async with served(rig.channel.routes(rig.intake)) as root:
        rig.channel._public_url = rig.url = root  # known only now
        await rig.channel.receive(rig.intake)
        dingtalk.posts_to(root)
        yield rig


WAYS = {
    "stream": (by_stream, ""), "stream-cards": (by_stream, TEMPLATE),
    "http": (by_http, ""), "http-cards": (by_http, TEMPLATE),
}  # fmt: skip


@pytest.fixture(params=WAYS)
async def rig(request, dingtalk, make):
    opened, template = WAYS[request.param]
    async with opened(dingtalk, make, template) as rig:
        yield rig


@pytest.fixture
async def stream(dingtalk, make):
    async with by_stream(dingtalk, make) as rig:
        yield rig


@pytest.fixture
async def cards(dingtalk, make):
    async with by_stream(dingtalk, make, TEMPLATE) as rig:
        yield rig
