"""Sending to members: pages, cards and their one-use codes, media, tokens, and what refusals mean."""

from __future__ import annotations

import asyncio
import logging
import traceback
from datetime import timedelta

import pytest

from bot.channels.wecom import cards, markup
from bot.channels.wecom.refusals import refused, understood
from bot.port import Chat, Choice, DeliveryError, Location, Media, Outgoing, Receipt, Span
from tests.channels.contract import CARD, NASTY, SUBMIT, Seen, picture
from tests.channels.wecom.conftest import WeComRig
from tests.fakes.wecom import AES_KEY, SECRET, TOKEN

ALICE = Chat(channel="wecom", account="1000002", id="alice")
HELLO = Outgoing(text=(Span(text="你好"),))
DONE = Outgoing(text=(Span(text="已提交。"),))
SUMMARY = Outgoing(
    text=(Span(text="A0302-001 井盖松动\n解放路与西街路口\n\n没问题的话，点“提交”。"),), choices=CARD.choices
)
LONG = Outgoing(text=(Span(text="详情。" * 200 + "\n点“提交”。"),), choices=CARD.choices)


async def failure(attempt) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await attempt
    return caught.value


# --- words -----------------------------------------------------------------------------------------------------------


async def test_bold_words_are_markdown_and_all_others_are_text(rig: WeComRig):
    bold = Outgoing(
        text=(Span(text="通报", bold=True), Span(text="\n共 3 件，见 "), Span(text="表", url="https://a.example/(x)"))
    )
    await rig.channel.send(ALICE, bold)
    await rig.channel.send(ALICE, Outgoing(text=(*bold.text, Span(text="\n- 一*"))))
    first, second = rig.messages(ALICE)
    assert first.content["markdown"]["content"] == "**通报**\n共 3 件，见 [表](https://a.example/%28x%29)"
    assert second.content["text"]["content"] == '通报\n共 3 件，见 <a href="https://a.example/%28x%29">表</a>\n- 一*'


async def test_nobody_can_write_a_link_that_looks_like_ours(rig: WeComRig):
    forged = '<a href="https://evil.example">点我</a> < A href=x>'
    await rig.channel.send(ALICE, Outgoing(text=(Span(text=forged), Span(text="看图", url='https://a.example/"><a'))))
    seen = (await rig.shown(ALICE))[-1]
    assert seen.links == ["https://a.example/%22%3E%3Ca"]
    assert seen.text.replace("\u200b", "") == forged + "看图"


@pytest.mark.parametrize("render", [markup.as_text, markup.as_markdown])
def test_pages_stay_within_the_limit_with_all_their_marks(render):
    spans = [Span(text=f"第{number}件", url="https://a.example/" + "x" * 60, bold=True) for number in range(200)]
    pages = markup.pages(spans, 2048, render)
    assert max(len(page.encode()) for page in pages) <= 2048
    assert "".join(pages) == render(spans)


async def test_a_place_is_a_link_to_a_map_of_its_datum(rig: WeComRig):
    await rig.channel.send(ALICE, Outgoing(location=Location(lat=25.845, lon=114.935, name="西街")))
    seen = (await rig.shown(ALICE))[-1]
    assert seen.text == "📍 西街"
    assert "marker=coord:25.84" in seen.links[0]
    assert "25.845000" not in seen.links[0], "a map of China shows another number"


async def test_a_message_of_nothing_is_refused(rig: WeComRig):
    assert (await failure(rig.channel.send(ALICE, Outgoing()))).permanent


# --- cards -----------------------------------------------------------------------------------------------------------


async def test_a_card_has_a_title_the_other_lines_and_a_style_for_each_button(rig: WeComRig):
    choices = ((SUBMIT, Choice(label="作废", token="void", style="danger")),)
    await rig.channel.send(ALICE, SUMMARY.model_copy(update={"choices": choices}))
    card = rig.messages(ALICE)[-1].card
    assert card is not None
    assert card.body["main_title"] == {"title": "A0302-001 井盖松动"}
    assert card.body["sub_title_text"] == "解放路与西街路口\n\n没问题的话，点“提交”。"
    assert [(each["style"], each["key"]) for each in card.body["button_list"]] == [(1, "submit.1.a"), (3, "void")]


