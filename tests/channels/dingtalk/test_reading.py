"""Reading: the vendor's own examples, mentions, texts with several pictures, voices, buttons that speak, outsiders."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.dingtalk.messages import Arrival
from bot.channels.dingtalk.reading import envelopes, read
from bot.port import ChatKind, File, Incoming, Media, Photo, Press, Receipt, Sender, Text, Unsupported, Video, Voice
from tests.channels.dingtalk.conftest import DingTalkRig

FRAMES = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "frames.jsonl").read_text("utf-8").splitlines()
]
MESSAGES = {frame["msgtype"]: frame for frame in FRAMES if "msgtype" in frame}
IN_GROUP = next(json.loads(frame["data"]) for frame in FRAMES if frame.get("type") == "CALLBACK")


def heard(message: dict, kind: str = "message") -> list[Incoming]:
    """Bring a message in, and read what it became."""
    arrival = Arrival(kind=kind, id="push", at=1_700_000_000_000, data=json.dumps(message))
    return [read(each.body, "robot", "corp") for each in envelopes(arrival, "robot")]


def said(kind: str, *, group: bool = False, **what) -> list[Incoming]:
    return heard({**MESSAGES["text"], "msgtype": kind, "conversationType": "2" if group else "1", **what})


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("text", Text(text="hello DingTalk!")),
        ("picture", Photo(media=Media(ref="mIof****JE0E", mime="image/jpeg"))),
        ("video", Video(media=Media(ref="mIof****SaqP", mime="video/mp4"))),
        ("audio", Text(text="钉钉PaaS开放中心，致力为企业……")),
        ("file", File(media=Media(ref="LJYY****bw==", mime="application/zip", name="foobar.zip"))),
        ("unknownMsgType", Unsupported(what="unknownMsgType")),
        (
            "richText",
            Photo(
                media=Media(ref="mIof****7A==", mime="image/jpeg"),
                caption="这个问题示例图如下：通过以上示意图可以明白完整的交互流程",
            ),
        ),
    ],
)
def test_the_vendors_examples_are_read(kind, payload):
    message = MESSAGES[kind]
    (incoming,) = heard(message)
    assert incoming.payload == payload
    assert incoming.key == message["msgId"]
    assert incoming.sender == Sender(
        realm=message["senderCorpId"], id=message["senderStaffId"], name=message["senderNick"]
    )
    assert (incoming.chat.id, incoming.chat.kind) == (message["senderStaffId"], ChatKind.PRIVATE)
    assert incoming.at == datetime.fromtimestamp(message["createAt"] / 1000, UTC)
    assert incoming.context["webhook"] == message["sessionWebhook"]
    assert incoming.context_until == datetime.fromtimestamp(message["sessionWebhookExpiredTime"] / 1000, UTC)


def test_the_vendors_example_of_a_group_is_read_and_a_time_that_lacks_is_that_of_arrival():
    (incoming,) = heard(IN_GROUP)
    assert incoming.payload == Text(text="测试数据")
    assert (incoming.chat.id, incoming.chat.kind, incoming.chat.title) == ("cidAsXSBLnA==", ChatKind.GROUP, "测试群")
    assert incoming.at == datetime.fromtimestamp(1_700_000_000, UTC)


@pytest.mark.parametrize("text", [" 井盖松动", "@点位长助手 井盖松动", "@点位长助手\u2005井盖松动", "@a @b  井盖松动"])
def test_mentions_are_taken_off_in_groups(text):
    (incoming,) = said("text", group=True, text={"content": text})
    assert incoming.payload == Text(text="井盖松动")


def test_a_text_with_several_pictures_is_an_album_in_order():
    pieces = [{"text": "井盖松动"}, {"type": "picture", "downloadCode": "1"}, {"type": "picture", "downloadCode": "2"}]
    first, second = said("richText", content={"richText": pieces})
    assert (first.payload.caption, second.payload.caption) == ("井盖松动", "")
    assert [each.payload.media.ref for each in (first, second)] == ["1", "2"]
    assert first.payload.album == second.payload.album != ""
    assert (first.key, second.key) == (MESSAGES["text"]["msgId"], MESSAGES["text"]["msgId"] + "#1")


def test_a_rich_text_without_pictures_is_a_text():
    (incoming,) = said("richText", content={"richText": [{"text": "井盖"}, {"text": "松动"}]})
    assert incoming.payload == Text(text="井盖松动")


def test_a_voice_that_was_not_understood_is_a_voice():
    (incoming,) = said("audio", content={"downloadCode": "v", "recognition": " "})
    assert incoming.payload == Voice(media=Media(ref="v", mime="audio/amr"))


def test_a_button_that_speaks_is_a_press_whoever_says_it():
    (alone,) = said("text", text={"content": "提交 ⟨submit.1.a⟩"})
    (group,) = said("text", group=True, text={"content": " @点位长助手 提交 ⟨submit.1.a⟩"})
    assert alone.payload == group.payload == Press(token="submit.1.a")


@pytest.mark.parametrize("text", ["提交", "⟨a⟩", "提交 ⟨a b⟩", "提交 ⟨a⟩ 。", f"提交 ⟨{'a' * 65}⟩", "提\n交 ⟨a⟩"])
def test_other_words_are_no_press(text):
    (incoming,) = said("text", text={"content": text})
    assert incoming.payload == Text(text=text)


def test_an_outsider_is_known_by_the_id_that_is_there():
    outsider = {name: value for name, value in MESSAGES["text"].items() if name != "senderStaffId"}
    (incoming,) = heard(outsider)
    assert incoming.sender.id == incoming.chat.id == outsider["senderId"]


def test_a_tap_says_where_by_the_name_that_we_gave_the_card():
    tap = {
        "type": "actionCallback", "outTrackId": "pk-g-1", "corpId": "c", "userId": "u",
        "spaceId": "cid1", "spaceType": "IM",
        "content": json.dumps({"cardPrivateData": {"actionIds": ["1"], "params": {"token": "a.1."}}}),
    }  # fmt: skip
    (group,) = heard(tap, "tap")
    (alone,) = heard({**tap, "outTrackId": "pk-p-1"}, "tap")
    assert (group.chat.id, group.chat.kind) == ("cid1", ChatKind.GROUP)
    assert (alone.chat.id, alone.chat.kind) == ("u", ChatKind.PRIVATE)
    assert group.payload == Press(token="a.1.", receipt=Receipt(id="pk-g-1"), press_id="push")


async def test_half_a_character_is_kept(stream: DingTalkRig):
    stream.dingtalk.gateway.push("CALLBACK", "/v1.0/im/bot/messages/get", '"\ud83d')
    envelope = await stream.next()
    envelope.body.encode()
