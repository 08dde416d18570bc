"""What a chat shows: messages as sent and edited, their buttons, and what happened in which order."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.bot_api.bell import Bell

Json = dict[str, Any]


@dataclass
class Message:
    """One message; `json` is the Bot API object, `keyboard` a reply keyboard that came with it."""

    chat: Chat
    json: Json
    keyboard: Json | None = None
    deleted: bool = False
    versions: list[Json] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The message_id."""
        return int(self.json["message_id"])

    @property
    def text(self) -> str:
        """Text or caption."""
        return str(self.json.get("text", self.json.get("caption", "")))

    @property
    def rows(self) -> list[list[Json]]:
        """The buttons by row, inline ones, else those of the reply keyboard."""
        markup = self.json.get("reply_markup") or {}
        rows: list[list[Json]] = markup.get("inline_keyboard") or (self.keyboard or {}).get("keyboard") or []
        return rows

    @property
    def labels(self) -> list[str]:
        """The labels of all buttons, in order."""
        return [button["text"] for row in self.rows for button in row]

    @property
    def photo(self) -> str | None:
        """The file_id of the largest size, if it is a photo."""
        return self.json["photo"][-1]["file_id"] if self.json.get("photo") else None

    def button(self, wanted: str) -> Json | None:
        """Return the button with this label, else with this data, else the only one whose label contains it."""
        buttons = [button for row in self.rows for button in row]
        exact = [b for b in buttons if b["text"] == wanted] or [b for b in buttons if b.get("callback_data") == wanted]
        near = [b for b in buttons if wanted in b["text"]]
        return exact[0] if exact else near[0] if len(near) == 1 else None

    def snapshot(self) -> Message:
        """Return the message as it is now, untouched by later edits."""
        return Message(self.chat, copy.deepcopy(self.json), self.keyboard, self.deleted)

    def __str__(self) -> str:
        """Return one line for failed assertions."""
        return f"#{self.id} {self.text!r} {self.labels or ''}".rstrip()


@dataclass
class Event:
    """Something the bot did in a chat: `sent`, `edited` or `deleted`, with the message as it was then."""

    kind: str
    message: Message


Wanted = Callable[[Message], object] | str


@dataclass
class Chat:
    """A private chat or a group, seen from the people's side."""

    bell: Bell
    json: Json
    sent: dict[int, Message] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    seen: int = 0
    migrated_to: int | None = None

    @property
    def id(self) -> int:
        """The chat id; negative for groups."""
        return int(self.json["id"])

    @property
    def messages(self) -> list[Message]:
        """All visible messages, people's and the bot's, in order."""
        return [message for message in self.sent.values() if not message.deleted]

    @property
    def last(self) -> Message:
        """The newest visible message of the bot."""
        return [message for message in self.messages if message.json["from"]["is_bot"]][-1]

    @property
    def unread(self) -> list[Event]:
        """What the bot did here and no `receives` has taken yet."""
        return self.events[self.seen :]

    def happened(self, kind: str, message: Message) -> None:
        """Note what the bot did."""
        self.events.append(Event(kind, message.snapshot()))
        self.bell.ring()

    async def receives(self, wanted: Wanted | None = None, *, timeout: float = 5) -> Message:  # noqa: ASYNC109
        """Return the next message sent or edited here, or the next that contains a text or satisfies a predicate.

        Earlier ones are passed over and count as read.
        """

        def look() -> Message | None:
            for place in range(self.seen, len(self.events)):
                event = self.events[place]
                if event.kind != "deleted" and fits(event.message, wanted):
                    self.seen = place + 1
                    return event.message
            return None

        return await self.bell.until(look, timeout, lambda: self.complaint("received", wanted))

    async def receives_many(self, count: int, *, timeout: float = 5) -> list[Message]:  # noqa: ASYNC109
        """Return the next `count` messages sent or edited here."""
        return [await self.receives(timeout=timeout) for _ in range(count)]

    async def sees(self, wanted: Wanted, *, timeout: float = 5) -> Message:  # noqa: ASYNC109
        """Return a message of the bot that is visible here and fits, the newest first; wait until there is one."""

        def look() -> Message | None:
            ours = (message for message in reversed(self.messages) if message.json["from"]["is_bot"])
            return next((message for message in ours if fits(message, wanted)), None)

        return await self.bell.until(look, timeout, lambda: self.complaint("visible", wanted))

    def complaint(self, verb: str, wanted: Wanted | None) -> str:
        """Return what to say when nothing came."""
        shown = "\n  ".join(str(message) for message in self.messages) or "(nothing)"
        return f"Nothing {verb} in chat {self.id} that fits {wanted!r}; it shows:\n  {shown}"


def fits(message: Message, wanted: Wanted | None) -> bool:
    """Whether a message contains the text or satisfies the predicate."""
    if wanted is None:
        return True
    return wanted in message.text if isinstance(wanted, str) else bool(wanted(message))