async def test_words_that_no_card_holds_come_before_it_and_it_bears_the_last_line(rig: WeComRig):
    receipt = await rig.channel.send(ALICE, LONG)
    seen = await rig.shown(ALICE)
    assert "".join(each.text for each in seen) == LONG.plain
    assert (seen[-1].text, seen[-1].labels) == ("点“提交”。", ["提交", "取消"])
    assert receipt.messages == len(seen) == 2


async def test_labels_that_no_button_holds_are_told_whole_above(rig: WeComRig):
    places = [Choice(label=f"{number}. 解放路与西街…", token=f"place.{number}") for number in (1, 2)]
    lines = Span(text="\n\n1. 解放路与西街路口东南角\n2. 解放路与西街路口西北角")
    asked = Outgoing(text=(Span(text="是哪里？"), lines), choices=((places[0],), (places[1],)), numbered=True)
    await rig.channel.send(ALICE, asked)
    seen = (await rig.shown(ALICE))[-1]
    assert seen.text == asked.plain
    assert seen.labels == ["1. 解放路与西街…", "2. 解放路与西街…"]
    long = asked.model_copy(update={"text": (Span(text="详情。" * 200 + "\n是哪里？"), lines)})
    await rig.channel.send(ALICE, long)
    before, card = (await rig.shown(ALICE))[-2:]
    assert before.text.endswith(lines.text)
    assert card.text == "是哪里？", "and not the last of the choices"


async def test_a_card_is_changed_once_and_again_after_a_tap(rig: WeComRig, clock):
    receipt = await rig.channel.send(ALICE, CARD)
    assert receipt.editable_until == clock.at + timedelta(hours=72)
    spent = await rig.channel.edit(ALICE, receipt, SUMMARY)
    assert await rig.shown(ALICE) == [Seen(SUMMARY.plain, ["提交", "取消"])]
    assert spent.editable_until is not None
    assert spent.editable_until < clock.at
    for used in (receipt, spent):
        assert (await failure(rig.channel.edit(ALICE, used, DONE))).reason == "gone"

    press = (await rig.hears(await rig.presses("提交"))).payload
    await rig.channel.edit(ALICE, press.receipt, DONE)
    assert await rig.shown(ALICE) == [Seen("已提交。")]


async def test_a_code_dies_after_72_hours(rig: WeComRig, clock):
    receipt = await rig.channel.send(ALICE, CARD)
    clock.at += timedelta(hours=72)
    assert (await failure(rig.channel.edit(ALICE, receipt, DONE))).reason == "gone"


async def test_a_text_cannot_be_changed(rig: WeComRig, clock):
    receipt = await rig.channel.send(ALICE, HELLO)
    assert receipt.editable_until is not None
    assert receipt.editable_until < clock.at
    assert (await failure(rig.channel.edit(ALICE, receipt, DONE))).reason == "gone"


async def test_a_change_that_is_too_long_is_none_where_somebody_must_act_and_is_clipped_where_nobody_must(
    rig: WeComRig,
):
    receipt = await rig.channel.send(ALICE, CARD)
    assert (await failure(rig.channel.edit(ALICE, receipt, LONG))).reason == "gone"
    assert "message/update_template_card" not in rig.wecom.paths(), "the code is not wasted"
    await rig.channel.edit(ALICE, receipt, Outgoing(text=(Span(text="已结案。\n" + "详情。" * 200),)))
    seen = (await rig.shown(ALICE))[-1]
    assert seen.text.startswith("已结案。\n详情。")
    assert seen.text.endswith("…")
    assert len(seen.text.encode()) <= cards.TITLE + cards.WORDS + 1


async def test_a_photo_that_came_later_is_sent_beside_the_card_where_somebody_must_act(rig: WeComRig):
    first, second = rig.blob(picture()), rig.blob(picture("green"))
    receipt = await rig.channel.send(ALICE, CARD.model_copy(update={"photos": (first,)}))
    receipt = await rig.channel.edit(ALICE, receipt, SUMMARY.model_copy(update={"photos": (first, second)}))
    card, photo, words = (await rig.shown(ALICE))[1:]
    assert (card.photos, photo.photos, words.photos) == (0, 1, 0)
    assert words.text == SUMMARY.plain.split("\n")[0], "it tells which card the photo belongs to"
    assert (receipt.detail, receipt.messages) == ({"photos": [first, second]}, 2)


