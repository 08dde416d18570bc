"""The outbox: in order within a chat, until it arrives or is known to be impossible; cards edited in place."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.pipeline.cards import Standing, Step, decide
from bot.pipeline.delivery import LONGEST_PAUSE, TRIES_AFTER_A_FAULT
from bot.port import Capabilities, DeliveryError, Outgoing, Receipt
from storage.models import Card, Identity, OutboxRow
from tests.pipeline.conftest import Rig, card

BUSY = DeliveryError("busy", permanent=False)


def states(rig: Rig) -> list[str]:
    return [row.state for row in rig.outgoing()]


async def test_messages_arrive_in_order_and_once(rig: Rig):
    rig.says("wang", "1", "2", "3")
    rig.says("li", "4")
    rig.work()
    await rig.deliver()
    await rig.deliver()
    await rig.new_outbox().deliver_due()

    assert rig.texts("wang") == ["1", "2", "3"]
    assert rig.texts("li") == ["4"]
    assert states(rig) == ["sent"] * 4


async def test_a_row_committed_late_with_a_lower_id_is_delivered_too(rig: Rig):
    rig.says("wang", "1", "2")
    rig.work()
    first = rig.outgoing()[0]
    with rig.database.begin() as session:
        session.delete(session.get_one(OutboxRow, first.id))
    await rig.deliver()
    with rig.database.begin() as session:
        session.merge(first)
    await rig.deliver()

    assert rig.texts("wang") == ["2", "1"]


@pytest.mark.parametrize("words", ["1", "card 1"])
async def test_what_ends_while_the_rows_are_read_is_not_said_twice(
    rig: Rig, words: str, monkeypatch: pytest.MonkeyPatch
):
    rig.says("wang", words)
    rig.work()
    outbox, send, read = rig.outbox, rig.channel.send, rig.database.read
    seen, reading = [], asyncio.Event()

    async def send_while_rows_are_read(*what: Any) -> Receipt:
        outbox.wake()
        await reading.wait()
        return await send(*what)

    async def read_until_all_is_sent(work: Any) -> Any:
        seen.append(await read(work))
        if len(seen) == 2:
            reading.set()
            while outbox._lanes.ids:  # noqa: ASYNC110 -- nobody tells of it
                await asyncio.sleep(0)
            return seen[0]
        return seen[-1]

    monkeypatch.setattr(rig.channel, "send", send_while_rows_are_read)
    monkeypatch.setattr(rig.database, "read", read_until_all_is_sent)
    await rig.deliver()

    assert len(seen) >= 2
    assert rig.texts("wang") == [words]


async def test_the_context_of_what_is_answered_comes_along(rig: Rig):
    envelope = rig.channel.says("wang", "1")
    body = rig.channel.parse(envelope.body).model_copy(update={"context": {"session": "s1"}})
    rig.put(rig.channel.envelope(body))
    rig.work()
    await rig.deliver()

    assert rig.channel.contexts == [{"session": "s1"}]


# --- when it does not arrive -----------------------------------------------------------------------------------------


async def test_the_platforms_pause_is_kept_and_the_order_too(rig: Rig):
    rig.says("wang", "1", "2")
    rig.says("li", "3")
    rig.work()
    rig.channel.fail(DeliveryError("busy", permanent=False, retry_after=7))
    await rig.deliver()
    assert rig.texts("wang") == []
    assert rig.texts("li") == ["3"]

    rig.clock.move(timedelta(seconds=6.9))
    await rig.deliver()
    assert rig.texts("wang") == []

    rig.clock.move(timedelta(seconds=0.1))
    await rig.deliver()
    assert rig.texts("wang") == ["1", "2"]
    assert rig.outgoing()[0].attempts == 1


async def test_pauses_grow_up_to_five_minutes_and_survive_a_restart(rig: Rig):
    rig.says("wang", "1")
    rig.work()
    pauses = []
    for _ in range(12):
        rig.channel.fail(BUSY)
        rig.outbox = rig.new_outbox()
        await rig.deliver()
        pauses.append((rig.outgoing()[0].not_before - rig.clock.now()).total_seconds())
        rig.clock.move(timedelta(seconds=pauses[-1]))

    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, *[LONGEST_PAUSE] * 3]


async def test_what_has_expired_is_given_up(rig: Rig):
    rig.says("wang", "1", "2")
    rig.work()
    rig.channel.fail(DeliveryError("busy", permanent=False, retry_after=3 * 24 * 3600))
    await rig.deliver()
    assert states(rig) == ["failed", "sent"]
    assert rig.outgoing()[0].reason == "expired: busy"

    rig.says("wang", "3")
    rig.work()
    rig.clock.move(timedelta(days=3))
    await rig.deliver()
    assert rig.outgoing()[2].reason == "expired"
    assert rig.texts("wang") == ["2"]


async def test_a_permanent_failure_ends_one_message_and_not_the_lane(rig: Rig):
    rig.says("wang", "1", "2")
    rig.work()
    rig.channel.fail(DeliveryError("refused", permanent=True, detail="photo too large"))
    await rig.deliver()

    assert states(rig) == ["failed", "sent"]
    assert rig.outgoing()[0].reason == "refused: photo too large"


async def test_a_photo_that_is_refused_takes_no_words_along(rig: Rig):
    """Too large, or erased meanwhile: whoever must act hears of it all the same."""
    shown = Outgoing(text=card("act?").text, photos=("aa",), choices=card("act?").choices)
    rig.handler = lambda turn: turn.show("draft:1", "view", shown)
    rig.says("wang", "1")
    rig.work()
    rig.channel.fail(DeliveryError("refused", permanent=True, detail="picture is too big"))
    await rig.deliver()

    (message,) = rig.channel.messages("wang")
    assert (message.text, message.labels, message.message.photos) == ("act?", ["again"], ())
    assert states(rig) == ["sent"]


async def test_whoever_blocked_the_bot_is_no_longer_reachable_until_they_write(rig: Rig):
    rig.says("wang", "1")
    rig.work()
    rig.channel.blocked.add("wang")
    await rig.deliver()
    assert states(rig) == ["failed"]
    assert not _identity(rig).reachable

    rig.channel.blocked.clear()
    rig.says("wang", "2")
    rig.work()
    assert _identity(rig).reachable


async def test_a_chat_that_moved_gets_its_messages_under_its_new_id(rig: Rig):
    group = rig.channel.group("old")
    rig.says("wang", "1", "2", chat=group)
    rig.work()
    rig.channel.moved["old"] = "new"
    await rig.deliver()

    assert rig.texts("new") == ["1", "2"]
    assert states(rig) == ["sent", "sent"]


async def test_a_dead_token_pauses_everyone_and_fails_nothing(rig: Rig, caplog: pytest.LogCaptureFixture):
    rig.says("wang", "1")
    rig.says("li", "2")
    rig.work()
    rig.channel.fail(*[DeliveryError("credentials", permanent=True)] * 2)
    await rig.deliver()
    assert states(rig) == ["pending", "pending"]
    assert "not let in" in caplog.text

    rig.clock.move(timedelta(seconds=2))
    await rig.deliver()
    assert states(rig) == ["sent", "sent"]


async def test_a_fault_of_ours_is_tried_a_few_times_and_then_lets_the_lane_go_on(rig: Rig):
    rig.says("wang", "1", "2")
    rig.work()
    rig.channel.fail(*[ZeroDivisionError()] * TRIES_AFTER_A_FAULT)
    await rig.deliver_all()

    assert states(rig) == ["failed", "sent"]
    assert rig.outgoing()[0].reason == "fault"


async def test_a_receipt_is_not_forgotten_in_an_outage(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    rig.says("wang", "1")
    rig.work()
    write, outages = rig.database.write, [OperationalError("UPDATE", {}, Exception("locked"))] * 3

    async def flaky(work: object) -> object:
        if outages:
            raise outages.pop()
        return await write(work)

    async def no_wait(*_: object) -> None:
        return

    monkeypatch.setattr(rig.database, "write", flaky)
    monkeypatch.setattr("bot.pipeline.patience.Patience.wait", no_wait)
    await rig.deliver()

    assert rig.texts("wang") == ["1"]
    assert states(rig) == ["sent"]


# --- cards -----------------------------------------------------------------------------------------------------------


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
    assert states(rig) == ["sent"] * 4


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
    assert states(rig) == ["sent"] * 2


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


def _identity(rig: Rig) -> Identity:
    with rig.database.reading() as session:
        return session.get_one(Identity, ("memory", "memory", "wang"))


def _card(rig: Rig) -> Card:
    with rig.database.reading() as session:
        return session.query(Card).one()
