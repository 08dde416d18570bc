"""What people see in Telegram, and what a message costs."""

from __future__ import annotations

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.saying import entities, parts
from bot.port import (
    Channel,
    Chat,
    ChatKind,
    Choice,
    Command,
    DeliveryError,
    Location,
    Media,
    Outgoing,
    Receipt,
    Span,
)
from tests.channels.contract import CARD, SUBMIT, picture
from tests.channels.surroundings import Shelf
from tests.channels.telegram.conftest import seen, told
from tests.fakes.bot_api import TOKEN, FakeBotApi

LARGE = 20 * 1024 * 1024 + 1


class Scene:
    """Alice and the bot."""

    def __init__(self, api: FakeBotApi, shelf: Shelf, channel: TelegramChannel):
        self.api = api
        self.shelf = shelf
        self.channel = channel
        self.alice = api.user("alice")
        self.alice.starts()
        self.chat = Chat(channel="telegram", account=self.channel.account, id=str(self.alice.id))

    async def say(self, message: Outgoing) -> Receipt:
        return await self.channel.send(self.chat, message)

    async def edit(self, receipt: Receipt, message: Outgoing) -> Receipt:
        return await self.channel.edit(self.chat, receipt, message)

    def photo(self, color="red") -> str:
        return self.shelf.put(picture(color))

    @property
    def shown(self):
        ours = [m for m in self.alice.messages if m.json["from"]["is_bot"]]
        return [(seen(m.json, m.labels).text, m.photo is not None, m.labels) for m in ours]

    @property
    def calls(self):
        return [call.method for call in self.api.calls]


@pytest.fixture
def scene(api, make):
    return Scene(api, shelf := Shelf(), make(shelf))


def words(text: str, **fields) -> Outgoing:
    return Outgoing(text=(Span(text=text),), **fields)


async def test_it_is_a_channel_whose_account_is_no_secret(scene):
    assert isinstance(scene.channel, Channel)
    assert scene.channel.account == TOKEN.partition(":")[0]


# --- words -----------------------------------------------------------------------------------------------------------


def test_offsets_count_utf16_units_past_emoji_and_empty_spans():
    plain, empty = Span(text="😀👩‍👩‍👧"), Span(text="", bold=True)
    bold, mention = entities((plain, empty, Span(text="井😀", bold=True), Span(text="丙", mention="7")))
    assert bold == {"type": "bold", "offset": 10, "length": 3}
    assert mention.pop("user")["id"] == 7
    assert mention == {"type": "text_mention", "offset": 13, "length": 1}


def test_a_mention_from_elsewhere_is_only_words():
    assert entities((Span(text="丙", mention="ding-7"),)) == []


async def test_a_text_of_exactly_the_limit_is_one_message_and_one_unit_more_is_two(scene):
    await scene.say(words("井" * 4094 + "😀"))
    await scene.say(words("井" * 4095 + "😀"))
    assert [len(text) for text, *_ in scene.shown] == [4095, 4095, 1]


async def test_ten_thousand_characters_with_styles(scene):
    text = (Span(text="一。" * 2500), Span(text="重", bold=True), Span(text="😀" * 2500))
    await scene.say(Outgoing(text=text, choices=((SUBMIT,),)))
    assert "".join(text for text, *_ in scene.shown) == "".join(span.text for span in text)
    assert [labels for *_, labels in scene.shown][-1] == ["提交"]
    bold = [mark for m in scene.alice.messages for mark in m.json.get("entities", []) if mark["type"] == "bold"]
    assert [(mark["offset"], mark["length"]) for mark in bold] == [(904, 1)]


async def test_links_bring_no_previews(scene):
    await scene.say(Outgoing(text=(Span(text="看", url="https://a.example/"),)))
    await scene.say(words("https://a.example/"))
    await scene.say(words("没有"))
    options = [told(call).get("link_preview_options") for call in scene.api.calls_of("sendMessage")]
    assert options == [{"is_disabled": True}, {"is_disabled": True}, None]


async def test_an_empty_message_is_refused_for_good(scene):
    with pytest.raises(DeliveryError) as caught:
        await scene.say(Outgoing())
    assert (caught.value.reason, caught.value.permanent) == ("refused", True)


async def test_a_hundred_buttons(scene):
    rows = tuple(tuple(Choice(label=f"{r}{c}", token=f"t.{r}.{c}") for c in range(8)) for r in range(12))
    await scene.say(words("?", choices=rows))
    assert len(scene.shown[0][2]) == 96


