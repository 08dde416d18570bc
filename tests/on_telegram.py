"""The stage with Telegram in place of the channel in memory: a double of its Bot API, reached over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.channels.degrade import degrade, understand
from bot.channels.telegram import TelegramChannel
from bot.domain.roles import Role
from bot.pipeline.house import House
from bot.pipeline.notes import by_themselves
from bot.pipeline.outbox import Outbox
from bot.port import Envelope
from storage.models import Assignment, Identity, Person, new_id
from tests.dialogue import WORDS, Stage
from tests.fakes.bot_api import TOKEN, FakeBotApi
from tests.fakes.bot_api.people import User


class TelegramStage(Stage):
    """A stage on which people hold phones. With `paced`, messages go out as slowly as Telegram wants them."""

    def __init__(self, url: str, folder: Path, *, paced: bool = False) -> None:
        super().__init__(url, folder)
        self.api = self._runner.run(FakeBotApi(limits=False).__aenter__())
        self.telegram = TelegramChannel(TOKEN, self.blobs, api=self.api.url, clock=self.clock)
        self.house = House([self.telegram], self.city, WORDS, degrade=degrade, understand=understand)
        self.engine._house = self.house
        keep = by_themselves(self.database, self.clock)
        self.outbox = Outbox(self.database, self.telegram, self.clock, keep, paced=paced)
        self.outboxes = [self.outbox]
        self.polled: set[str] = set()

    def holder(self, name: str, role: Role, *, unit: str = "", point: str = "") -> User:
        """Somebody who holds a function, on their phone."""
        user = self.api.user(name)
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
            session.add(Assignment(person_id=person.id, role=role.value, unit=unit, point=point, since=self.now))
        return user

    def person_id(self, user: User) -> int:
        """Who somebody with a phone is."""
        with self.reading() as session:
            return session.get_one(Identity, (self.telegram.name, self.telegram.name, str(user.id))).person_id

    def polls(self, count: int) -> None:
        """Take so many updates from Telegram, and let everything that follows happen."""
        self._runner.run(self._poll(count))
        self.settle()

    async def _poll(self, count: int) -> None:
        wanted, enough = len(self.polled) + count, asyncio.Event()

        async def intake(envelopes: Sequence[Envelope]) -> None:
            await self.inbox.put(envelopes)
            self.polled |= {envelope.key for envelope in envelopes}  # what was not confirmed yet comes again
            if len(self.polled) >= wanted:
                enough.set()

        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            receiving = group.create_task(self.telegram.receive(intake))
            await enough.wait()
            receiving.cancel()

    def close(self) -> None:
        self._runner.run(self.telegram.close())
        self._runner.run(self.api.__aexit__(None, None, None))
        super().close()
