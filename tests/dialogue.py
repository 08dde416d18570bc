"""A stage on which dialogue tests play: people say and tap, the whole house answers, nobody waits.

`stage` is a fixture (on both databases). After each act everything that follows is worked to the end: inbox, engine,
outbox, chores. A handler's error is raised in the test that caused it.

    def test_a_report(stage):
        wang = stage.person("wang")
        wang.sends_photo(caption="解放路与西街口 路面破损")
        wang.presses("提交")
        wang.sees("已受理")
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels.degrade import degrade, understand
from bot.channels.memory import MemoryChannel, Shown
from bot.city.model import City
from bot.domain.roles import Role
from bot.handlers import router
from bot.pipeline.arrivals import BATCH
from bot.pipeline.chores import Chores
from bot.pipeline.engine import Engine
from bot.pipeline.house import House
from bot.pipeline.inbox import Inbox
from bot.pipeline.kinds import kinds_of
from bot.pipeline.notes import by_themselves
from bot.pipeline.outbox import Outbox
from bot.port import (
    Capabilities,
    Chat,
    Choice,
    Envelope,
    File,
    Location,
    Opened,
    Payload,
    Photo,
    Press,
    Receipt,
    Sender,
)
from bot.services.desk import Desk
from bot.services.words import Words
from storage.blobs import Blobs
from storage.knowledge import known
from storage.models import Assignment, Attachment, BoundChat, Card, Case, Identity, Person, new_id
from tests.databases import without_threads
from tests.small_city import small_city

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Nine in the morning of a working Monday in China."""
WORDS = Words()


class MovedClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        self._now += by


class _StrictEngine(Engine):
    """Raises what an ordinary engine would put in quarantine."""

    def _set_aside(self, troubles: Mapping[int, Exception]) -> None:
        for trouble in troubles.values():
            raise trouble


class _Place:
    """A chat as somebody sees it."""

    def __init__(self, stage: Stage, chat: Chat) -> None:
        self.stage, self.chat = stage, chat
        self.channel = stage.channels[chat.channel]

    @property
    def messages(self) -> list[Shown]:
        """What the bot has said here and still stands, oldest first."""
        return self.channel.messages(self.chat)

    @property
    def last(self) -> Shown:
        """The newest message."""
        assert self.messages, f"nothing was said in {self.chat.key}"
        return self.messages[-1]

    @property
    def transcript(self) -> str:
        """All that stands here, choices in brackets."""
        return "\n---\n".join(f"{shown.text}\n{shown.labels}" for shown in self.messages)

    def sees(self, *texts: str) -> Shown:
        """Assert that one message here says all of this, and return the newest that does."""
        for shown in reversed(self.messages):
            if all(text in shown.text or text in shown.labels for text in texts):
                return shown
        raise AssertionError(f"{texts} not seen in {self.chat.key}:\n{self.transcript}")

    def sees_nothing_of(self, *texts: str) -> None:
        """Assert that no message here says any of this."""
        for text in texts:
            assert text not in self.transcript, f"{text} seen in {self.chat.key}:\n{self.transcript}"

    def counts(self) -> int:
        """How many messages the bot has sent here."""
        return len(self.messages)


class Group(_Place):
    """A group chat."""


