"""A channel without a network: tests play the people, and see every message as it stands now."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from bot.channels.degrade import pages
from bot.port import (
    Capabilities,
    Chat,
    ChatKind,
    Choice,
    Command,
    DeliveryError,
    Envelope,
    Incoming,
    Intake,
    Media,
    Outgoing,
    Payload,
    Press,
    Receipt,
    Sender,
    Text,
    Unparsable,
)


@dataclass(slots=True)
class Shown:
    """A message as people see it now; `edits` counts how often it changed."""

    id: str
    message: Outgoing
    edits: int = 0

    def change(self, message: Outgoing) -> None:
        """Replace it, if there is anything to change."""
        if self.message != message:
            self.message, self.edits = message, self.edits + 1

    @property
    def text(self) -> str:
        """Its words."""
        return self.message.plain

    @property
    def labels(self) -> list[str]:
        """What its choices say, row after row."""
        return [choice.label for row in self.message.choices for choice in row]

    def choice(self, what: str) -> Choice | None:
        """Return the choice with this label or token."""
        return next((c for row in self.message.choices for c in row if what in (c.label, c.token)), None)


@dataclass
class MemoryChannel:
    """A double of a platform, whose state is public.

    `says`, `presses` and their like build envelopes; hand them to an inbox, or let them `arrive` where `receive` waits.
    `now` is the time at which people speak.
    """

    name: str = "memory"
    account: str = "test"
    capabilities: Capabilities = field(default_factory=Capabilities)
    now: datetime = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    chats: dict[str, list[Shown]] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    commands: dict[str, Sequence[Command]] = field(default_factory=dict)
    contexts: list[dict[str, Any] | None] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    troubles: list[Exception] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._arrivals: asyncio.Queue[Envelope] = asyncio.Queue()

    # --- the people ---------------------------------------------------------------------------------------------------

    def sender(self, who: str | Sender) -> Sender:
        """Return who is meant by an id alone: a person called as their id."""
        return who if isinstance(who, Sender) else Sender(realm=self.name, id=who, name=who, language="zh-hans")

    def private(self, who: str | Sender) -> Chat:
        """Return the chat of one person and the bot."""
        sender = self.sender(who)
        return Chat(channel=self.name, account=self.account, id=sender.id, title=sender.name)

    def group(self, id: str, title: str = "") -> Chat:  # noqa: A002 -- as in the port
        """Return a group."""
        return Chat(channel=self.name, account=self.account, id=id, kind=ChatKind.GROUP, title=title or id)

    def says(self, who: str | Sender, what: Payload | str, chat: Chat | None = None, *, key: str = "") -> Envelope:
        """Somebody says something, in private unless a chat is named."""
        sender = self.sender(who)
        incoming = Incoming(
            channel=self.name,
            account=self.account,
            key=key or str(next(self._numbers)),
            chat=chat or self.private(sender),
            sender=sender,
            at=self.now,
            payload=Text(text=what) if isinstance(what, str) else what,
        )
        return self.envelope(incoming)

    def presses(self, who: str | Sender, what: str, chat: Chat | None = None) -> Envelope:
        """Somebody taps the choice with this label or token on the newest message that has it. Raises `LookupError`."""
        where = chat or self.private(who)
        for shown in reversed(self.messages(where)):
            if choice := shown.choice(what):
                receipt = Receipt(id=shown.id)
                return self.says(who, Press(token=choice.token, receipt=receipt, press_id=self._new_id("p")), where)
        raise LookupError(f"nothing says {what!r} in {where.key}")

    def envelope(self, incoming: Incoming) -> Envelope:
        """Wrap an update as the inbox takes it."""
        body, payload = incoming.model_dump_json(), incoming.payload
        return Envelope(
            channel=self.name, account=self.account, key=incoming.key, chat=incoming.chat.key, body=body,
            press_id=payload.press_id if isinstance(payload, Press) else "",
        )  # fmt: skip

    def holds(self, data: bytes, mime: str = "image/jpeg", name: str = "") -> Media:
        """Keep bytes for `fetch`; the reference to them goes into a Photo, File, Voice or Video."""
        ref = self._new_id("m")
        self.media[ref] = data
        return Media(ref=ref, mime=mime, name=name, size=len(data))

    def arrive(self, *envelopes: Envelope) -> None:
        """Let envelopes come in where `receive` waits."""
        for envelope in envelopes:
            self._arrivals.put_nowait(envelope)

    def fail(self, *errors: Exception) -> None:
        """Let the next sends, edits and fetches fail, one error each."""
        self.troubles.extend(errors)

    def messages(self, chat: Chat | Sender | str) -> list[Shown]:
        """Return what stands in a chat (a chat, or whose private chat), oldest first."""
        return self.chats.setdefault(chat.id if isinstance(chat, Chat | Sender) else chat, [])

    def forget(self, chat: Chat, message_id: str) -> None:
        """Let somebody delete a message."""
        self.messages(chat)[:] = [shown for shown in self.messages(chat) if shown.id != message_id]

    # --- the port -----------------------------------------------------------------------------------------------------

    def parse(self, body: str) -> Incoming:
        """Read an update. Raises `Unparsable`."""
        try:
            return Incoming.model_validate_json(body)
        except ValidationError as error:
            raise Unparsable(str(error)) from error

    async def send(self, chat: Chat, message: Outgoing, context: dict[str, Any] | None = None) -> Receipt:
        """Say it. Raises `DeliveryError`, as ordered by `fail`, `blocked` or `moved`."""
        self._stumble(chat)
        self.contexts.append(context)
        return self._receipt([self._append(chat, page) for page in pages(message, self.capabilities)])

    async def edit(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt:
        """Change what was said. Raises `DeliveryError`."""
        self._stumble(chat)
        ids = [*receipt.detail.get("parts", []), receipt.id]
        standing = [shown for shown in self.messages(chat) if shown.id in ids]
        if len(standing) < len(ids) or not self.capabilities.edits:
            raise DeliveryError("gone", permanent=True, detail=receipt.id)
        parts = pages(message, self.capabilities)
        for shown, page in zip(standing, parts, strict=False):
            shown.change(page)
        for shown in standing[len(parts) :]:
            self.forget(chat, shown.id)
        more = [self._append(chat, page) for page in parts[len(standing) :]]
        return self._receipt([*standing[: len(parts)], *more])

    async def acknowledge(self, press_id: str) -> None:
        """Remember that the tap was acknowledged."""
        self.acknowledged.append(press_id)

    async def fetch(self, media: Media) -> bytes:
        """Return the bytes that were held. Raises `DeliveryError`."""
        if self.troubles:
            raise self.troubles.pop(0)
        try:
            return self.media[media.ref]
        except KeyError:
            raise DeliveryError("gone", permanent=True, detail=media.ref) from None

    async def let_go(self, media: Media, blob: str) -> None:
        """Keep the original: tests look at it."""

    async def receive(self, intake: Intake) -> None:
        """Take in what arrives until cancelled."""
        while True:
            batch = [await self._arrivals.get()]
            while not self._arrivals.empty():
                batch.append(self._arrivals.get_nowait())
            await intake(batch)

    async def announce(self, commands: dict[str, Sequence[Command]], chat: Chat | None = None) -> None:
        """Remember the menus by (chat id or nothing):language."""
        where = chat.id if chat else ""
        self.commands.update({f"{where}:{language}": menu for language, menu in commands.items()})

    async def close(self) -> None:
        """Remember it."""
        self.closed = True

    def _stumble(self, chat: Chat) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        if chat.id in self.blocked:
            raise DeliveryError("blocked", permanent=True)
        if to := self.moved.get(chat.id):
            raise DeliveryError("moved", permanent=True, moved_to=to)

    def _append(self, chat: Chat, message: Outgoing) -> Shown:
        shown = Shown(self._new_id("s"), message)
        self.messages(chat).append(shown)
        return shown

    @staticmethod
    def _receipt(shown: Sequence[Shown]) -> Receipt:
        parts = [each.id for each in shown[:-1]]
        return Receipt(id=shown[-1].id, detail={"parts": parts} if parts else {})

    def _new_id(self, kind: str) -> str:
        return f"{kind}{next(self._numbers)}"
