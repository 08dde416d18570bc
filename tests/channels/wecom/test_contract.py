"""WeCom passes the contract, but for what it shows and tells in another way."""

from __future__ import annotations

from bot.port import Outgoing, Photo, Span, Text
from tests.channels.contract import CANCEL, NASTY, SUBMIT, ChannelContract, Rig, picture


class TestWeCom(ChannelContract):
    """With the rig of `conftest.py`."""

    async def test_names_and_words_pass_unharmed(self, rig: Rig):
        """A callback tells the userid alone: nobody's name."""
        incoming = await rig.hears(await rig.says(NASTY, who=NASTY))
        assert (incoming.sender.id, incoming.payload) == (NASTY, Text(text=NASTY))
        assert incoming.sender.name == ""

    async def test_a_photo_comes_in_and_its_bytes_can_be_fetched(self, rig: Rig):
        """A photo never has words of its own, and is kept for three days."""
        incoming = await rig.hears(await rig.sends_photo(picture()))
        assert isinstance(incoming.payload, Photo)
        assert await rig.channel.fetch(incoming.payload.media) == picture()
        until = incoming.payload.media.expires_at
        assert until is not None
        assert (until - incoming.at).days == 3

    async def test_words_styles_and_choices_are_shown(self, rig: Rig):
        """A card has no bold; its links stand below the words."""
        chat = await rig.chat()
        text = (
            Span(text="😀 "),
            Span(text="井盖", bold=True),
            Span(text="："),
            Span(text="看图", url="https://a.example/"),
        )
        await rig.channel.send(chat, Outgoing(text=text, choices=((SUBMIT,), (CANCEL,))))
        seen = (await rig.shown(chat))[-1]
        assert (seen.text, seen.links, seen.labels) == ("😀 井盖：看图", ["https://a.example/"], ["提交", "取消"])

    async def test_words_are_never_read_as_markup(self, rig: Rig):
        """Nothing can be escaped: what might be a mark is sent as plain text, and loses its bold."""
        chat = await rig.chat()
        await rig.channel.send(chat, Outgoing(text=(Span(text=NASTY), Span(text=NASTY, bold=True))))
        seen = (await rig.shown(chat))[-1]
        assert (seen.text, seen.bold, seen.links) == (NASTY * 2, [], [])