class Actor(_Place):
    """Somebody, and their private chat with the bot. `to` and `on` name a group instead."""

    def __init__(self, stage: Stage, sender: Sender, channel: MemoryChannel | None = None) -> None:
        super().__init__(stage, (channel or stage.channel).private(sender))
        self.sender = sender

    @property
    def person(self) -> Person:
        """Their row, as it is now."""
        with self.stage.reading() as session:
            key = (self.channel.name, self.sender.realm, self.sender.id)
            person = session.get_one(Person, session.get_one(Identity, key).person_id)
            return session.get_one(Person, person.merged_into) if person.merged_into else person

    def sends(self, payload: Payload | str, *, to: Group | None = None, key: str = "") -> None:
        """Say something: words, or any payload of the port."""
        self.stage.receives(self.channel.says(self.sender, payload, to.chat if to else None, key=key))

    def sends_photo(
        self, data: bytes | None = None, *, caption: str = "", album: str = "", to: Group | None = None
    ) -> None:
        """Send a photo (a small real one, if none is given)."""
        media = self.channel.holds(jpeg() if data is None else data)
        self.sends(Photo(media=media, caption=caption, album=album), to=to)

    def sends_file(
        self,
        data: bytes | None = None,
        *,
        caption: str = "",
        mime: str = "image/jpeg",
        name: str = "photo.jpg",
        album: str = "",
    ) -> None:
        """Send a file, a photo in its original state by default."""
        media = self.channel.holds(jpeg() if data is None else data, mime, name)
        self.sends(File(media=media, caption=caption, album=album))

    def sends_location(self, lat: float, lon: float, *, name: str = "") -> None:
        """Send a place."""
        self.sends(Location(lat=lat, lon=lon, name=name))

    def opens(self, start: str = "", *, to: Group | None = None) -> None:
        """Open the chat, perhaps by a link with a start code."""
        self.sends(Opened(start=start), to=to)

    def presses(self, label: str, *, on: Group | None = None) -> None:
        """Tap the newest choice with this label (or token); if none shows it any more, the newest that once did."""
        self.stage.receives(self.tap(label, on=on))

    def presses_token(self, token: str, *, on: Group | None = None) -> None:
        """Bring any token, as a forged or ancient choice would."""
        self.stage.receives(self._press(token, "", on))

    def tap(self, label: str, *, on: Group | None = None) -> Envelope:
        """Return the tap without letting it arrive, so that several can arrive together by `stage.receives`."""
        chat = on.chat if on else self.chat
        for shown in reversed(self.channel.messages(chat)):
            if choice := shown.choice(label):
                return self._press(choice.token, shown.id, on)
        for shown_id, choice in reversed(self.stage.remembered.get(chat.key, [])):
            if label in {choice.label, choice.token}:
                return self._press(choice.token, shown_id, on)
        raise AssertionError(f"nothing says {label!r} in {chat.key}:\n{(on or self).transcript}")

    def _press(self, token: str, shown_id: str, on: Group | None) -> Envelope:
        press_id = f"press-{new_id()}"
        press = Press(token=token, receipt=Receipt(id=shown_id) if shown_id else None, press_id=press_id)
        return self.channel.says(self.sender, press, on.chat if on else None)


