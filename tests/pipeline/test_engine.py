"""The engine: batches in one commit, in order, each bad row alone to blame, and nobody for an outage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from bot.pipeline import quarantine
from bot.pipeline.arrivals import BATCH, waiting
from bot.pipeline.engine import ALL, TRIES, Engine
from bot.pipeline.inbox import partition
from bot.port import ChatKind, Envelope, Moved, Photo, Press, Receipt, Unsupported
from bot.services import tokens
from bot.services.desk import Turn
from storage.models import BoundChat, Card, Conversation, Identity, Person
from tests.pipeline.conftest import Rig, card


def test_a_batch_is_handled_in_order_and_committed_once(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    rig.says("wang", "1", "2")
    rig.says("li", "3")
    rig.says("wang", "4")
    begun = []
    begin = rig.database.begin
    monkeypatch.setattr(rig.database, "begin", lambda: begun.append(1) or begin())
    done = rig.engine.work()

    assert (done.rows, len(rig.outgoing()), len(begun)) == (4, 4, 1)
    assert rig.heard == [("wang", "1"), ("wang", "2"), ("li", "3"), ("wang", "4")]
    assert [row.state for row in rig.inbox()] == ["done"] * 4
    assert [row.chat for row in rig.outgoing()] == [f"memory:test:{who}" for who in ("wang", "wang", "li", "wang")]


def test_no_more_than_a_batch_is_taken_at_once(rig: Rig):
    rig.says("wang", *(str(number) for number in range(BATCH + 5)))

    assert [rig.engine.work().rows for _ in range(3)] == [BATCH, 5, 0]


def test_somebody_is_known_from_the_first_word_on_and_can_be_reached(rig: Rig):
    rig.says("wang", "1", "2")
    rig.work()

    with rig.database.reading() as session:
        identity = session.get_one(Identity, ("memory", "memory", "wang"))
        assert session.get_one(Person, identity.person_id).language == "zh_CN"
        assert (identity.chat_id, identity.reachable) == ("wang", True)
        assert session.query(Person).count() == session.query(Conversation).count() == 1


def test_a_word_in_a_group_opens_no_private_chat(rig: Rig):
    rig.says("wang", "1", chat=rig.channel.group("g"))
    rig.work()

    with rig.database.reading() as session:
        assert session.get_one(Identity, ("memory", "memory", "wang")).chat_id == ""


def test_a_failing_row_is_quarantined_alone_and_its_chat_goes_on(rig: Rig):
    def handler(turn: Turn) -> None:
        turn.conversation.recent = {"last": turn.incoming.payload.text}
        turn.conversation.updated_at = turn.now
        if turn.incoming.payload.text == "bad":
            raise ZeroDivisionError("what Wang wrote")
        turn.session.flush()

    rig.handler = handler
    rig.says("wang", "before", "bad", "after")
    rig.says("li", "hello")
    rig.work()

    assert [row.state for row in rig.inbox()] == ["done", "quarantined", "done", "done"]
    with rig.database.reading() as session:
        (row,) = quarantine.listed(session)
        assert {each.recent["last"] for each in session.query(Conversation)} == {"after", "hello"}
    assert row.reason.startswith("ZeroDivisionError in ")
    assert "Wang" not in row.reason


def test_the_log_tells_the_way_of_an_error_and_not_its_words(rig: Rig, caplog: pytest.LogCaptureFixture):
    def handler(turn: Turn) -> None:
        raise KeyError(turn.incoming.payload.text)

    rig.handler = handler
    rig.says("wang", "a private matter")
    rig.work()

    assert "KeyError in " in caplog.text
    assert "test_engine.py" in caplog.text
    assert "a private matter" not in caplog.text


def test_what_cannot_be_read_is_quarantined_without_disturbing_the_batch(rig: Rig):
    rig.says("wang", "1")
    rig.put(Envelope(channel="memory", account="test", key="x", chat="memory:test:wang", body="no update"))
    rig.put(Envelope(channel="nobody", account="?", key="x", chat="memory:test:wang", body="{}"))
    rig.says("wang", "2")
    rig.work()

    assert [row.state for row in rig.inbox()] == ["done", "quarantined", "quarantined", "done"]
    assert rig.heard == [("wang", "1"), ("wang", "2")]
    assert rig.inbox()[1].reason.startswith("Unparsable in parse")


def test_a_quarantined_row_is_replayed_as_a_new_one(rig: Rig):
    def handler(_: Turn) -> None:
        raise ZeroDivisionError

    rig.handler = handler
    (envelope,) = rig.says("wang", "bad", key="7")
    rig.work()
    rig.put(envelope)
    assert rig.work() == 0, "a redelivery must not repeat it"

    rig.handler = None
    with rig.database.begin() as session:
        assert quarantine.replay(session, None, rig.clock.now()) == 1
    rig.work()

    assert [row.key for row in rig.inbox()] == ["7", "7#1"]
    assert [row.state for row in rig.inbox()] == ["replayed", "done"]
    assert [row.body for row in rig.outgoing()] == ['{"text":[{"text":"bad"}]}']


def test_only_the_rows_named_are_replayed_and_may_fail_again(rig: Rig):
    def handler(_: Turn) -> None:
        raise ZeroDivisionError

    rig.handler = handler
    rig.says("wang", "1", "2")
    rig.work()
    first = rig.inbox()[0].id
    for _ in range(2):
        with rig.database.begin() as session:
            quarantine.replay(session, {first}, rig.clock.now())
        rig.work()
        first = rig.inbox()[-1].id

    assert [row.state for row in rig.inbox()] == ["replayed", "quarantined", "replayed", "quarantined"]
    assert rig.inbox()[-1].key.endswith("#2")


@pytest.mark.parametrize("place", ["begin", "handle", "commit"])
def test_an_outage_quarantines_nothing_and_loses_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch, place: str):
    outage = OperationalError("SELECT", {}, Exception("the disk is full"))
    rig.says("wang", "1", "2")
    with monkeypatch.context() as patch:
        _break(rig, patch, place, outage)
        for _ in range(3):
            with pytest.raises(OperationalError):
                rig.engine.work()
    assert [row.state for row in rig.inbox()] == ["pending"] * 2
    assert rig.outgoing() == []

    rig.heard.clear()
    rig.work()
    assert rig.heard == [("wang", "1"), ("wang", "2")]


def test_an_outage_while_rows_are_redone_leaves_the_rest_pending(rig: Rig):
    broken = True

    def handler(turn: Turn) -> None:
        if turn.incoming.payload.text == "bad":
            raise ZeroDivisionError
        if turn.incoming.payload.text == "later" and broken:
            raise OperationalError("UPDATE", {}, Exception("connection lost"))

    rig.handler = handler
    rig.says("wang", "bad", "later")
    with pytest.raises(OperationalError):
        rig.work()
    broken = False
    rig.work()

    assert [row.state for row in rig.inbox()] == ["quarantined", "done"]


@pytest.mark.parametrize("conflict", [StaleDataError(), IntegrityError("INSERT", {}, Exception("duplicate"))])
def test_a_conflict_is_done_again_alone(rig: Rig, conflict: Exception):
    tries = []

    def handler(turn: Turn) -> None:
        tries.append(turn.incoming.payload.text)
        if turn.incoming.payload.text == "2" and tries.count("2") < 3:
            raise conflict
        turn.say("privacy.short")

    rig.handler = handler
    rig.says("wang", "1", "2", "3")
    rig.work()

    assert tries == ["1", "2", "1", "2", "2", "3"]
    assert [row.state for row in rig.inbox()] == ["done"] * 3
    assert len(rig.outgoing()) == 3


def test_a_conflict_that_never_ends_is_quarantined(rig: Rig):
    tries = []

    def handler(_: Turn) -> None:
        tries.append(1)
        raise StaleDataError

    rig.handler = handler
    rig.says("wang", "1")
    rig.work()

    assert [row.state for row in rig.inbox()] == ["quarantined"]
    assert len(tries) == TRIES + 1


def test_rows_taken_by_another_engine_are_not_handled_twice(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    rig.says("wang", "1", "2")
    other = Engine(rig.database, rig.house, rig.clock)

    def late(session: Session, partitions: object) -> object:
        rows = waiting(session, ALL)
        monkeypatch.undo()
        monkeypatch.setattr("bot.handlers.router.handle", rig.handle)
        other.work()
        return rows

    monkeypatch.setattr("bot.pipeline.engine.waiting", late)
    rig.engine.work()

    assert rig.heard == [("wang", "1"), ("wang", "2")]
    assert [row.state for row in rig.inbox()] == ["done"] * 2
    assert len(rig.outgoing()) == 2


def test_an_engine_works_its_own_partitions_only(rig: Rig):
    rig.says("wang", "1")
    rig.says("li", "2")
    mine = {partition("memory:test:li")}
    assert partition("memory:test:wang") not in mine
    rig.engine.work(mine)

    assert rig.heard == [("li", "2")]


def test_a_press_renews_the_receipt_of_the_card_that_carried_it_whatever_it_is_of(rig: Rig):
    with rig.database.begin() as session:
        for subject, chat, receipt in (("nag:9", "wang", "m1"), ("case:5", "wang", "m2"), ("case:5", "li", "m1")):
            session.add(
                Card(
                    subject=subject, chat=f"memory:test:{chat}", chat_body="{}", view="v", body="{}",
                    receipt={"id": receipt, "editable_until": None, "detail": {"code": "old", "kept": 1}},
                )
            )  # fmt: skip
    fresh = Receipt(id="m1", detail={"code": "fresh"})
    rig.says("wang", Press(token=tokens.write("sign", 5), receipt=fresh))
    rig.work()

    with rig.database.reading() as session:
        cards = session.query(Card).all()
        codes = {(card.subject, card.chat[-2:]): card.receipt["detail"]["code"] for card in cards}
    assert [card.receipt["detail"]["kept"] for card in cards] == [1, 1, 1]
    assert codes == {("nag:9", "ng"): "fresh", ("case:5", "ng"): "old", ("case:5", "li"): "old"}


def test_an_answer_by_number_becomes_the_tap_it_stands_for(rig: Rig):
    rig.house.understand = lambda capabilities, session, chat, text, now: "sign.1." if text == "2" else None
    rig.says("wang", "2", "two")
    rig.work()

    assert rig.heard == [("wang", "press"), ("wang", "two")]


def test_a_settled_chore_reaches_its_handler(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    seen = []
    monkeypatch.setattr(
        "bot.handlers.router.handle_settled", lambda desk, kind, facts: seen.append((desk.now, kind, facts))
    )
    body = '{"kind": "attachment", "attachment": 7, "state": "lost"}'
    rig.put(Envelope(channel="pk", account="", key="settled:7", chat="memory:test:wang", body=body))
    rig.work()

    assert seen == [(rig.clock.now(), "attachment", {"attachment": 7, "state": "lost"})]


def test_a_moved_chat_takes_everything_along(rig: Rig):
    rig.handler = lambda turn: turn.show("case:1", "group", card("hello"))
    old = rig.channel.group("old", "Group")
    rig.says("wang", "hello", chat=old)
    rig.work()
    with rig.database.begin() as session:
        session.add(
            BoundChat(chat=old.key, unit="U-E", chat_body=old.model_dump_json(), bound_by=1, bound_at=rig.clock.now())
        )
    rig.says("wang", Moved(to="new"), chat=old)
    rig.says("wang", "hello", chat=rig.channel.group("new", "Group"))
    rig.work()

    new = "memory:test:new"
    with rig.database.reading() as session:
        (kept,) = session.query(Card)
        (bound,) = session.query(BoundChat)
        (conversation,) = session.query(Conversation)
    assert (kept.chat, bound.chat, conversation.chat) == (new, new, new)
    assert '"id":"new"' in kept.chat_body
    assert [row.chat for row in rig.outgoing()] == [new]
    assert ChatKind.GROUP.value in rig.outgoing()[0].chat_body


def test_everything_a_platform_may_send_reaches_the_handler(rig: Rig):
    media = rig.channel.holds(b"x")
    rig.says("wang", Photo(media=media, caption="c"), Unsupported(what="dice"))
    rig.work()

    assert rig.heard == [("wang", "photo"), ("wang", "unsupported")]


def test_what_waits_is_found_by_its_index(rig: Rig):
    rig.says("wang", *(str(number) for number in range(3000)))
    with rig.database.begin() as session:
        session.connection().exec_driver_sql("UPDATE inbox SET state = 'done'")
    rig.says("wang", "1", "2")
    with rig.database.begin() as session:
        session.connection().exec_driver_sql("ANALYZE")
    plan = rig.plan("SELECT id FROM inbox WHERE state = 'pending' ORDER BY id LIMIT 100")

    assert "ix_inbox_" in plan


def _break(rig: Rig, patch: pytest.MonkeyPatch, place: str, outage: Exception) -> None:
    @contextmanager
    def never() -> Iterator[Session]:
        raise outage
        yield

    @contextmanager
    def late() -> Iterator[Session]:
        with begin() as session:
            yield session
            raise outage

    def fail(_: Turn) -> None:
        raise outage

    begin = rig.database.begin
    if place == "begin":
        patch.setattr(rig.database, "begin", never)
    elif place == "commit":
        patch.setattr(rig.database, "begin", late)
    else:
        patch.setattr(rig, "handler", fail)
