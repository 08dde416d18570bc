"""What nagging costs on Telegram, counted at a double of its Bot API that is reached over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.roles import Role
from tests.fakes.bot_api.people import User
from tests.jobs.nagging import NAG, live, open_case
from tests.on_telegram import TelegramStage

CASES = 40
WEEK = range(2, 10)
"""From a Monday to the Monday after."""


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """What Telegram is asked for is the same on both; that both databases bear the nagging is shown beside this."""
    return request.param


@pytest.fixture
def telegram(migrated_url: str, tmp_path: Path) -> Iterator[TelegramStage]:
    stage = TelegramStage(migrated_url, tmp_path)
    yield stage
    stage.close()


def new_nags(user: User) -> int:
    """How many nag cards came as messages of their own."""
    return sum(event.kind == "sent" and NAG in event.message.text for event in user.chat.events)


def test_an_overdue_week_of_forty_cases_costs_their_leader_two_new_messages_a_day_at_most(telegram: TelegramStage):
    leader = telegram.holder("李某", Role.LEADER, unit="U-E", point="P-1")
    for number in range(CASES):
        telegram.advance(minutes=31 * (number % 10 == 0))
        open_case(telegram)
    counts = []
    for day in WEEK:
        before = new_nags(leader)
        live(telegram, "23:45", day=day)
        counts.append(new_nags(leader) - before)

    assert counts == [2, 1, 2, 1, 1, 0, 0, 1]
    [card] = [message for message in leader.chat.messages if NAG in message.text and message.labels]
    assert "有 40 件等您办，其中 40 件已超期" in card.text
    assert card.labels[-2:] == ["5 处理中", "更多（还有 35 件）"]