class Stage:
    """The whole house on one database, with a channel in memory (or `more` of them) and a clock that is moved."""

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        city: City | None = None,
        capabilities: Capabilities | None = None,
        more: Mapping[str, Capabilities] = MappingProxyType({}),
    ) -> None:
        router.load()
        self.clock = MovedClock()
        self.database = without_threads(url)
        self.blobs = Blobs(str(folder / "blobs"))
        self.channel = MemoryChannel(now=self.clock.now(), capabilities=capabilities or Capabilities())
        self.channels = {"memory": self.channel} | {
            name: MemoryChannel(name, now=self.clock.now(), capabilities=can) for name, can in more.items()
        }
        self.house = House(
            self.channels.values(), city or small_city(), WORDS,
            degrade=degrade, understand=understand, public_url="https://pointkeeper.example",
        )  # fmt: skip
        keep = by_themselves(self.database, self.clock)
        self.inbox = Inbox(keep)
        self.engine = _StrictEngine(self.database, self.house, self.clock)
        self.outboxes = [Outbox(self.database, channel, self.clock, keep) for channel in self.channels.values()]
        self.outbox = self.outboxes[0]
        self.chores = Chores(self.database, kinds_of(self.house, self.blobs, self.database), self.clock, keep)
        self.remembered: dict[str, list[tuple[str, Choice]]] = {}
        self._looked_at: dict[tuple[str, str], int] = {}
        self._runner = asyncio.Runner()

    @property
    def city(self) -> City:
        """The city."""
        return self.house.city

    @property
    def now(self) -> datetime:
        """What time it is on the stage."""
        return self.clock.now()

    # --- who and where ------------------------------------------------------------------------------------------------

    def person(self, name: str, *, language: str = "zh-hans", shown_as: str = "", on: str = "memory") -> Actor:
        """Somebody the bot does not know yet (or does, by the same name and channel)."""
        return Actor(self, Sender(realm=on, id=name, name=shown_as or name, language=language), self.channels[on])

    def staff(
        self, role: Role | str, *, unit: str = "", point: str = "", name: str = "", joined: bool = True,
        on: str = "memory",
    ) -> Actor:  # fmt: skip
        """Somebody who holds a function; `joined` means that the bot can write to them."""
        actor = self.person(name or f"{role}-{new_id()}", on=on)
        sender, chat = actor.sender, actor.chat
        with self.database.begin() as session:
            key = (on, sender.realm, sender.id)
            identity = session.get(Identity, key)
            if identity is None:
                known = {"created_at": self.now, "informed_at": self.now}
                person = Person(id=new_id(), name=sender.name, language="zh_CN", **known)
                session.add(person)
                session.flush()
                identity = Identity(
                    channel=key[0], realm=key[1], id=key[2], person_id=person.id, account=actor.channel.account,
                    chat_id=chat.id if joined else "", seen_at=self.now,
                )  # fmt: skip
                session.add(identity)
            session.add(
                Assignment(person_id=identity.person_id, role=Role(role).value, unit=unit, point=point, since=self.now)
            )
        return actor

    def group(self, title: str, *, unit: str | None = None, on: str = "memory") -> Group:
        """A group chat; bound since yesterday to a unit if one is given (an empty one: the leaders' group)."""
        chat = self.channels[on].group(f"group-{title}", title)
        if unit is not None:
            since = self.now - timedelta(days=1)
            with self.database.begin() as session:
                session.add(
                    BoundChat(chat=chat.key, unit=unit, chat_body=chat.model_dump_json(), bound_by=0, bound_at=since)
                )
        return Group(self, chat)

    # --- what happens -------------------------------------------------------------------------------------------------

    def receives(self, *envelopes: Envelope) -> None:
        """Let updates arrive together, and everything that follows happen."""
        self._runner.run(self.inbox.put(envelopes))
        self.settle()

    def settle(self) -> None:
        """Work everything that can be worked now to its end."""
        self._work()
        has_more = True
        while has_more:
            for outbox in self.outboxes:
                self._runner.run(outbox.deliver_due())
            self._remember()
            has_done = self._runner.run(self.chores.do_due()) > 0
            has_more = self._work() or has_done

    def _work(self) -> bool:
        """Let the engine take all that waits; tell whether there was anything. To ask once more takes its time."""
        rows = self.engine.work().rows
        was_full = rows == BATCH
        while was_full:
            was_full = self.engine.work().rows == BATCH
        return rows > 0

    def advance(self, **by: float) -> None:
        """Let time pass (`hours=2`), and what falls due happen."""
        self.clock.move(timedelta(**by))
        for channel in self.channels.values():
            channel.now = self.clock.now()
        self.settle()

    # --- looking behind the scenes ------------------------------------------------------------------------------------

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Act as a service would, in one transaction; what it says is delivered."""
        with self.database.begin() as session:
            post = self.house.post(session, self.now)
            yield self.house.desk(session, post, self.now)
            session.flush()
            post.flush()
        self.settle()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Look into the database."""
        with self.database.reading() as session:
            yield session

    @property
    def cases(self) -> list[Case]:
        """All cases, oldest first."""
        with self.reading() as session:
            return list(session.scalars(select(Case).order_by(Case.id)))

    @property
    def case(self) -> Case:
        """The newest case."""
        assert self.cases, "there is no case"
        return self.cases[-1]

    @property
    def cards(self) -> list[Card]:
        """All cards, oldest first."""
        with self.reading() as session:
            return list(session.scalars(select(Card).order_by(Card.id)))

    def close(self) -> None:
        """Leave nothing open."""
        self._runner.close()
        self.database.close()

    def _remember(self) -> None:
        for name, channel in self.channels.items():
            for chat, messages in channel.chats.items():
                kept = self.remembered.setdefault(f"{name}:{channel.account}:{chat}", [])
                for shown in messages:
                    if self._looked_at.get((name, shown.id)) != shown.edits:
                        self._looked_at[name, shown.id] = shown.edits
                        kept.extend((shown.id, choice) for row in shown.message.choices for choice in row)


def jpeg(colour: tuple[int, int, int] = (120, 90, 60), *, size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a small real photo; another colour is another photo."""
    file = BytesIO()
    shades = [min(255, value + part) for part in colour for value in range(256)]
    Image.linear_gradient("L").resize(size).convert("RGB").point(shades).save(file, "JPEG")
    return file.getvalue()


def photo_of_result(desk: Desk, case: Case) -> None:
    """Let a photo of what was done have arrived."""
    photo = Attachment(
        id=new_id(), case_id=case.id, person_id=case.handler_id or 0, purpose="after", round=case.round,
        state="stored", blob="b" * 64, sent_at=desk.now,
    )  # fmt: skip
    desk.session.add(photo)
    known(desk.session, "new photos")[photo.id] = photo


@pytest.fixture
def stage(migrated_url: str, tmp_path: Path) -> Iterator[Stage]:
    """Return a stage in the small city, on each kind of database in turn."""
    stage = Stage(migrated_url, tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def make_stage(migrated_url: str, tmp_path: Path) -> Iterator[Any]:
    """Return a function that makes a stage with another city or other capabilities."""
    made: list[Stage] = []

    def make(**options: Any) -> Stage:
        made.append(Stage(migrated_url, tmp_path, **options))
        return made[-1]

    yield make
    for stage in made:
        stage.close()
