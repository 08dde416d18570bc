"""What every channel must do: subclass `ChannelContract` and give a fixture `rig`, which `Rig` describes.

What a platform cannot do, by its capabilities or by the rig's saying None, is skipped.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import pytest
from PIL import Image

from bot.channels.degrade import size
from bot.port import (
    Channel,
    Chat,
    ChatKind,
    Choice,
    Command,
    DeliveryError,
    Envelope,
    File,
    Incoming,
    Location,
    Media,
    Moved,
    Outgoing,
    Photo,
    Press,
    Receipt,
    Span,
    Text,
    Unparsable,
    Unsupported,
)

NASTY = "<b>甲</b> *_[x](https://y.example)_* `&amp;` \u202eabc\u202c 👩‍👩‍👧🇨🇳e\u0301"
SUBMIT = Choice(label="提交", token="submit.1.a", style="primary")
CANCEL = Choice(label="取消", token="x" * 64)
CARD = Outgoing(text=(Span(text="井盖松动。"),), choices=((SUBMIT, CANCEL),))


def picture(color: str = "red") -> bytes:
    """Return a small JPEG."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(file, "JPEG")
    return file.getvalue()


@dataclass
class Seen:
    """A message of the bot as people see it now."""

    text: str
    labels: list[str] = field(default_factory=list)
    photos: int = 0
    bold: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    documents: list[tuple[str, bytes]] = field(default_factory=list)


class Rig(ABC):
    """A channel, and people who use it. Each thing that people do returns the envelope that it became.

    `group=True` means one and the same group, else the private chat of `who`.
    """

    channel: Channel
    captions: bool = True
    """Whether photos stand in one message with words and choices."""

    @abstractmethod
    async def says(self, words: str, *, who: str = "alice", group: bool = False) -> Envelope: ...

    @abstractmethod
    async def edits(self, words: str) -> Envelope | None:
        """Alice changes what she said last; None when the platform has no such thing."""

    @abstractmethod
    async def sends_photo(self, data: bytes, caption: str = "") -> Envelope: ...

    @abstractmethod
    async def sends_file(self, data: bytes, name: str) -> Envelope | None: ...

    @abstractmethod
    async def sends_location(self, lat: float, lon: float) -> Envelope: ...

    @abstractmethod
    async def presses(self, label: str, *, group: bool = False) -> Envelope:
        """Alice taps the choice with this label on the newest message that has it."""

    @abstractmethod
    async def unknown(self) -> Envelope | None:
        """An update of a kind that nobody knew when the channel was written; None when there can be none."""

    @abstractmethod
    async def again(self) -> Envelope:
        """The platform delivers the last update once more."""

    @abstractmethod
    async def wrong_secret(self) -> int | None:
        """Post an update with a wrong secret and return the HTTP status; None when nothing is posted to the channel."""

    @abstractmethod
    async def group_moves(self) -> tuple[Envelope, str] | None:
        """The group goes on under another id; return the envelope and the new id."""

    @abstractmethod
    async def shown(self, chat: Chat) -> list[Seen]:
        """Return the bot's messages as they stand now, oldest first."""

    @abstractmethod
    async def deletes(self, chat: Chat, receipt: Receipt) -> None:
        """Somebody deletes a message of the bot."""

    @abstractmethod
    def trouble(self, reason: str) -> bool:
        """Let the next call fail: `network`, `busy` (7 seconds), `blocked`, `refused`; False when it cannot happen."""

    @abstractmethod
    def blob(self, data: bytes) -> str:
        """Keep bytes and return their address."""

    @abstractmethod
    def acknowledged(self, press_id: str) -> bool: ...

    async def hears(self, envelope: Envelope | None) -> Incoming:
        """Parse an envelope, or skip the test when there is none."""
        if envelope is None:
            pytest.skip("not on this platform")
        incoming = self.channel.parse(envelope.body)
        assert incoming.chat.key == envelope.chat, "the lane must be that of the chat"
        assert (envelope.channel, envelope.account) == (self.channel.name, self.channel.account)
        return incoming

    async def chat(self, *, group: bool = False) -> Chat:
        """Return a chat that Alice has written in, so that the bot may write there too."""
        return (await self.hears(await self.says("你好", group=group))).chat


