"""What nagging costs on Telegram, counted at a double of its Bot API that is reached over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.degrade import degrade, understand
from bot.channels.telegram import TelegramChannel
from bot.pipeline.house import House
from bot.pipeline.outbox import Outbox
from storage.models import Assignment, Identity, Person, new_id
from tests.dialogue import WORDS, Stage
from tests.fakes.bot_api import TOKEN, FakeBotApi
from tests.fakes.bot_api.people import User
from tests.jobs.nagging import NAG, live, open_case

CASES = 40
WEEK = range(2, 10)
"""From a Monday to the Monday after."""


class TelegramStage(Stage):
    """The stage, with Telegram in place of the channel in memory."""

    def __init__(self, url: str, folder: Path) -> None:
        super().__init__(url, folder)
        self.api = self._runner.run(FakeBotApi(limits=False).__aenter__())
        self.telegram = TelegramChannel(TOKEN, self.blobs, api=self.api.url, clock=self.clock)
        self.house = House([self.telegram], self.city, WORDS, degrade=degrade, understand=understand)
        self.engine._house = self.house
        self.outbox = Outbox(self.database, self.telegram, self.clock, paced=False)

    def leader(self) -> User:
        """The leader of the market, on their phone."""
        user = self.api.user("李某")
        user.started = True
        with self.database.begin() as session:
            person = Person(id=new_id(), language="zh_CN", created_at=self.now, informed_at=self.now)
            session.add(person)
            session.flush()
            channel, account = self.telegram.name, self.telegram.account
            session.add(
                Identity(
                    channel=channel, realm=channel, id=str(user.json["id"]), person_id=person.id, account=account,
                    chat_id=str(user.chat.id), seen_at=self.now,
                )
            )  # fmt: skip
            session.add(Assignment(person_id=person.id, role="point_leader", unit="U-E", point="P-1", since=self.now))
        return user

    def close(self) -> None:
        self._runner.run(self.telegram.close())
        self._runner.run(self.api.__aexit__(None, None, None))
        super().close()


@pytest.fixture
def telegram(migrated_url: str, tmp_path: Path) -> Iterator[TelegramStage]:
    stage = TelegramStage(migrated_url, tmp_path)
    yield stage
    stage.close()


def new_nags(user: User) -> int:
    """How many nag cards came as messages of their own."""
    return sum(event.kind == "sent" and NAG in event.message.text for event in user.chat.events)


def test_an_overdue_week_of_forty_cases_costs_their_leader_two_new_messages_a_day_at_most(telegram: TelegramStage):
    leader = telegram.leader()
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
