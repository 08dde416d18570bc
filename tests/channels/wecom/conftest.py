"""WeCom by the double over real HTTP: what members do arrives at the channel's own route, encrypted."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.wecom import WeComChannel
from bot.domain.datum import gcj02_from_wgs84
from bot.port import Chat, Envelope
from tests.channels.contract import Rig, Seen
from tests.channels.surroundings import Clock, Shelf, served
from tests.fakes.sealing import seal
from tests.fakes.wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN, FakeWeCom, Member, Shown
from tests.fakes.wecom.sealing import envelope, query


class WeComRig(Rig):
    """Members on the double."""

    captions = False

    def __init__(self, wecom: FakeWeCom, shelf: Shelf, channel: WeComChannel):
        self.wecom = wecom
        self.channel: WeComChannel = channel
        self.shelf = shelf
        self.taken: asyncio.Queue[Envelope] = asyncio.Queue()
        self.broken = 0
        self.posted = ""

    @property
    def alice(self) -> Member:
        return self.wecom.member("alice")

    async def intake(self, envelopes):
        if self.broken:
            self.broken -= 1
            raise OSError("no disk")
        for each in envelopes:
            self.taken.put_nowait(each)

    async def arrives(self, posted: str) -> Envelope:
        """Return what became of something that was posted."""
        self.posted = posted
        return await asyncio.wait_for(self.taken.get(), 5)

    async def says(self, words, *, who="alice", group=False):
        return None if group else await self.arrives(self.wecom.member(who).says(words))

    async def edits(self, words):
        return None

    async def sends_photo(self, data, caption=""):
        return await self.arrives(self.alice.sends_photo(data))

    async def sends_file(self, data, name):
        return None

    async def sends_location(self, lat, lon):
        return await self.arrives(self.alice.sends_location(*gcj02_from_wgs84(lat, lon)))

    async def presses(self, label, *, group=False):
        return await self.arrives(self.alice.presses(label))

    async def unknown(self):
        return await self.arrives(self.alice.sends("hologram", Depth="3"))

    async def again(self):
        self.wecom.push(self.posted)
        return await self.arrives(self.posted)

    async def wrong_secret(self):
        return await self.forged(token="somebody else's")

    async def forged(self, *, token=TOKEN, aes_key=AES_KEY, receiver=CORP, body="", xml="<xml/>", at=None) -> int:
        """Post something that is not quite what the platform would post."""
        sealed = seal(xml, aes_key=aes_key, receiver=receiver)
        at = str(round(self.wecom.clock() if at is None else at))
        asked = query(sealed, token=token, timestamp=at, nonce="1372623149")
        return await self.wecom.pushing.post(asked, body or envelope(sealed, corp=CORP, agent=AGENT))

    async def group_moves(self):
        return None

    def messages(self, chat: Chat) -> list[Shown]:
        return self.wecom.chat(chat.id).messages

    async def shown(self, chat):
        return [seen(each) for each in self.messages(chat)]

    async def deletes(self, chat, receipt):
        raise NotImplementedError

    def trouble(self, reason):
        if reason == "network":
            self.wecom.trouble("error", code=502, description="Bad Gateway")
        elif reason == "blocked":
            self.wecom.invisible.add("alice")
        elif reason == "refused":
            self.wecom.refuse(82004)
        return reason != "busy"  # which it never says for how long

    def blob(self, data):
        return self.shelf.put(data)

    def acknowledged(self, press_id):
        return not press_id


def seen(shown: Shown) -> Seen:
    photos, documents = int(bool(shown.photo)), [shown.file] if shown.file else []
    return Seen(shown.text, shown.labels, photos, shown.bold, shown.links, documents)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def wecom(clock):
    async with FakeWeCom(clock=clock.unix) as wecom:
        yield wecom


@pytest.fixture
async def make(wecom, clock):
    """Return how to make a channel; each is closed in the end."""
    made = []

    def make(shelf=None, **settings):
        told = {"corp": CORP, "agent": AGENT, "secret": SECRET, "token": TOKEN, "aes_key": AES_KEY, "api": wecom.url}
        channel = WeComChannel(blobs=shelf or Shelf(), clock=clock, **{**told, **settings})
        made.append(channel)
        return channel

    yield make
    for channel in made:
        await channel.close()


@pytest.fixture
async def rig(wecom, make):
    rig = WeComRig(wecom, shelf := Shelf(), make(shelf))
    async with served(rig.channel.routes(rig.intake)) as root:
        wecom.pushing.url = f"{root}/wecom/callback"
        yield rig
