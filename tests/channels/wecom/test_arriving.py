"""What WeCom posts: proof of the address, 200 once it is kept, redelivery until then, and nothing forged."""

from __future__ import annotations

import asyncio
import logging

from bot.port import Opened, Press, Text
from tests.channels.contract import CARD
from tests.channels.surroundings import served
from tests.channels.wecom.conftest import WeComRig
from tests.fakes.wecom import AES_KEY

PHRASE = "1616140317555161061"


async def test_the_address_is_proven_with_the_bare_words(rig: WeComRig):
    assert await rig.wecom.pushing.prove(PHRASE, 1409659589) == (200, PHRASE)


async def test_a_proof_that_was_asked_for_by_somebody_else_is_refused(rig: WeComRig):
    rig.wecom.pushing.token = "somebody else's"
    status, answer = await rig.wecom.pushing.prove(PHRASE, 1409659589)
    assert status == 403
    assert PHRASE not in answer


async def test_a_callback_that_somebody_kept_is_not_read_to_them(rig: WeComRig):
    kept = "<xml><Content>路灯不亮</Content></xml>"
    assert await rig.wecom.pushing.prove(kept, round(rig.wecom.clock())) == (403, "refused")


async def test_the_answer_is_empty_and_comes_after_the_commit(rig: WeComRig):
    began, may_end = asyncio.Event(), asyncio.Event()

    async def slowly(envelopes):
        began.set()
        await may_end.wait()
        await rig.intake(envelopes)

    async with served(rig.channel.routes(slowly)) as root:
        rig.wecom.pushing.url = f"{root}/wecom/callback"
        rig.alice.says("路灯不亮")
        await began.wait()
        assert rig.wecom.pushing.statuses == []
        may_end.set()
        await rig.wecom.pushing.settled()
    assert (rig.wecom.pushing.statuses, rig.wecom.pushing.bodies) == ([200], [""])


async def test_what_could_not_be_kept_comes_again_and_is_the_same(rig: WeComRig, caplog):
    rig.broken = 2
    with caplog.at_level(logging.WARNING):
        envelope = await rig.says("路灯不亮")
        await rig.wecom.pushing.settled()
    assert rig.wecom.pushing.statuses == [503, 503, 200]
    assert rig.channel.parse(envelope.body).payload == Text(text="路灯不亮")
    assert "no disk" not in caplog.text


async def test_what_is_answered_too_late_comes_three_times_and_is_one(rig: WeComRig):
    free = asyncio.Event()

    async def slowly(envelopes):
        await free.wait()
        await rig.intake(envelopes)

    rig.wecom.pushing.seconds = 0.05
    async with served(rig.channel.routes(slowly)) as root:
        rig.wecom.pushing.url = f"{root}/wecom/callback"
        rig.alice.says("路灯不亮")
        await rig.wecom.pushing.settled()
        free.set()
        keys = {(await asyncio.wait_for(rig.taken.get(), 5)).key for _ in range(3)}
    assert rig.wecom.pushing.statuses == [0, 0, 0]
    assert len(keys) == 1


async def test_an_event_that_nobody_waits_for_is_taken_and_forgotten(rig: WeComRig):
    rig.alice.does("LOCATION", Latitude="25.8", Longitude="114.9", Precision="30")
    await rig.wecom.pushing.settled()
    assert (rig.wecom.pushing.statuses, rig.taken.qsize()) == ([200], 0)


async def test_forged_callbacks_are_refused_each_in_its_way(rig: WeComRig):
    other_key = AES_KEY[::-1]
    assert await rig.forged(token="x") == 403
    assert await rig.forged(receiver="another corporation") == 403
    assert await rig.forged(aes_key=other_key) == 403
    assert await rig.forged(body="no xml") == 403
    assert await rig.forged(body="<xml><Encrypt>AAAA</Encrypt></xml>") == 403
    assert await rig.forged(body="x" * 1_000_001) == 413
    for at in (rig.wecom.clock() - 3601, rig.wecom.clock() + 3601, 10**30):
        assert await rig.forged(at=at) == 403, "kept by somebody, for when we have forgotten it"
    assert await rig.forged(at=rig.wecom.clock() - 3600) == 200
    assert rig.taken.qsize() == 1


async def test_two_taps_in_one_second_are_two_and_a_redelivered_one_is_one(rig: WeComRig):
    chat = await rig.chat()
    await rig.channel.send(chat, CARD)
    first, second = await rig.presses("提交"), await rig.presses("取消")
    again = await rig.again()
    assert first.key != second.key == again.key


async def test_a_tap_brings_what_its_card_can_be_changed_by(rig: WeComRig):
    chat = await rig.chat()
    sent = await rig.channel.send(chat, CARD)
    press = (await rig.hears(await rig.presses("提交"))).payload
    assert isinstance(press, Press)
    assert press.receipt is not None
    assert (press.receipt.id, press.receipt.editable_until) == (sent.id, sent.editable_until)
    assert press.receipt.detail["code"] not in {"", sent.detail["code"]}


async def test_whoever_looks_at_the_app_often_is_greeted_once_a_day(rig: WeComRig, clock):
    first = await rig.arrives(rig.alice.enters())
    clock.at = clock.at.replace(hour=5)
    later = await rig.arrives(rig.alice.enters())
    clock.at = clock.at.replace(day=3)
    tomorrow = await rig.arrives(rig.alice.enters())
    assert first.key == later.key != tomorrow.key
    assert rig.channel.parse(first.body).payload == Opened()
