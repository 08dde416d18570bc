"""Events of the organisation: who left and which group is no more is told, by whichever way; the rest is thanked for;
nothing forged is taken.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest

from bot.channels.dingtalk.messages import Arrival
from bot.channels.dingtalk.reading import envelopes, read
from bot.port import Chat, ChatKind, Envelope, Opened, Sender
from tests.channels.dingtalk.conftest import DingTalkRig
from tests.channels.surroundings import Clock, Shelf, running, served
from tests.channels.vectors import DINGTALK
from tests.fakes.dingtalk import CLIENT, CORP, EVENT_AES_KEY, EVENT_TOKEN
from tests.fakes.dingtalk.events import posted, read_answer

LEAVES = {"EventType": "user_leave_org", "EventTime": 1663143335567, "CorpId": CORP, "BizId": "1"}


class Subscribed:
    """An application to which events are posted; what it keeps is in `taken`."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.url, self.taken = clock, "", list[Envelope]()
        self.broken = 0

    async def intake(self, envelopes):
        if self.broken:
            self.broken -= 1
            raise OSError("no disk")
        self.taken += envelopes

    async def post(self, event: str, *, receiver: str = CLIENT, at: float | None = None, **forged) -> tuple[int, str]:
        """Post an event; return the status, and what was said in the envelope (or bare, where there is none)."""
        at = str(round((self.clock.unix() if at is None else at) * 1000))
        return await self.post_bare(receiver, **posted(event, at, receiver, **forged))

    async def post_bare(self, receiver: str = CLIENT, **what) -> tuple[int, str]:
        async with aiohttp.ClientSession() as client, client.post(self.url, **what) as answer:
            if answer.status != 200:
                return answer.status, await answer.text()
            return 200, read_answer(await answer.json(), receiver)


@asynccontextmanager
async def subscribed(make, clock: Clock, **settings):
    to = Subscribed(clock)
    told = {"event_token": EVENT_TOKEN, "event_aes_key": EVENT_AES_KEY, "clock": clock}
    async with served(make(**{**told, **settings}).routes(to.intake)) as root:
        to.url = f"{root}/dingtalk/event"
        yield to


@pytest.fixture
async def events(make):
    async with subscribed(make, Clock()) as to:
        yield to


def leaving(*staff: str, **more) -> str:
    return json.dumps({**LEAVES, "eventId": "event-1", "userId": list(staff), **more})


async def test_the_address_is_proven(events: Subscribed):
    assert await events.post('{"EventType": "check_url"}') == (200, "success")
    assert events.taken == []


async def test_the_published_question_is_answered(make):
    clock = Clock()
    clock.at = datetime.fromtimestamp(int(DINGTALK.timestamp) / 1000, UTC)
    owner = {"event_token": DINGTALK.token, "event_aes_key": DINGTALK.key, "corp": DINGTALK.receiver}
    async with subscribed(make, clock, **owner) as events:
        asked = {"signature": DINGTALK.signature, "timestamp": DINGTALK.timestamp, "nonce": DINGTALK.nonce}
        what = {"params": asked, "json": {"encrypt": DINGTALK.encrypted}}
        async with aiohttp.ClientSession() as client, client.post(events.url, **what) as answer:
            said = await answer.json()
    sealed = DINGTALK._replace(
        signature=said["msg_signature"], timestamp=said["timeStamp"], nonce=said["nonce"], encrypted=said["encrypt"]
    )
    assert (answer.status, sealed.opened()) == (200, b"success")


async def test_who_left_is_told_person_by_person(events: Subscribed, make):
    assert await events.post(leaving("manager1", "staff2")) == (200, "success")
    channel = make(clock=events.clock)
    first, second = (channel.parse(each.body) for each in events.taken)
    assert first.payload == second.payload == Opened(entering=False)
    assert first.chat == Chat(channel="dingtalk", account=CLIENT, id="manager1", kind=ChatKind.PRIVATE)
    assert (first.sender, first.at) == (Sender(realm=CORP, id="manager1"), events.clock.now())
    assert [(each.key, each.chat) for each in events.taken] == [
        (each.key, each.chat.key) for each in (first, second)
    ]  # fmt: skip
    assert second.chat.id == "staff2"


async def test_the_older_layout_is_read_as_well(events: Subscribed):
    older = {"EventType": "user_leave_org", "TimeStamp": 43535463645, "UserId": ["staff2"], "CorpId": CORP}
    await events.post(json.dumps(older))
    await events.post(json.dumps(older))
    assert len(events.taken) == 2
    assert len({each.key for each in events.taken}) == 1, "without an id, all that it says is the key"
    assert read(events.taken[0].body, CLIENT, "realm").sender == Sender(realm=CORP, id="staff2")


