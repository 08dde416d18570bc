"""Delivering: by sessions while they live, by the robot with its answers per person, by cards; what refusals mean."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.dingtalk import DingTalkRobots, Robot, Roots
from bot.channels.dingtalk.cards import fits, texts, values_of
from bot.channels.dingtalk.refusals import refused, understood
from bot.channels.dingtalk.saying import by_session
from bot.channels.dingtalk.signature import sign
from bot.port import Chat, ChatKind, Choice, DeliveryError, Outgoing, Span
from tests.channels.contract import CANCEL, CARD, SUBMIT, picture
from tests.channels.dingtalk.conftest import DingTalkRig, by_stream
from tests.channels.surroundings import Clock
from tests.fakes.dingtalk import TEMPLATE, FakeDingTalk
from tests.fakes.dingtalk.render import render

HELLO = Outgoing(text=(Span(text="你好"),))
LONG = Outgoing(text=(Span(text="井盖。" * 800),), choices=((SUBMIT,),))


def paths(dingtalk: FakeDingTalk) -> list[str]:
    return [path.rpartition("/")[2] for path, _ in dingtalk.calls if "connections" not in path]


async def test_an_answer_goes_by_the_session_and_costs_no_call(stream: DingTalkRig):
    chat = await stream.chat()
    await stream.channel.send(chat, HELLO)
    await stream.channel.send(chat, CARD)
    assert paths(stream.dingtalk) == ["sendBySession", "sendBySession"]
    assert [each.way for each in stream.messages(chat)] == ["session", "session"]


async def test_the_context_of_an_answer_is_a_session_too(stream: DingTalkRig):
    incoming = await stream.hears(await stream.says("你好"))
    stream.channel._sessions.forget(incoming.chat.id)
    await stream.channel.send(incoming.chat, HELLO, incoming.context)
    assert paths(stream.dingtalk) == ["sendBySession"]


async def test_a_session_that_lies_elsewhere_is_none(stream: DingTalkRig):
    chat = await stream.chat()
    stream.channel._sessions.forget(chat.id)
    evil = {"webhook": "http://evil.example/robot/sendBySession?session=x", "until": 9e9}
    await stream.channel.send(chat, HELLO, evil)
    assert "batchSend" in paths(stream.dingtalk)


async def test_when_the_session_is_over_the_robot_speaks(make):
    clock = Clock()
    async with FakeDingTalk(clock=clock.unix) as dingtalk:
        rig_channel = {"roots": Roots(dingtalk.url, dingtalk.url), "clock": clock}
        async with by_stream(dingtalk, lambda shelf, **more: make(shelf, **rig_channel, **more)) as rig:
            chat = await rig.chat()
            clock.at += timedelta(seconds=5399)
            await rig.channel.send(chat, HELLO)
            assert paths(dingtalk) == ["accessToken", "batchSend"]


async def test_a_session_that_is_refused_before_its_time_is_dead(stream: DingTalkRig):
    chat = await stream.chat()
    stream.dingtalk.end_sessions()
    await stream.channel.send(chat, HELLO)
    await stream.channel.send(chat, HELLO)
    assert paths(stream.dingtalk) == ["sendBySession", "accessToken", "batchSend", "batchSend"]


@pytest.mark.parametrize(
    ("why", "reason", "permanent"),
    [("invalid", "blocked", True), ("filtered", "blocked", True), ("flowControlled", "busy", False)],
)
async def test_a_success_may_be_none_for_whom_it_was_meant(stream: DingTalkRig, why, reason, permanent):
    chat = await stream.chat()
    stream.dingtalk.end_sessions()
    stream.dingtalk.unreachable[stream.alice.staff] = why
    with pytest.raises(DeliveryError) as caught:
        await stream.channel.send(chat, HELLO)
    assert (caught.value.reason, caught.value.permanent) == (reason, permanent)


async def test_a_card_that_reached_no_chat_is_a_failure(cards: DingTalkRig):
    chat = await cards.chat()
    cards.dingtalk.unreachable[cards.alice.staff] = "invalid"
    with pytest.raises(DeliveryError, match="blocked"):
        await cards.channel.send(chat, CARD)


async def test_an_outsider_is_answered_by_the_session_or_not_at_all(stream: DingTalkRig):
    stream.people["bob"] = stream.dingtalk.person("bob", staff=False)
    chat = (await stream.hears(await stream.says("你好", who="bob"))).chat
    await stream.channel.send(chat, HELLO)
    assert [each.text for each in stream.messages(chat)] == ["你好"]
    stream.dingtalk.end_sessions()
    with pytest.raises(DeliveryError, match="blocked"):
        await stream.channel.send(chat, HELLO)


# --- tokens ----------------------------------------------------------------------------------------------------------


async def test_one_gets_a_token_for_all_who_wait(stream: DingTalkRig):
    chat = await stream.chat(group=True)
    stream.channel._sessions.forget(chat.id)
    async with asyncio.TaskGroup() as group:
        for _ in range(10):
            group.create_task(stream.channel.send(chat, HELLO))
    assert paths(stream.dingtalk).count("accessToken") == 1


async def test_a_token_that_dies_early_is_renewed_once(stream: DingTalkRig):
    chat = await stream.chat()
    stream.channel._sessions.forget(chat.id)
    await stream.channel.send(chat, HELLO)
    stream.dingtalk.tokens.clear()
    await stream.channel.send(chat, HELLO)
    assert paths(stream.dingtalk) == ["accessToken", "batchSend", "batchSend", "accessToken", "batchSend"]


async def test_a_token_that_is_always_refused_is_a_matter_of_credentials(stream: DingTalkRig):
    chat = await stream.chat()
    stream.channel._sessions.forget(chat.id)
    stream.dingtalk.trouble("batchSend", times=2, status=401, body='{"code": "InvalidAuthentication"}')
    with pytest.raises(DeliveryError) as caught:
        await stream.channel.send(chat, HELLO)
    assert (caught.value.reason, caught.value.permanent) == ("credentials", False)


@pytest.mark.parametrize(
    ("status", "code", "reason", "permanent"),
    [
        (403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "busy", False),
        (403, "Forbidden.AccessDenied.ApiCountLimitForOrg", "busy", False),
        (403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "credentials", False),
        (401, "InvalidAuthentication", "credentials", False),
        (400, "staffId.notExisted", "blocked", True),
        (400, "invalidParameter.msgParam.tooLong", "refused", True),
        (200, "130101", "busy", False),
        (200, "310000", "refused", True),
        (200, "40014", "credentials", False),
        (200, "90018", "busy", False),
        (200, "-1", "network", False),
    ],
)
def test_what_codes_mean(status, code, reason, permanent):
    error = refused(status, code)
    assert (error.reason, error.permanent) == (reason, permanent)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null"])
def test_what_is_no_answer_is_trouble_on_the_line(body):
    with pytest.raises(DeliveryError, match="network"):
        understood(200, body)


# --- cards -----------------------------------------------------------------------------------------------------------


async def test_the_pages_before_a_card_are_recalled_when_it_changes(cards: DingTalkRig):
    chat = await cards.chat()
    receipt = await cards.channel.send(chat, LONG)
    assert len(cards.messages(chat)) > 2
    assert {each.way for each in cards.messages(chat)} == {"robot", "card"}
    receipt = await cards.channel.edit(chat, receipt, CARD)
    assert [each.text for each in cards.messages(chat)] == ["井盖松动。"]
    assert receipt.detail == {}


async def test_what_a_card_cannot_become_is_gone(cards: DingTalkRig):
    chat = await cards.chat()
    receipt = await cards.channel.send(chat, CARD)
    plain = await cards.channel.send(chat, HELLO)
    for old, new in ((receipt, LONG), (plain, CARD)):
        with pytest.raises(DeliveryError) as caught:
            await cards.channel.edit(chat, old, new)
        assert (caught.value.reason, caught.value.permanent) == ("gone", True)


async def test_a_message_without_choices_says_that_it_cannot_be_edited(cards: DingTalkRig):
    receipt = await cards.channel.send(await cards.chat(), HELLO)
    assert receipt.editable_until == datetime(1970, 1, 1, tzinfo=UTC)


async def test_a_drawing_to_be_read_stands_alone_even_beside_a_card(cards: DingTalkRig):
    chat = await cards.chat()
    await cards.channel.send(chat, CARD.model_copy(update={"photos": (cards.blob(picture()),), "whole": True}))
    assert [len(each.photos) for each in cards.messages(chat)] == [1, 0]


async def test_nothing_is_not_said(stream: DingTalkRig):
    with pytest.raises(DeliveryError, match="refused"):
        await stream.channel.send(await stream.chat(), Outgoing())


def test_words_are_spread_over_variables_none_of_which_is_too_long():
    spans = (Span(text="*井盖*，[松动]。\n" * 60), Span(text="完", bold=True))
    found = texts(spans)
    assert len(found) > 1
    assert all(len(text.encode()) <= 1024 for text in found)
    assert "".join(render(text).text for text in found).replace("\n", "") == "*井盖*，[松动]。" * 60 + "完"


def test_what_fits_in_no_way_is_cut_and_never_an_edit():
    monster = Outgoing(text=(Span(text="*" * 4000),))
    assert not fits(monster)
    assert all(len(text.encode()) <= 1024 for text in texts(monster.text))


def test_five_of_the_longest_buttons_fit_into_one_variable():
    choices = tuple(Choice(label="路" * 30, token="x" * 64, style="primary") for _ in range(5))
    assert len(values_of(Outgoing(choices=(choices,)), ())["btns"].encode()) <= 1024


# --- custom robots ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def robots(dingtalk: FakeDingTalk):
    group = dingtalk.group("站前片区")
    dingtalk.custom_robot(group, "fictional-robot", "SECfictional")
    keys = {"station": Robot("fictional-robot", "SECfictional"), "wrong": Robot("fictional-robot", "SECwrong")}
    robots = DingTalkRobots(keys, roots=Roots(dingtalk.url, dingtalk.url))
    yield robots, group
    await robots.close()


def robot_chat(name: str) -> Chat:
    return Chat(channel="dingtalk", account="robots", id=f"robot:{name}", kind=ChatKind.GROUP)


async def test_a_custom_robot_signs_and_speaks_until_it_has_said_too_much(robots):
    speaking, group = robots
    for _ in range(20):
        await speaking.send(robot_chat("station"), Outgoing(text=(Span(text="日报", bold=True),)))
    assert group.messages[-1].bold == ["日报"]
    with pytest.raises(DeliveryError) as caught:
        await speaking.send(robot_chat("station"), HELLO)
    assert (caught.value.reason, caught.value.retry_after) == ("busy", 600)


@pytest.mark.parametrize(("name", "reason"), [("wrong", "refused"), ("nobody", "blocked")])
async def test_a_robot_that_is_not_let_in_is_a_lasting_failure(robots, name, reason):
    with pytest.raises(DeliveryError) as caught:
        await robots[0].send(robot_chat(name), HELLO)
    assert (caught.value.reason, caught.value.permanent) == (reason, True)


def test_a_custom_robot_is_signed_as_the_robot_is():
    assert sign("1577262236757", "this is secret") == "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="


async def test_cards_with_two_choices_read_as_said(cards: DingTalkRig):
    chat = await cards.chat(group=True)
    await cards.channel.send(chat, CARD)
    assert list(cards.messages(chat)[-1].buttons) == [SUBMIT.label, CANCEL.label]
    assert cards.dingtalk.calls[-1][1]["cardTemplateId"] == TEMPLATE


def test_whoever_is_mentioned_is_called_though_that_costs_the_bold():
    said = by_session(Outgoing(text=(Span(text="@李", mention="li"), Span(text=" 请看", bold=True))))
    assert (said["msgtype"], said["at"]["atUserIds"]) == ("text", ["li"])


async def test_a_card_in_a_group_calls_whoever_it_mentions_and_a_change_of_it_nobody(cards: DingTalkRig):
    chat = await cards.chat(group=True)
    await cards.channel.send(chat, CARD)
    assert "atUserIds" not in cards.dingtalk.calls[-1][1]["imGroupOpenDeliverModel"]
    calling = CARD.model_copy(update={"text": (Span(text="@点位长", mention="li"), Span(text=" 请签收"))})
    receipt = await cards.channel.send(chat, calling)
    assert cards.dingtalk.calls[-1][1]["imGroupOpenDeliverModel"]["atUserIds"] == {"li": "点位长"}
    await cards.channel.edit(chat, receipt, calling)
    assert "atUserIds" not in str(cards.dingtalk.calls[-1][1])
