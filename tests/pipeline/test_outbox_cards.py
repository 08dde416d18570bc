"""Cards are sent once and edited after that, and come anew when somebody is to act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.pipeline.cards import Standing, Step, decide
from bot.port import Capabilities, DeliveryError, Outgoing, Receipt
from storage.models import Card, OutboxRow
from tests.pipeline.conftest import Rig

BUSY = DeliveryError("busy", permanent=False)


async def test_a_card_is_sent_once_and_edited_after_that(rig: Rig):
    for words in ("card 1", "card 2"):
        rig.says("wang", words)
        rig.work()
        await rig.deliver()

    (shown,) = rig.channel.messages("wang")
    assert (shown.text, shown.edits) == ("card 2", 1)
    assert _card(rig).delivered == _card(rig).wanted == 2


async def test_superseded_versions_are_skipped(rig: Rig):
    for words in ("card 1", "card 2", "card 3", "card 4"):
        rig.says("wang", words)
        rig.work()
    await rig.deliver()

    (shown,) = rig.channel.messages("wang")
    assert (shown.text, shown.edits) == ("card 4", 0)
    assert [row.state for row in rig.outgoing()] == ["sent"] * 4


async def test_a_row_that_waited_delivers_what_is_newest_by_then(rig: Rig):
    rig.says("wang", "card 1")
    rig.work()
    rig.channel.fail(BUSY)
    await rig.deliver()
    rig.says("wang", "card 2")
    rig.work()
    rig.clock.move(timedelta(seconds=2))
    await rig.deliver()

    (shown,) = rig.channel.messages("wang")
    assert (shown.text, shown.edits) == ("card 2", 0)


async def test_a_card_sent_anew_comes_to_the_bottom_and_its_old_message_loses_its_choices(rig: Rig):
    rig.says("wang", "card 1?", "words")
    rig.work()
    await rig.deliver()
    rig.says("wang", "card 2?!")
    rig.work()
    await rig.deliver()

    old, words, new = rig.channel.messages("wang")
    assert (words.text, new.text) == ("words", "card 2?!")
    assert (old.text, old.labels, new.labels) == ("card 1?", [], ["again"]), "what was asked can still be read"
    rig.says("wang", "card 3?")
    rig.work()
    await rig.deliver()
    assert rig.texts("wang")[-1] == "card 3?"


async def test_a_version_that_was_sent_is_not_sent_anew_after_a_crash(rig: Rig):
    for words in ("card 1", "card 2!"):
        rig.says("wang", words)
        rig.work()
    await rig.deliver()
    with rig.database.begin() as session:  # the crash came before the second row, which had nothing left to do
        session.get_one(OutboxRow, rig.outgoing()[-1].id).state = "pending"
    await rig.new_outbox().deliver_due()

    assert rig.texts("wang") == ["card 2!"]
    assert [row.state for row in rig.outgoing()] == ["sent"] * 2


async def test_an_edit_does_not_swallow_the_card_that_is_to_come_anew(rig: Rig):
    rig.says("wang", "card 1")
    rig.work()
    await rig.deliver()
    rig.says("wang", "card 2")
    rig.work()
    rig.says("wang", "card 3!")
    rig.work()
    await rig.deliver()

    assert rig.texts("wang") == ["card 2", "card 3!"]
    assert [shown.edits for shown in rig.channel.messages("wang")] == [1, 0], "the old one is edited once, to retire it"


async def test_two_calls_to_act_at_once_become_one(rig: Rig):
    rig.says("wang", "card 1!")
    rig.work()
    rig.says("wang", "card 2!")
    rig.work()
    await rig.deliver()

    assert rig.texts("wang") == ["card 2!"]


@pytest.mark.parametrize(("words", "expected"), [("card 2", []), ("card 2?", ["card 2?"])])
async def test_a_card_whose_message_is_gone_comes_again_only_if_somebody_is_to_act(
    rig: Rig, words: str, expected: list[str]
):
    rig.says("wang", "card 1")
    rig.work()
    await rig.deliver()
    rig.channel.messages("wang").clear()
    rig.says("wang", words)
    rig.work()
    await rig.deliver()

    assert rig.texts("wang") == expected


@pytest.mark.parametrize(("words", "expected"), [("card 2", ["card 1"]), ("card 2?", ["card 1", "card 2?"])])
async def test_where_nothing_can_be_edited_a_card_comes_again_only_if_somebody_is_to_act(
    make_rig, words: str, expected: list[str]
):
    rig = make_rig(capabilities=Capabilities(edits=False))
    rig.says("wang", "card 1")
    rig.work()
    await rig.deliver()
    rig.says("wang", words)
    rig.work()
    await rig.deliver()

    assert rig.texts("wang") == expected


async def test_a_message_too_old_to_edit_is_like_one_that_cannot_be(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    send = rig.channel.send

    async def send_for_an_hour(*args: object) -> Receipt:
        receipt = await send(*args)
        return receipt.model_copy(update={"editable_until": rig.clock.now() + timedelta(hours=1)})

    monkeypatch.setattr(rig.channel, "send", send_for_an_hour)
    rig.says("wang", "card 1?")
    rig.work()
    await rig.deliver()
    rig.clock.move(timedelta(hours=1))
    rig.says("wang", "card 2?")
    rig.work()
    await rig.deliver()

    assert rig.texts("wang")[-1] == "card 2?"
    assert len(rig.texts("wang")) == 2


@pytest.mark.parametrize(("until", "step"), [(None, Step.SKIP), (1, Step.EDIT), (-1, Step.SKIP)])
def test_where_nothing_can_be_edited_a_receipt_may_know_better(until: int | None, step: Step):
    now = datetime(2026, 3, 2, tzinfo=UTC)
    receipt = Receipt(id="m", editable_until=now + timedelta(hours=until) if until else None)
    card = Standing(1, wanted=2, body="{}", delivered=1, receipt=receipt, sent=1)

    assert decide(card, 2, anew=False, capabilities=Capabilities(edits=False), now=now) is step


async def test_a_receipt_renewed_by_a_tap_is_used_for_the_next_edit(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    used = []
    edit = rig.channel.edit

    async def noting(chat: object, receipt: Receipt, message: Outgoing) -> Receipt:
        used.append(receipt.detail)
        return await edit(chat, receipt.model_copy(update={"detail": {}}), message)

    monkeypatch.setattr(rig.channel, "edit", noting)
    rig.says("wang", "card 1")
    rig.work()
    await rig.deliver()
    with rig.database.begin() as session:
        card = session.query(Card).one()
        card.receipt = {**card.receipt, "detail": {"code": "fresh"}}
    rig.says("wang", "card 2")
    rig.work()
    await rig.deliver()

    assert used == [{"code": "fresh"}]


def _card(rig: Rig) -> Card:
    with rig.database.reading() as session:
        return session.query(Card).one()
