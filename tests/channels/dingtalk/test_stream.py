"""The stream: kept before it is answered, the next line before the last is hung up, and back after any trouble."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.dingtalk import DingTalkChannel, Roots, arriving
from bot.port import Envelope
from tests.channels.dingtalk.conftest import DingTalkRig
from tests.channels.surroundings import Shelf, running
from tests.fakes.dingtalk import CLIENT, SECRET, TEMPLATE, FakeDingTalk
from tests.fakes.dingtalk.stream import MESSAGES, TAPS


class Intake:
    """Keeps what comes in when told to, or fails."""

    def __init__(self, *failures: Exception):
        self.failures = list(failures)
        self.came: asyncio.Queue[list[Envelope]] = asyncio.Queue()
        self.may = asyncio.Event()

    async def put(self, envelopes):
        self.came.put_nowait(list(envelopes))
        if self.failures:
            raise self.failures.pop(0)
        await self.may.wait()


@pytest.fixture
async def open_line(dingtalk: FakeDingTalk, make):
    intake = Intake()
    async with running(make(template=TEMPLATE), intake.put):
        await dingtalk.gateway.until(lambda: dingtalk.gateway.lines)
        yield intake


async def test_it_subscribes_to_messages_taps_and_events(dingtalk: FakeDingTalk, open_line: Intake):
    wanted = [("CALLBACK", MESSAGES), ("CALLBACK", TAPS), ("EVENT", "*")]
    assert dingtalk.gateway.subscriptions == [{"type": kind, "topic": topic} for kind, topic in wanted]


async def test_a_ping_gets_its_data_back(dingtalk: FakeDingTalk, open_line: Intake):
    push = dingtalk.gateway.push("SYSTEM", "ping", '{"opaque": "123-dsfs"}')
    answer = await asyncio.wait_for(push.answer, 5)
    assert (answer["code"], answer["data"]) == (200, '{"opaque": "123-dsfs"}')


async def test_what_nobody_handles_is_said(dingtalk: FakeDingTalk, open_line: Intake):
    dingtalk.gateway.push("CALLBACK", "/v1.0/something/new", "{}")
    await dingtalk.gateway.until(lambda: "answer 404" in dingtalk.gateway.events)


async def test_a_message_is_answered_only_once_it_is_kept(dingtalk: FakeDingTalk, open_line: Intake):
    push = dingtalk.person("alice").says("路灯不亮")
    await asyncio.wait_for(open_line.came.get(), 5)
    ping = dingtalk.gateway.push("SYSTEM", "ping", "{}")
    await asyncio.wait_for(ping.answer, 5)  # which one that is being kept does not hold up
    assert not push.answer.done()
    open_line.may.set()
    assert (await asyncio.wait_for(push.answer, 5))["data"] == '{"response": null}'


async def test_a_message_that_could_not_be_kept_is_kept_later_and_then_answered(dingtalk: FakeDingTalk, make):
    intake = Intake(OSError("no disk"))
    intake.may.set()
    async with running(make(), intake.put):
        push = dingtalk.person("alice").says("路灯不亮")
        await asyncio.wait_for(push.answer, 5)
    assert (push.times, intake.came.qsize()) == (1, 2)


async def test_a_message_that_is_pushed_again_meanwhile_is_the_same(make):
    async with FakeDingTalk(again=0.02) as dingtalk:
        intake = Intake()
        channel = DingTalkChannel(CLIENT, SECRET, Shelf(), roots=Roots(dingtalk.url, dingtalk.url), pause=0.01)
        async with running(channel, intake.put):
            push = dingtalk.person("alice").says("路灯不亮")
            first = await asyncio.wait_for(intake.came.get(), 5)
            await dingtalk.gateway.until(lambda: push.times > 1)
            intake.may.set()
            await asyncio.wait_for(push.answer, 5)
            again = await asyncio.wait_for(intake.came.get(), 5)
        await channel.close()
    assert [each.key for each in first] == [each.key for each in again]


async def test_a_tap_is_answered_in_time_though_it_is_not_kept_yet(
    dingtalk: FakeDingTalk, open_line: Intake, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(arriving, "_TAP_SECONDS", 0.01)
    push = dingtalk.gateway.push("CALLBACK", TAPS, '{"outTrackId": "pk-p-1", "userId": "u", "content": "{}"}')
    answer = await asyncio.wait_for(push.answer, 5)
    assert (answer["code"], answer["data"]) == (200, '{"response": {}}')
    assert open_line.came.qsize() == 1


def test_a_tap_has_half_a_second_left_of_the_vendors_two():
    assert arriving._TAP_SECONDS <= 1.5


async def test_the_next_line_is_open_before_the_last_is_hung_up(dingtalk: FakeDingTalk, open_line: Intake):
    gateway = dingtalk.gateway
    open_line.may.set()
    (first,) = gateway.lines
    await gateway.disconnect()
    await gateway.until(lambda: f"closed {first}" in gateway.events)
    assert [each.split()[0] for each in gateway.events] == ["opened", "disconnect", "opened", "closed"]
    await asyncio.wait_for(dingtalk.person("alice").says("还在").answer, 5)


async def test_what_was_pushed_into_a_dead_line_comes_by_the_next(dingtalk: FakeDingTalk, open_line: Intake):
    push = dingtalk.person("alice").says("路灯不亮")
    await asyncio.wait_for(open_line.came.get(), 5)
    await dingtalk.gateway.cut()
    await dingtalk.gateway.until(lambda: push.times == 2)
    open_line.may.set()
    await asyncio.wait_for(push.answer, 5)


@pytest.mark.parametrize(
    "what", [{"status": 502}, {"status": 200, "body": "<html>"}, {"status": 200, "body": "{}"}, {"cut": True},
             {"status": 200, "body": '{"endpoint": "ws://127.0.0.1:1", "ticket": "x"}'}],
)  # fmt: skip
async def test_trouble_at_opening_only_makes_it_slower(dingtalk: FakeDingTalk, make, what):
    dingtalk.trouble("connections/open", times=2, **what)
    async with running(make(), Intake().put):
        await dingtalk.gateway.until(lambda: dingtalk.gateway.lines)


async def test_frames_that_are_none_are_passed_over(stream: DingTalkRig):
    for line in stream.dingtalk.gateway.lines.values():
        for text in ("", "null", "[]", "{}", '{"headers": 1}', "[" * 10_000):
            await line.send_str(text)
    await stream.says("还在")