@pytest.mark.parametrize("name", ["openConversationId", "OpenConversationId"])
async def test_a_group_that_was_disbanded_is_told_as_one_that_is_left(events: Subscribed, name: str):
    ended = {**LEAVES, "EventType": "chat_disband", "chatId": "chat1", name: "cid-of-a-group=="}
    assert await events.post(json.dumps(ended)) == (200, "success")
    incoming = read(events.taken[0].body, CLIENT, "realm")
    assert incoming.payload == Opened(entering=False)
    assert incoming.chat == Chat(channel="dingtalk", account=CLIENT, id="cid-of-a-group==", kind=ChatKind.GROUP)
    assert (events.taken[0].key, events.taken[0].chat) == (incoming.key, incoming.chat.key)


async def test_an_application_may_be_addressed_by_its_organisation(events: Subscribed):
    assert await events.post(leaving("staff2"), receiver=CORP) == (200, "success")


async def test_what_could_not_be_kept_is_not_thanked_for_and_is_the_same_when_it_comes_again(events: Subscribed):
    events.broken = 1
    assert (await events.post(leaving("staff2")))[0] == 503
    assert events.taken == []
    assert await events.post(leaving("staff2")) == await events.post(leaving("staff2")) == (200, "success")
    assert len({each.key for each in events.taken}) == 1


@pytest.mark.parametrize(
    "event",
    [
        '{"EventType": "user_add_org", "userId": ["staff2"]}', '{"EventType": "check_in", "userId": 7, "eventId": 9}',
        '{"EventType": "chat_disband", "chatId": "chat1"}', '{"EventType": "user_leave_org"}',
        '{"EventType": "user_leave_org", "userId": [7, ""]}', "{}",
    ],
)  # fmt: skip
async def test_other_events_are_thanked_for_and_dropped(events: Subscribed, event: str, caplog):
    caplog.set_level(logging.DEBUG)
    assert await events.post(event) == (200, "success")
    assert events.taken == []
    assert "means nothing to us" in caplog.text


async def test_what_is_signed_but_no_event_is_kept_and_looked_at(events: Subscribed):
    assert await events.post("no JSON") == (200, "success")
    assert events.taken[0].key.startswith("sha256:")


async def test_forged_and_old_events_are_refused_and_it_is_not_said_why(events: Subscribed):
    refused = (403, "refused")
    now, event = events.clock.unix(), leaving("staff2")
    assert await events.post(event, token="somebody else's") == refused
    assert await events.post(event, key=EVENT_AES_KEY[::-1]) == refused
    assert await events.post(event, receiver="another application") == refused
    for at in (now - 3601, now + 3601, 10**30, -1):
        assert await events.post(event, at=at) == refused
    for bare in (b"", b"[]", b"{}", b'{"encrypt": 1}', b'{"encrypt": "AAAA"}', b"\xff", b"[" * 10_000):
        assert await events.post_bare(data=bare) == refused
    assert (await events.post_bare(data=b"x" * 1_000_001))[0] == 413
    assert events.taken == []


async def test_what_is_posted_again_within_the_hour_is_the_same(events: Subscribed):
    what = posted(leaving("staff2"), str(round(events.clock.unix() * 1000)), CLIENT)
    assert await events.post_bare(**what) == await events.post_bare(**what) == (200, "success")
    assert len({each.key for each in events.taken}) == 1


def test_without_a_subscription_nothing_is_posted(make):
    assert make().routes(None) == []
    assert len(make(mode="http").routes(None)) == 2


@pytest.mark.parametrize("key", ["", EVENT_AES_KEY[1:]])
def test_a_key_that_is_none_is_refused(make, key: str):
    with pytest.raises(ValueError, match="43"):
        make(event_token=EVENT_TOKEN, event_aes_key=key)


# --- by the stream ----------------------------------------------------------------------------------------------------


async def test_by_the_stream_it_is_the_same_event(stream: DingTalkRig):
    push = stream.dingtalk.push_event("user_leave_org", "event-1", userId=["staff2"])
    envelope = await stream.next()
    assert json.loads((await asyncio.wait_for(push.answer, 5))["data"])["status"] == "SUCCESS"
    by_http = Arrival(kind="event", id="", at=1, data=leaving("staff2"))
    assert envelope.key == next(envelopes(by_http, CLIENT)).key
    incoming = await stream.hears(envelope)
    assert (incoming.payload, incoming.sender) == (Opened(entering=False), Sender(realm=CORP, id="staff2"))


@pytest.mark.parametrize("data", ["{}", "null", "[]", '{"timeStamp": "1", "userId": ["staff2"]}'])
async def test_by_the_stream_other_events_are_thanked_for(stream: DingTalkRig, data: str):
    push = stream.dingtalk.gateway.push("EVENT", "*", data, eventType="user_add_org")
    assert json.loads((await asyncio.wait_for(push.answer, 5))["data"])["status"] == "SUCCESS"


async def test_by_the_stream_it_is_asked_to_come_later_until_it_is_kept(dingtalk, make):
    dingtalk.gateway.again, to = 0.02, Subscribed(Clock())
    to.broken = 1
    async with running(make(Shelf()), to.intake):
        await dingtalk.gateway.until(lambda: dingtalk.gateway.lines)
        push = dingtalk.push_event("user_leave_org", userId=["staff2"])
        await asyncio.wait_for(push.answer, 5)
    assert (push.times, len(to.taken)) == (2, 1)