class ChannelContract:
    """Inherit me."""

    # --- what comes in ------------------------------------------------------------------------------------------------

    def test_it_is_a_channel(self, rig: Rig):
        assert isinstance(rig.channel, Channel)

    async def test_words_come_in(self, rig: Rig):
        incoming = await rig.hears(await rig.says("路灯不亮"))
        assert incoming.payload == Text(text="路灯不亮")
        assert incoming.chat.kind is ChatKind.PRIVATE
        assert incoming.sender.id
        assert incoming.at.utcoffset() is not None

    async def test_a_group_is_a_chat_of_its_own(self, rig: Rig):
        alone = await rig.hears(await rig.says("你好"))
        group = await rig.hears(await rig.says("大家好", group=True))
        assert group.chat.kind is ChatKind.GROUP
        assert group.chat.key != alone.chat.key
        assert group.sender == alone.sender

    async def test_names_and_words_pass_unharmed(self, rig: Rig):
        incoming = await rig.hears(await rig.says(NASTY, who=NASTY))
        assert (incoming.sender.name, incoming.payload) == (NASTY, Text(text=NASTY))

    async def test_an_edited_message_is_marked(self, rig: Rig):
        await rig.says("路灯不亮")
        incoming = await rig.hears(await rig.edits("路灯不亮了"))
        assert incoming.payload == Text(text="路灯不亮了", edited=True)

    async def test_a_photo_comes_in_and_its_bytes_can_be_fetched(self, rig: Rig):
        incoming = await rig.hears(await rig.sends_photo(picture(), "井盖松动"))
        assert isinstance(incoming.payload, Photo)
        assert incoming.payload.caption == "井盖松动"
        assert Image.open(io.BytesIO(await rig.channel.fetch(incoming.payload.media))).size == (64, 48)

    async def test_a_file_comes_in_unharmed(self, rig: Rig):
        incoming = await rig.hears(await rig.sends_file(b"\xff\xd8 as it was", "照片.jpg"))
        assert isinstance(incoming.payload, File)
        assert incoming.payload.media.name == "照片.jpg"
        assert await rig.channel.fetch(incoming.payload.media) == b"\xff\xd8 as it was"

    async def test_what_is_no_longer_there_cannot_be_fetched(self, rig: Rig):
        with pytest.raises(DeliveryError) as caught:
            await rig.channel.fetch(Media(ref="nothing-of-ours"))
        assert caught.value.permanent

    async def test_a_place_comes_in(self, rig: Rig):
        if not rig.channel.capabilities.location_in:
            pytest.skip("not on this platform")
        incoming = await rig.hears(await rig.sends_location(30.25, 120.5))
        assert isinstance(incoming.payload, Location)
        assert (incoming.payload.lat, incoming.payload.lon) == (30.25, 120.5)

    async def test_a_press_brings_token_and_receipt_and_is_acknowledged(self, rig: Rig):
        chat = await rig.chat()
        await rig.channel.send(chat, CARD)
        envelope = await rig.presses("提交")
        press = (await rig.hears(envelope)).payload
        assert isinstance(press, Press)
        assert press.token == SUBMIT.token
        assert envelope.press_id in {press.press_id, ""}, "empty where it is acknowledged already"
        await rig.channel.acknowledge(press.press_id)
        assert rig.acknowledged(press.press_id)
        if not rig.channel.capabilities.edits:
            return
        assert press.receipt is not None
        await rig.channel.edit(chat, press.receipt, Outgoing(text=(Span(text="已提交。"),)))
        assert (await rig.shown(chat))[-1] == Seen("已提交。")

    async def test_a_press_that_cannot_be_acknowledged_is_no_error(self, rig: Rig):
        await rig.channel.acknowledge("nothing-of-ours")

    async def test_a_press_in_a_group_comes_from_who_pressed(self, rig: Rig):
        chat = await rig.chat(group=True)
        await rig.channel.send(chat, CARD)
        incoming = await rig.hears(await rig.presses("取消", group=True))
        assert incoming.chat.key == chat.key
        assert incoming.sender.id == (await rig.hears(await rig.says("我"))).sender.id
        assert incoming.payload.token == CANCEL.token

    async def test_a_redelivery_has_the_same_key(self, rig: Rig):
        first = await rig.says("路灯不亮")
        other = await rig.says("路灯不亮")
        again = await rig.again()
        assert (again.key, again.chat) == (other.key, other.chat)
        assert first.key != other.key

    async def test_an_unknown_update_is_kept(self, rig: Rig):
        envelope = await rig.unknown()
        if envelope is None:
            pytest.skip("not on this platform")
        try:
            incoming = rig.channel.parse(envelope.body)
        except Unparsable:
            return
        assert isinstance(incoming.payload, Unsupported)

    async def test_what_is_no_update_is_unparsable_and_nothing_worse(self, rig: Rig):
        for body in ("", "no json", "{}", "[]", "null", '{"update_id": "x"}', '{"a": "\\ud800"}'):
            with pytest.raises(Unparsable):
                rig.channel.parse(body)

    async def test_a_wrong_secret_is_refused(self, rig: Rig):
        status = await rig.wrong_secret()
        if status is None:
            pytest.skip("nothing is posted to this channel")
        assert status in {401, 403}

    async def test_a_group_that_moves_says_where(self, rig: Rig):
        old = await rig.chat(group=True)
        moved = await rig.group_moves()
        if moved is None:
            pytest.skip("not on this platform")
        envelope, new_id = moved
        incoming = await rig.hears(envelope)
        assert (incoming.chat.key, incoming.payload) == (old.key, Moved(to=new_id))
        with pytest.raises(DeliveryError) as caught:
            await rig.channel.send(old, CARD)
        assert (caught.value.reason, caught.value.moved_to) == ("moved", new_id)

    # --- what goes out ------------------------------------------------------------------------------------------------

    async def test_words_styles_and_choices_are_shown(self, rig: Rig):
        chat = await rig.chat()
        text = (
            Span(text="😀 "),
            Span(text="井盖", bold=True),
            Span(text="："),
            Span(text="看图", url="https://a.example/"),
        )
        receipt = await rig.channel.send(chat, Outgoing(text=text, choices=((SUBMIT,), (CANCEL,))))
        assert receipt.id
        seen = (await rig.shown(chat))[-1]
        assert seen.text == "😀 井盖：看图"
        assert (seen.bold, seen.links, seen.labels) == (["井盖"], ["https://a.example/"], ["提交", "取消"])

    async def test_words_are_never_read_as_markup(self, rig: Rig):
        chat = await rig.chat()
        await rig.channel.send(chat, Outgoing(text=(Span(text=NASTY), Span(text=NASTY, bold=True))))
        seen = (await rig.shown(chat))[-1]
        assert (seen.text, seen.bold, seen.links) == (NASTY * 2, [NASTY], [])

    async def test_it_speaks_in_groups(self, rig: Rig):
        chat = await rig.chat(group=True)
        await rig.channel.send(chat, CARD)
        assert (await rig.shown(chat))[-1] == Seen("井盖松动。", ["提交", "取消"])

    async def test_an_edit_changes_words_and_choices_in_place(self, rig: Rig):
        self.needs_edits(rig)
        chat = await rig.chat()
        receipt = await rig.channel.send(chat, CARD)
        receipt = await rig.channel.edit(chat, receipt, Outgoing(text=(Span(text="已签收。"),), choices=((CANCEL,),)))
        assert await rig.shown(chat) == [Seen("已签收。", ["取消"])]
        await rig.channel.edit(chat, receipt, Outgoing(text=(Span(text="已结案。"),)))
        assert await rig.shown(chat) == [Seen("已结案。")]

    async def test_an_edit_that_changes_nothing_is_success(self, rig: Rig):
        self.needs_edits(rig)
        chat = await rig.chat()
        receipt = await rig.channel.send(chat, CARD)
        assert (await rig.channel.edit(chat, receipt, CARD)).id == receipt.id
        assert await rig.shown(chat) == [Seen("井盖松动。", ["提交", "取消"])]

    async def test_a_message_that_is_gone_cannot_be_edited(self, rig: Rig):
        self.needs_edits(rig)
        chat = await rig.chat()
        receipt = await rig.channel.send(chat, CARD)
        await rig.deletes(chat, receipt)
        with pytest.raises(DeliveryError) as caught:
            await rig.channel.edit(chat, receipt, Outgoing(text=(Span(text="已签收。"),)))
        assert (caught.value.reason, caught.value.permanent) == ("gone", True)

    async def test_a_photo_is_shown_with_words_and_choices(self, rig: Rig):
        chat = await rig.chat()
        photo = rig.blob(picture())
        receipt = await rig.channel.send(chat, CARD.model_copy(update={"photos": (photo,)}))
        if not rig.captions:
            assert await rig.shown(chat) == [Seen("", photos=1), Seen("井盖松动。", ["提交", "取消"])]
            return
        assert await rig.shown(chat) == [Seen("井盖松动。", ["提交", "取消"], photos=1)]
        if rig.channel.capabilities.edits:
            done = Outgoing(text=(Span(text="已结案。"),), photos=(photo,))
            await rig.channel.edit(chat, receipt, done)
            assert await rig.shown(chat) == [Seen("已结案。", photos=1)]

    async def test_several_photos_are_shown_and_the_words_once(self, rig: Rig):
        chat = await rig.chat()
        photos = tuple(rig.blob(picture(color)) for color in ("red", "green", "blue"))
        await rig.channel.send(chat, CARD.model_copy(update={"photos": photos}))
        seen = await rig.shown(chat)
        assert sum(message.photos for message in seen) == 3
        assert "".join(message.text for message in seen) == "井盖松动。"
        assert seen[-1].labels == ["提交", "取消"]

    async def test_a_photo_joins_a_message_that_had_none(self, rig: Rig):
        self.needs_edits(rig)
        if not rig.captions:
            pytest.skip("a photo is a message of its own on this platform")
        chat = await rig.chat()
        receipt = await rig.channel.send(chat, CARD)
        await rig.channel.edit(chat, receipt, CARD.model_copy(update={"photos": (rig.blob(picture()),)}))
        assert await rig.shown(chat) == [Seen("井盖松动。", ["提交", "取消"], photos=1)]

    async def test_a_document_is_shown_with_its_name_its_bytes_and_the_words(self, rig: Rig):
        chat = await rig.chat()
        table = Outgoing(text=CARD.text, document=rig.blob(b"PK cells"), document_name="日报.xlsx")
        await rig.channel.send(chat, table)
        seen = await rig.shown(chat)
        assert [each for message in seen for each in message.documents] == [("日报.xlsx", b"PK cells")]
        assert "".join(message.text for message in seen) == "井盖松动。"

    async def test_a_long_text_is_parted_whole_characters_in_order(self, rig: Rig):
        limits = rig.channel.capabilities
        chat = await rig.chat()
        family = "👩‍👩‍👧"
        long = family * (limits.text_limit // size(family, limits.text_unit) * 2 + 5)
        receipt = await rig.channel.send(chat, Outgoing(text=(Span(text=long),), choices=((SUBMIT,),)))
        seen = await rig.shown(chat)
        assert "".join(message.text for message in seen) == long
        assert all(message.text.startswith("👩") and message.text.endswith("👧") for message in seen)
        assert all(size(message.text, limits.text_unit) <= limits.text_limit for message in seen)
        assert [message.labels for message in seen] == [[]] * (len(seen) - 1) + [["提交"]]
        if limits.edits:
            await rig.channel.edit(chat, receipt, CARD)
            assert await rig.shown(chat) == [Seen("井盖松动。", ["提交", "取消"])]

    async def test_a_place_is_shown(self, rig: Rig):
        if not rig.channel.capabilities.location_out:
            pytest.skip("not on this platform")
        chat = await rig.chat()
        place = Location(lat=30.25, lon=120.5)
        assert (await rig.channel.send(chat, Outgoing(text=(Span(text="在这里。"),), location=place))).id
        assert any(message.text.startswith("在这里。") for message in await rig.shown(chat))

    # --- what goes wrong ----------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("reason", "permanent"), [("network", False), ("busy", False), ("blocked", True), ("refused", True)]
    )
    async def test_permanent_and_temporary_failures_are_told_apart(self, rig: Rig, reason: str, permanent: bool):
        chat = await rig.chat()
        if not rig.trouble(reason):
            pytest.skip("cannot happen on this platform")
        with pytest.raises(DeliveryError) as caught:
            await rig.channel.send(chat, CARD)
        assert (caught.value.reason, caught.value.permanent) == (reason, permanent)
        assert caught.value.retry_after == (7 if reason == "busy" else None)

    async def test_a_menu_of_commands_is_no_error(self, rig: Rig):
        chat = await rig.chat()
        menu = {"zh_CN": [Command(name="help", description="帮助")], "en": [Command(name="help", description="Help")]}
        await rig.channel.announce(menu)
        await rig.channel.announce({"en": menu["en"]}, chat)
        rig.trouble("network")
        await rig.channel.announce(menu)

    @staticmethod
    def needs_edits(rig: Rig) -> None:
        if not rig.channel.capabilities.edits:
            pytest.skip("nothing can be edited on this platform")
