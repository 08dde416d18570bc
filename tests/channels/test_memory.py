"""The in-memory double passes the contract too."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.memory import MemoryChannel
from bot.port import Channel, Chat, DeliveryError, Envelope, File, Location, Moved, Photo, Sender, Text
from tests.channels.contract import CARD, ChannelContract, Rig, Seen

TROUBLES = {
    "network": DeliveryError("network", permanent=False),
    "busy": DeliveryError("busy", permanent=False, retry_after=7),
    "blocked": DeliveryError("blocked", permanent=True),
    "refused": DeliveryError("refused", permanent=True),
}


class MemoryRig(Rig):
    """People on the double."""

    def __init__(self):
        self.channel: MemoryChannel = MemoryChannel()
        self.last: Envelope | None = None
        self.photos: dict[str, bytes] = {}

    def keep(self, envelope: Envelope) -> Envelope:
        self.last = envelope
        return envelope

    def place(self, group: bool) -> Chat | None:
        return self.channel.group("g1", "路灯组") if group else None

    async def says(self, words, *, who="alice", group=False):
        sender = Sender(realm="memory", id="1" if who == "alice" else "2", name=who)
        return self.keep(self.channel.says(sender, words, self.place(group)))

    async def edits(self, words):
        return self.channel.says("1", Text(text=words, edited=True))

    async def sends_photo(self, data, caption=""):
        return self.channel.says("1", Photo(media=self.channel.holds(data), caption=caption))

    async def sends_file(self, data, name):
        return self.channel.says("1", File(media=self.channel.holds(data, name=name)))

    async def sends_location(self, lat, lon):
        return self.channel.says("1", Location(lat=lat, lon=lon))

    async def presses(self, label, *, group=False):
        return self.channel.presses("1", label, self.place(group))

    async def unknown(self):
        return self.channel.says("1", "x").model_copy(update={"body": '{"payload": {"kind": "hologram"}}'})

    async def again(self):
        return self.last

    async def wrong_secret(self):
        return None

    async def group_moves(self):
        self.channel.moved["g1"] = "g2"
        return self.channel.says("1", Moved(to="g2"), self.place(group=True)), "g2"

    async def shown(self, chat):
        return [
            Seen(
                shown.text,
                shown.labels,
                len(shown.message.photos),
                [span.text for span in shown.message.text if span.bold],
                [span.url for span in shown.message.text if span.url],
                self.documents(shown.message),
            )
            for shown in self.channel.messages(chat)
        ]

    def documents(self, message):
        return [(message.document_name, self.channel.media[message.document])] if message.document else []

    async def deletes(self, chat, receipt):
        self.channel.forget(chat, receipt.id)

    def trouble(self, reason):
        self.channel.fail(TROUBLES[reason])
        return True

    def blob(self, data):
        return self.channel.holds(data).ref

    def acknowledged(self, press_id):
        return press_id in self.channel.acknowledged


class TestMemory(ChannelContract):
    @pytest.fixture
    def rig(self) -> Rig:
        return MemoryRig()


async def test_what_arrives_is_received_in_order():
    channel, taken = MemoryChannel(), asyncio.Queue()
    assert isinstance(channel, Channel)

    async def intake(envelopes):
        taken.put_nowait([envelope.key for envelope in envelopes])

    channel.arrive(channel.says("alice", "一", key="a"), channel.says("alice", "二", key="b"))
    task = asyncio.get_running_loop().create_task(channel.receive(intake))
    assert await asyncio.wait_for(taken.get(), 5) == ["a", "b"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_is_blocked_hears_nothing_and_edits_are_counted():
    channel = MemoryChannel()
    chat = channel.private("alice")
    receipt = await channel.send(chat, CARD)
    await channel.edit(chat, receipt, CARD)
    assert channel.messages("alice")[0].edits == 0
    await channel.edit(chat, receipt, CARD.model_copy(update={"choices": ()}))
    assert channel.messages("alice")[0].edits == 1
    channel.blocked.add("alice")
    with pytest.raises(DeliveryError, match="blocked"):
        await channel.send(chat, CARD)


def test_nothing_can_be_pressed_that_is_not_there():
    with pytest.raises(LookupError):
        MemoryChannel().presses("alice", "提交")
