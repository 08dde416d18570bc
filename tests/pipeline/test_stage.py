"""The stage itself: words, taps, stale taps, photos."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.handlers import router
from bot.port import Outgoing, Photo, Span
from bot.services import attachments
from bot.services.desk import Desk, Turn
from storage.models import Attachment
from tests.dialogue import Stage


@pytest.fixture
def parrot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A conversation that repeats, counts taps on one card, and takes photos."""

    def say(turn: Turn) -> None:
        payload = turn.incoming.payload
        if isinstance(payload, Photo):
            attachments.receive(turn, payload.media, "before", draft_id=7)
        elif turn.incoming.payload.kind == "text":
            show(turn, f"{payload.text}?")

    def show(turn: Turn, text: str) -> None:
        button = turn.press("lang.name", "parrot", 1, name="again")
        turn.show("draft:1", "parrot", Outgoing(text=(Span(text=text),), choices=((button,),)))

    def settled(desk: Desk, facts: dict[str, Any]) -> None:
        attachments.settle(desk, facts)

    monkeypatch.setattr(router, "_drafts", {"report": say})
    monkeypatch.setattr(router, "_presses", {"parrot": lambda turn: show(turn, "again!")})
    monkeypatch.setattr(router, "_settled", {"attachment": settled})


@pytest.fixture
def stage(stage: Stage, parrot: None) -> Stage:
    return stage


def test_an_answer_comes_and_a_tap_edits_it(stage: Stage):
    wang = stage.person("wang")
    wang.sends("hello")
    wang.sees("hello?")
    wang.presses("again")

    wang.sees("again!")
    wang.sees_nothing_of("hello?")


def test_an_old_choice_can_still_be_tapped(stage: Stage):
    wang = stage.person("wang")
    wang.sends("hello")
    stage.channel.forget(wang.chat, wang.sees("hello?").id)
    wang.presses("again")

    wang.sees("again!")


def test_a_photo_is_settled_within_the_act(stage: Stage):
    stage.person("wang").sends_photo()

    with stage.reading() as session:
        attachment = session.scalars(select(Attachment)).one()
    assert attachment.state == "stored"
    assert stage.blobs.has(attachment.blob)


def test_a_handlers_error_reaches_the_test(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    def fail(_: Turn) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(router, "_drafts", {"report": fail})
    with pytest.raises(ZeroDivisionError):
        stage.person("wang").sends("hello")