async def test_a_card_that_only_gets_a_photo_keeps_its_one_change(rig: WeComRig):
    photo = rig.blob(picture())
    receipt = await rig.channel.send(ALICE, CARD)
    receipt = await rig.channel.edit(ALICE, receipt, CARD.model_copy(update={"photos": (photo,)}))
    assert [each.photos for each in await rig.shown(ALICE)] == [0, 1, 0]
    assert "message/update_template_card" not in rig.wecom.paths()
    await rig.channel.edit(ALICE, receipt, SUMMARY.model_copy(update={"photos": (photo,)}))
    assert rig.wecom.paths()[-1] == "message/update_template_card"


# --- media -----------------------------------------------------------------------------------------------------------


async def test_a_blob_is_uploaded_once_while_wecom_keeps_it(rig: WeComRig, clock):
    message = Outgoing(photos=(rig.blob(picture()),))
    await rig.channel.send(ALICE, message)
    await rig.channel.send(ALICE, message)
    assert rig.wecom.paths().count("media/upload") == 1
    clock.at += timedelta(days=3)
    await rig.channel.send(ALICE, message)
    assert rig.wecom.paths().count("media/upload") == 2


async def test_a_file_that_wecom_has_forgotten_is_uploaded_anew(rig: WeComRig):
    message = Outgoing(document=rig.blob(b"PK cells"), document_name='日"报\n.xlsx')
    await rig.channel.send(ALICE, message)
    rig.wecom.media.clear()
    await rig.channel.send(ALICE, message)
    assert [each.documents[0][0] for each in await rig.shown(ALICE)] == ["日_报_.xlsx"] * 2


async def test_a_blob_that_is_not_there_is_refused(rig: WeComRig):
    assert (await failure(rig.channel.send(ALICE, Outgoing(photos=("ab" * 32,))))).permanent


async def test_media_are_gone_after_three_days(rig: WeComRig, clock):
    media = (await rig.hears(await rig.sends_photo(picture()))).payload.media
    assert await rig.channel.fetch(media) == picture()
    clock.at += timedelta(days=3)
    assert (await failure(rig.channel.fetch(media))).reason == "gone"


async def test_a_download_that_fails_for_now_is_not_gone(rig: WeComRig):
    rig.wecom.trouble("error", "media/get", code=500)
    assert not (await failure(rig.channel.fetch(Media(ref="x")))).permanent
    rig.wecom.refuse(-1, "media/get")
    assert not (await failure(rig.channel.fetch(Media(ref="x")))).permanent


# --- tokens ----------------------------------------------------------------------------------------------------------


async def test_a_token_is_asked_for_once_by_many_and_again_five_minutes_before_it_dies(rig: WeComRig, clock):
    await asyncio.gather(*(rig.channel.send(ALICE, HELLO) for _ in range(8)))
    assert rig.wecom.granted == 1
    clock.at += timedelta(minutes=114)
    await rig.channel.send(ALICE, HELLO)
    assert rig.wecom.granted == 1
    clock.at += timedelta(minutes=1)
    await rig.channel.send(ALICE, HELLO)
    assert rig.wecom.granted == 2


async def test_a_token_that_died_early_is_replaced_once_by_many(rig: WeComRig):
    await rig.channel.send(ALICE, HELLO)
    rig.wecom.invalidate_tokens()
    await asyncio.gather(*(rig.channel.send(ALICE, HELLO) for _ in range(8)))
    assert rig.wecom.granted == 2
    assert len(rig.messages(ALICE)) == 9


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_is_replaced_once_and_no_more(rig: WeComRig, code: int):
    rig.wecom.refuse(code, times=1)
    await rig.channel.send(ALICE, HELLO)
    rig.wecom.refuse(code, times=2)
    assert (await failure(rig.channel.send(ALICE, HELLO))).reason == "credentials"
    assert rig.wecom.granted == 3


async def test_the_settings_are_proven_by_one_call(rig: WeComRig, make):
    assert await rig.channel.check() == "点位长助手"
    assert (await failure(make(secret="wrong").check())).reason == "credentials"


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "reason", "permanent", "pause"), [
    (-1, "network", False, None), (45009, "busy", False, 60), (45033, "busy", False, 60),
    (60020, "credentials", False, 60), (48002, "credentials", False, 60), (81013, "blocked", True, None),
    (86008, "blocked", True, None), (93000, "refused", False, 300), (82004, "refused", True, None),
    (40058, "refused", True, None), ("?", "refused", True, None),
])  # fmt: skip
def test_codes_have_their_meaning(code: object, reason: str, permanent: bool, pause: float | None):
    error = refused(code)
    assert (error.reason, error.permanent, error.retry_after) == (reason, permanent, pause)