# --- photos, files, places -------------------------------------------------------------------------------------------


async def test_a_photo_is_uploaded_once(scene):
    card = CARD.model_copy(update={"photos": (scene.photo(),)})
    await scene.say(card)
    scene.shelf.blobs.clear()
    await scene.say(card)
    assert [photo for _, photo, _ in scene.shown] == [True, True]


async def test_a_photo_with_many_words_goes_before_them(scene):
    await scene.say(words("井" * 1025, photos=(scene.photo(),), choices=((SUBMIT,),)))
    assert [(len(text), photo, labels) for text, photo, labels in scene.shown] == [
        (0, True, []), (1025, False, ["提交"]),
    ]  # fmt: skip


async def test_eleven_photos_are_an_album_and_one_more(scene):
    photos = tuple(scene.shelf.put(picture(f"#{n:02x}0000")) for n in range(11))
    await scene.say(CARD.model_copy(update={"photos": photos}))
    assert scene.calls == ["sendMediaGroup", "sendPhoto", "sendMessage"]
    assert [photo for _, photo, _ in scene.shown] == [True] * 11 + [False]


def test_choices_without_words_hang_on_whatever_can_bear_them():
    choices = ((SUBMIT,),)
    assert parts(Outgoing(photos=("a",), choices=choices)) == [Outgoing(photos=("a",), choices=choices)]
    place = Location(lat=30, lon=120)
    assert parts(Outgoing(location=place, choices=choices)) == [Outgoing(location=place, choices=choices)]
    album, pointer = parts(Outgoing(photos=("a", "b"), choices=choices))
    assert album == Outgoing(photos=("a", "b"))
    assert (pointer.plain, pointer.choices) == ("⬇️", choices)
    assert parts(Outgoing(photos=("a", "b"))) == [Outgoing(photos=("a", "b"))]


async def test_a_document_comes_with_its_name_and_words(scene):
    document = scene.shelf.put(b"PK\x03\x04")
    await scene.say(words("晨报", document=document, document_name="晨报.xlsx"))
    message = scene.alice.last.json
    assert (message["document"]["file_name"], message["caption"]) == ("晨报.xlsx", "晨报")
    await scene.say(words("晨报", document=document, document_name="晨报.xlsx"))
    assert len(scene.api.files.by_id) == 1


async def test_a_photo_that_is_not_kept_here_cannot_be_shown(scene):
    with pytest.raises(DeliveryError) as caught:
        await scene.say(words("?", photos=("0" * 64,)))
    assert (caught.value.reason, caught.value.permanent) == ("refused", True)


async def test_a_photo_that_telegram_refuses_is_refused_for_good(scene):
    with pytest.raises(DeliveryError) as caught:
        await scene.say(words("?", photos=(scene.shelf.put(b"no picture"),)))
    assert (caught.value.reason, caught.value.permanent) == ("refused", True)


async def test_the_rest_of_a_message_waits_for_its_turn_instead_of_beginning_anew(scene):
    scene.api.trouble("error", "sendMessage", code=429, description="Too Many Requests", retry_after=1)
    await scene.say(CARD.model_copy(update={"photos": (scene.photo(), scene.photo("blue"))}))
    assert scene.calls == ["sendMediaGroup", "sendMessage", "sendMessage"]


# --- edits -----------------------------------------------------------------------------------------------------------


async def test_another_photo_takes_the_place_of_the_first(scene):
    before, after = scene.photo(), scene.photo("blue")
    receipt = await scene.say(words("待处理", photos=(before,)))
    old = scene.alice.last.photo
    receipt = await scene.edit(receipt, words("已办结", photos=(before, after), choices=((SUBMIT,),)))
    assert scene.shown == [("已办结", True, ["提交"])]
    assert scene.alice.last.photo != old
    await scene.edit(receipt, words("已结案", photos=(before, after)))
    assert scene.calls[-2:] == ["editMessageMedia", "editMessageCaption"]


async def test_a_photo_joins_a_text_and_stays(scene):
    receipt = await scene.say(words("待处理"))
    receipt = await scene.edit(receipt, words("已办结", photos=(scene.photo(),)))
    assert scene.shown == [("已办结", True, [])]
    await scene.edit(receipt, words("已结案"))
    assert scene.shown == [("已结案", True, [])]


