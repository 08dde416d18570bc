"""Quick taps on the counting board over a double of Telegram's Bot API: each counts once, and few edits show it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.roles import Role
from storage.models import Signup, new_id
from tests.handlers.serving import AT_POST, open_shift, tallies
from tests.on_telegram import TelegramStage

TAPS, SECONDS, EDITS = 50, 5, 5


@pytest.fixture
def telegram(migrated_url: str, tmp_path: Path) -> Iterator[TelegramStage]:
    stage = TelegramStage(migrated_url, tmp_path, paced=True)
    yield stage
    stage.close()


def test_fifty_taps_in_five_seconds_are_fifty_and_cost_five_edits_at_most(telegram: TelegramStage):
    wang = telegram.holder("王某", Role.VOLUNTEER, unit="U-E")
    shift_id = open_shift(telegram)
    with telegram.database.begin() as session:
        session.add(Signup(id=new_id(), shift_id=shift_id, person_id=telegram.person_id(wang), signed_at=telegram.now))
    telegram.advance(minutes=1)
    wang.sends_location(*AT_POST)
    telegram.polls(1)
    for _ in range(5):
        telegram.advance(seconds=2)  # Telegram takes one message a second
    [board] = [message for message in wang.chat.messages if "闯红灯" in message.labels]
    before = len(wang.chat.events)

    for _ in range(TAPS):
        wang.presses("闯红灯", on=board)
        telegram.polls(1)
        telegram.advance(seconds=SECONDS / TAPS)
    telegram.advance(seconds=60)

    changes = [event for event in wang.chat.events[before:] if event.message.id == board.id]
    assert tallies(telegram) == {"P01": TAPS}
    assert f"闯红灯 {TAPS}" in board.labels
    assert "闯红灯 1" in changes[0].message.labels, "the first tap is shown at once"
    assert [event.kind for event in changes] == ["edited"] * len(changes)
    assert len(changes) <= EDITS
    assert len(wang.chat.events) == before + len(changes), "nothing else is said about taps"