@pytest.mark.parametrize("answer", [(200, b"<html>"), (200, b"[]"), (502, b'{"errcode": 0}')])
def test_what_is_no_answer_is_trouble_on_the_way(answer: tuple[int, bytes]):
    with pytest.raises(DeliveryError, match="network"):
        understood(*answer)


async def test_who_is_not_licensed_gets_nothing_though_the_call_succeeds(rig: WeComRig):
    rig.wecom.unlicensed.add("alice")
    assert (await failure(rig.channel.send(ALICE, HELLO))).reason == "blocked"


@pytest.mark.parametrize("kind", ["drop", "drop_accepted", "truncate"])
async def test_a_broken_answer_is_worth_another_try(rig: WeComRig, kind: str):
    rig.wecom.trouble(kind, "message/send")
    assert (await failure(rig.channel.send(ALICE, HELLO))).reason == "network"
    await rig.channel.send(ALICE, HELLO)


async def test_the_rest_of_what_has_begun_to_arrive_does_not_begin_anew(rig: WeComRig, monkeypatch):
    monkeypatch.setattr("bot.channels.wecom.delivering._PAUSE", 0)
    words = Outgoing(text=(Span(text="甲" * 1500),))
    rig.wecom.trouble("slow", "message/send", seconds=0)
    rig.wecom.refuse(-1, times=3)
    await rig.channel.send(ALICE, words)
    assert "".join(each.text for each in await rig.shown(ALICE)) == words.plain


async def test_what_exceeds_a_members_limit_vanishes_without_a_word(rig: WeComRig):
    """So it is the double that shows why the outbox must stay below."""
    for _ in range(32):
        await rig.channel.send(ALICE, HELLO)
    assert (len(rig.messages(ALICE)), rig.wecom.chat("alice").dropped) == (30, 2)


async def test_no_secret_is_told_to_anybody(rig: WeComRig, make, caplog):
    told, codes = [], set()
    with caplog.at_level(logging.DEBUG):
        for root in (rig.wecom.url, "http://127.0.0.1:1", "http://127.0.0.1:x", "nonsense"):
            channel = make(rig.shelf, api=root)
            for kind in ("error", "drop", "truncate", "refuse"):
                rig.wecom.trouble(kind, "message/send", code=40001 if kind == "refuse" else 500, description="?")
                rig.wecom.trouble(kind, "message/update_template_card", code=500, description="?")
                for attempt in (
                    channel.send(ALICE, CARD), channel.fetch(Media(ref="none")), channel.check(),
                    channel.edit(ALICE, Receipt(id="pk-1", detail={"code": "a-fictional-response-code"}), DONE),
                ):  # fmt: skip
                    try:
                        await attempt
                    except DeliveryError as error:
                        told.append("".join(traceback.format_exception(error)) + repr(error))
                codes |= set(rig.wecom.tokens)
            told.append(repr(channel) + str(channel))
        await rig.forged(token="x")
        await rig.says(NASTY)
    secrets = {SECRET, TOKEN, AES_KEY, "a-fictional-response-code", *codes}
    assert len(secrets) > 4
    assert len(told) > 20
    assert not [each for each in (*told, caplog.text) if any(secret in each for secret in secrets)]
    assert "access_token" not in caplog.text


@pytest.mark.parametrize("path", ["gettoken", "media/upload"])
async def test_an_answer_without_what_it_must_hold_is_trouble_on_the_way(rig: WeComRig, monkeypatch, path: str):
    """Not a fault of ours, for which a message is given up after five tries."""
    ask = rig.channel._calls._ask

    async def without(method, at, query, **sent):
        return {"errcode": 0} if path in at else await ask(method, at, query, **sent)

    monkeypatch.setattr(rig.channel._calls, "_ask", without)
    assert (await failure(rig.channel.send(ALICE, Outgoing(photos=(rig.blob(picture()),))))).reason == "network"
