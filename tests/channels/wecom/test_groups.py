"""Groups: the chats that the app made and group robots, which are only spoken to."""

from __future__ import annotations

import logging
import os
import traceback

import pytest

from bot.channels.wecom import WeComGroups
from bot.port import Channel, Chat, ChatKind, DeliveryError, Media, Outgoing, Receipt, Span, Unparsable
from tests.channels.contract import CARD, Seen, picture
from tests.channels.surroundings import Shelf
from tests.channels.wecom.conftest import seen
from tests.fakes.wecom import CORP, ROBOT_KEY, SECRET, FakeWeCom

WORDS = Outgoing(text=(Span(text="通报", bold=True), Span(text="\n共 3 件，待办 1 件")))


def group(name: str) -> Chat:
    return Chat(channel="wecom", account="groups", id=name, kind=ChatKind.GROUP)


ROBOT, APPCHAT = group("robot:station"), group("appchat:lamps")


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def groups(wecom: FakeWeCom, shelf: Shelf, clock):
    wecom.appchats.add("lamps")
    robots = {"station": ROBOT_KEY, "old": "a-key-of-yesterday"}
    groups = WeComGroups(robots, shelf, corp=CORP, secret=SECRET, api=wecom.url, clock=clock)
    yield groups
    await groups.close()


def shown(wecom: FakeWeCom, chat: Chat) -> list[Seen]:
    return [seen(each) for each in wecom.chat("robot" if chat is ROBOT else chat.id).messages]


@pytest.mark.parametrize("chat", [ROBOT, APPCHAT], ids=["robot", "appchat"])
async def test_words_photos_and_files_are_shown(wecom: FakeWeCom, groups: WeComGroups, shelf: Shelf, chat: Chat):
    photo, table = shelf.put(picture()), shelf.put(b"PK cells")
    message = WORDS.model_copy(update={"photos": (photo,), "document": table, "document_name": "日报.xlsx"})
    receipt = await groups.send(chat, message)
    assert receipt.messages == 3
    assert shown(wecom, chat) == [
        Seen("", photos=1), Seen("", documents=[("日报.xlsx", b"PK cells")]), Seen(WORDS.plain, bold=["通报"]),
    ]  # fmt: skip


@pytest.mark.parametrize("chat", [ROBOT, APPCHAT], ids=["robot", "appchat"])
async def test_long_words_are_parted_and_buttons_left_out(wecom: FakeWeCom, groups: WeComGroups, chat: Chat):
    long = Outgoing(text=(Span(text="井盖。" * 600),), choices=CARD.choices)
    await groups.send(chat, long)
    assert "".join(each.text for each in shown(wecom, chat)) == long.plain
    assert len(shown(wecom, chat)) == 3


async def test_a_robot_calls_people_by_name(wecom: FakeWeCom, groups: WeComGroups):
    await groups.send(ROBOT, Outgoing(text=(Span(text="@李", mention="li"), Span(text=" 请看", bold=True))))
    assert wecom.chat("robot").messages[0].content["text"]["mentioned_list"] == ["li"]
    await groups.send(ROBOT, Outgoing(text=(Span(text="@李", mention="li"), Span(text="井盖。" * 400))))
    pages = [each.content["text"] for each in wecom.chat("robot").messages[1:]]
    assert [page.get("mentioned_list") for page in pages] == [None, ["li"]], "once"


@pytest.mark.parametrize(("name", "reason", "permanent"), [
    ("robot:nobody", "blocked", True), ("robot:old", "refused", False), ("appchat:another", "blocked", True),
    ("elsewhere", "blocked", True),
])  # fmt: skip
async def test_a_group_that_is_not_there_hurts_no_other(groups: WeComGroups, name: str, reason: str, permanent: bool):
    with pytest.raises(DeliveryError) as caught:
        await groups.send(group(name), WORDS)
    assert (caught.value.reason, caught.value.permanent) == (reason, permanent)


async def test_a_robot_that_says_too_much_is_told_and_waits(groups: WeComGroups):
    for _ in range(20):
        await groups.send(ROBOT, WORDS)
    with pytest.raises(DeliveryError) as caught:
        await groups.send(ROBOT, WORDS)
    assert (caught.value.reason, caught.value.retry_after) == ("busy", 60)


@pytest.mark.parametrize("message", [Outgoing(), Outgoing(photos=("ab" * 32,))])
async def test_what_cannot_be_said_is_refused(groups: WeComGroups, message: Outgoing):
    with pytest.raises(DeliveryError, match="refused"):
        await groups.send(ROBOT, message)


async def test_a_picture_beyond_two_megabytes_is_refused(groups: WeComGroups, shelf: Shelf):
    with pytest.raises(DeliveryError, match="too big"):
        await groups.send(ROBOT, Outgoing(photos=(shelf.put(os.urandom(2_097_153)),)))


async def test_nothing_comes_in_and_nothing_is_changed(groups: WeComGroups):
    async def intake(_envelopes: object) -> None:
        raise AssertionError

    assert isinstance(groups, Channel)
    assert not groups.capabilities.hears
    await groups.receive(intake)
    await groups.acknowledge("x")
    await groups.announce({})
    assert await groups.check() == "station, old"
    with pytest.raises(Unparsable):
        groups.parse("{}")
    for attempt in (groups.edit(ROBOT, Receipt(id="x"), WORDS), groups.fetch(Media(ref="x"))):
        with pytest.raises(DeliveryError, match="gone"):
            await attempt


async def test_a_robots_key_is_told_to_nobody(wecom: FakeWeCom, groups: WeComGroups, caplog):
    told = []
    with caplog.at_level(logging.DEBUG):
        for kind in ("error", "drop", "truncate"):
            wecom.trouble(kind, "webhook/send")
            with pytest.raises(DeliveryError) as caught:
                await groups.send(ROBOT, WORDS)
            told.append("".join(traceback.format_exception(caught.value)) + repr(caught.value))
    assert not [each for each in (*told, caplog.text, repr(groups)) if ROBOT_KEY in each]