async def test_the_words_under_an_album_are_edited_and_the_album_is_left(scene):
    photos = (scene.photo(), scene.photo("blue"))
    receipt = await scene.say(words("待处理", photos=photos))
    await scene.edit(receipt, words("已办结", photos=(*photos, scene.photo("green"))))
    assert scene.shown == [("", True, []), ("", True, []), ("已办结", False, [])]


async def test_words_that_do_not_fit_under_a_photo_need_a_message_of_their_own(scene):
    photo = scene.photo()
    receipt = await scene.say(words("短", photos=(photo,)))
    with pytest.raises(DeliveryError) as caught:
        await scene.edit(receipt, words("长" * 1025, photos=(photo,)))
    assert (caught.value.reason, caught.value.permanent) == ("gone", True)


async def test_pages_come_and_go_as_the_words_do(scene):
    receipt = await scene.say(words("短"))
    receipt = await scene.edit(receipt, words("井" * 9000, choices=((SUBMIT,),)))
    assert [(len(text), labels) for text, _, labels in scene.shown] == [(4096, []), (4096, []), (808, ["提交"])]
    assert len(receipt.detail["parts"]) == 2
    receipt = await scene.edit(receipt, words("井" * 5000))
    assert [len(text) for text, *_ in scene.shown] == [4096, 904]
    receipt = await scene.edit(receipt, words("短"))
    assert (scene.shown, receipt.id) == ([("短", False, [])], str(scene.alice.last.id))


async def test_a_place_cannot_be_edited(scene):
    receipt = await scene.say(Outgoing(location=Location(lat=30, lon=120)))
    with pytest.raises(DeliveryError, match="gone"):
        await scene.edit(receipt, words("别处"))


# --- the rest --------------------------------------------------------------------------------------------------------


async def test_files_of_more_than_20_megabytes_are_refused_for_good(scene):
    scene.alice.sends_file(b"x", size=LARGE)
    ref = scene.alice.messages[-1].json["document"]["file_id"]
    for media in (Media(ref=ref, size=LARGE), Media(ref=ref)):
        with pytest.raises(DeliveryError) as caught:
            await scene.channel.fetch(media)
        assert (caught.value.reason, caught.value.permanent) == ("refused", True)


async def test_a_file_that_is_larger_than_it_says_is_not_read_to_its_end(scene):
    scene.alice.sends_file(b"x" * LARGE, size=5)
    ref = scene.alice.messages[-1].json["document"]["file_id"]
    with pytest.raises(DeliveryError, match="too big"):
        await scene.channel.fetch(Media(ref=ref, size=5))


async def test_a_download_that_breaks_is_tried_again(scene):
    scene.alice.sends_file(b"x" * 100)
    media = Media(ref=scene.alice.messages[-1].json["document"]["file_id"])
    trouble = scene.api.trouble("drop", "file", times=9)
    with pytest.raises(DeliveryError) as caught:
        await scene.channel.fetch(media)
    assert (caught.value.reason, caught.value.permanent) == ("network", False)
    trouble.times = 0
    assert await scene.channel.fetch(media) == b"x" * 100


async def test_the_menu_of_everyone_and_of_one_chat(scene):
    zh, en = [Command(name="help", description="帮助")], [Command(name="help", description="Help")]
    await scene.channel.announce({"zh_CN": zh, "en": en})
    await scene.channel.announce({"en": en}, scene.chat)
    group = Chat(channel="telegram", account="1", id=str(scene.api.group("组").id), kind=ChatKind.GROUP)
    await scene.channel.announce({"zh_CN": zh}, group)
    menus = {key: menu[0]["description"] for key, menu in scene.api.commands.items()}
    assert menus == {
        ("default", 0, ""): "帮助",
        ("default", 0, "en"): "Help",
        ("chat", scene.alice.id, ""): "Help",
        ("chat", int(group.id), ""): "帮助",
    }


async def test_the_link_that_opens_the_bot(scene):
    assert await scene.channel.introduce() == scene.channel.start_link == "https://t.me/pk_bot?start="


async def test_buttons_have_the_colours_telegram_has(scene):
    await scene.say(words("?", choices=((SUBMIT, Choice(label="作废", token="v", style="danger")),)))
    assert [button.get("style") for row in scene.alice.last.rows for button in row] == ["primary", "danger"]
