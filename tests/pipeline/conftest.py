"""A house with one parrot in it: the pipeline's tests need no conversation of the city's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.channels.memory import MemoryChannel
from bot.handlers import router
from bot.pipeline.engine import Engine
from bot.pipeline.house import House
from bot.pipeline.inbox import store
from bot.pipeline.notes import Note, by_themselves
from bot.pipeline.outbox import Outbox
from bot.port import Capabilities, Choice, Envelope, Outgoing, Payload, Span
from bot.services import tokens
from bot.services.desk import Turn
from storage.database import Database
from storage.models import InboxRow, OutboxRow
from tests.dialogue import WORDS, MovedClock
from tests.small_city import small_city


@dataclass
class Rig:
    """The pipeline on one database, in pieces. `heard` is what the handler was given, in order."""

    database: Database
    capabilities: Capabilities = field(default_factory=Capabilities)
    clock: MovedClock = field(default_factory=MovedClock)
    heard: list[tuple[str, str]] = field(default_factory=list)
    handler: Callable[[Turn], None] | None = None

    def __post_init__(self) -> None:
        self.channel = MemoryChannel(capabilities=self.capabilities)
        self.house = House([self.channel], small_city(), WORDS)
        self.engine = Engine(self.database, self.house, self.clock)
        self.outbox = self.new_outbox()

    async def keep(self, notes: Sequence[Note]) -> None:
        """Write notes, without the engine."""
        await by_themselves(self.database, self.clock)(notes)

    def new_outbox(self) -> Outbox:
        """A sender that remembers nothing, as after a restart."""
        return Outbox(self.database, self.channel, self.clock, self.keep)

    def handle(self, turn: Turn) -> None:
        """Repeat words as a message; `/card words` as a card, `!` for one that is sent anew."""
        payload = turn.incoming.payload
        words = getattr(payload, "text", payload.kind)
        self.heard.append((turn.chat.id, words))
        if self.handler is not None:
            self.handler(turn)
        elif words.startswith("card "):
            turn.show("draft:1", "view", card(words), anew=words.endswith("!"))
        else:
            turn.answer((Span(text=words),))

    def put(self, *envelopes: Envelope) -> None:
        """Take envelopes in."""
        with self.database.begin() as session:
            store(session, envelopes, self.clock.now())

    def says(self, who: str, *what: Payload | str, **options: Any) -> list[Envelope]:
        """Let somebody say things."""
        envelopes = [self.channel.says(who, each, **options) for each in what]
        self.put(*envelopes)
        return envelopes

    def work(self) -> int:
        """Let the engine work all there is; return how many rows that were."""
        return sum(iter(lambda: self.engine.work().rows, 0))

    async def deliver(self) -> None:
        """Let the sender send what may go now."""
        await self.outbox.deliver_due()

    async def deliver_all(self) -> list[float]:
        """Let the sender send everything, moving the clock to whenever something may go; return those moments."""
        moments = []
        await self.deliver()
        while (at := self.outbox.next_at) is not None:
            self.clock.move(max(at - self.clock.now(), timedelta(microseconds=1)))
            moments.append(self.clock.now().timestamp())
            await self.deliver()
        return moments

    def texts(self, who: str) -> list[str]:
        """What stands in somebody's chat."""
        return [shown.text for shown in self.channel.messages(who)]

    def inbox(self) -> Sequence[InboxRow]:
        """All rows of the inbox."""
        with self.database.reading() as session:
            return session.scalars(select(InboxRow).order_by(InboxRow.id)).all()

    def outgoing(self) -> Sequence[OutboxRow]:
        """All rows of the outbox."""
        with self.database.reading() as session:
            return session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()

    def plan(self, sql: str) -> str:
        """How the database would answer a question."""
        prefix = "EXPLAIN QUERY PLAN" if self.database.is_sqlite else "EXPLAIN"
        with self.database.reading() as session:
            return str(session.execute(text(f"{prefix} {sql}")).all())


def card(words: str) -> Outgoing:
    """Return a card with these words, and something to choose if they ask."""
    again = Choice(label="again", token=tokens.write("again", 1))
    return Outgoing(text=(Span(text=words),), choices=((again,),) if "?" in words else ())


@pytest.fixture
def rig(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    database = Database(migrated_url)
    rig = Rig(database)
    monkeypatch.setattr(router, "handle", rig.handle)
    yield rig
    database.close()


@pytest.fixture
def make_rig(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Rig]]:
    """Return a function that makes a rig with other capabilities."""
    databases: list[Database] = []

    def make(**options: Any) -> Rig:
        databases.append(Database(migrated_url))
        rig = Rig(databases[-1], **options)
        monkeypatch.setattr(router, "handle", rig.handle)
        return rig

    yield make
    for database in databases:
        database.close()
