"""What a handler has before it: the transaction, the time, the city, the words, the post — and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.city.model import City
from bot.port import Chat, ChatKind, Choice, Incoming, Outgoing, Press, Span
from bot.services import tokens
from bot.services.post import Post, View
from bot.services.words import Fact, Words
from storage.models import Card, Conversation, Person
from storage.session import BatchSession

Row = tuple[Choice, ...]


@dataclass(slots=True)
class Desk:
    """The means of a service: one transaction, one moment."""

    session: BatchSession
    now: datetime
    city: City
    words: Words
    post: Post
    public_url: str = ""
    start_link: str = ""  # a link that opens the bot with a start code appended, where the platform has one

    def language_of(self, person: Person | None) -> str:
        """The person's language, or the city's first."""
        return (person.language if person else "") or self.city.settings.languages[0]

    def wording(self, chat: Chat, key: str) -> str:
        """Return the key of a text as it is said in this chat: its variant `….unlocated`, if there is one, where no
        places can be sent to us.
        """
        if self.post.capabilities(chat).location_in:
            return key
        return f"{key}.unlocated" if self.words.has(f"{key}.unlocated") else key

    def button(self, language: str, key: str, token: str, style: str = "", **facts: Fact) -> Choice:
        """A choice whose label is a text of the catalogue."""
        return Choice(label=self.words.plain(language, key, **facts), token=token, style=style)


@dataclass(slots=True)
class Turn(Desk):
    """Somebody's turn: what came in, who it is, what they are in the middle of."""

    incoming: Incoming = field(kw_only=True)
    person: Person = field(kw_only=True)
    conversation: Conversation = field(kw_only=True)

    @property
    def chat(self) -> Chat:
        """Where they said it."""
        return self.incoming.chat

    @property
    def is_private(self) -> bool:
        """Whether nobody else reads along."""
        return self.incoming.chat.kind is ChatKind.PRIVATE

    @property
    def language(self) -> str:
        """Theirs."""
        return self.language_of(self.person)

    @property
    def token(self) -> tokens.Token | None:
        """What their tap means, if this is a tap on one of our choices."""
        payload = self.incoming.payload
        return tokens.read(payload.token) if isinstance(payload, Press) else None

    @property
    def draft(self) -> dict[str, Any] | None:
        """The open draft's data."""
        return self.conversation.draft

    @draft.setter
    def draft(self, data: dict[str, Any] | None) -> None:
        self.conversation.draft = data
        self.conversation.updated_at = self.now

    def say(self, key: str, *rows: Row, **facts: Fact) -> None:
        """Answer here with a text of the catalogue and rows of choices."""
        self.answer(self.words.say(self.language, self.wording(self.chat, key), **facts), *rows)

    def answer(
        self, text: tuple[Span, ...], *rows: Row, photos: tuple[str, ...] = (), ask_location: bool = False
    ) -> None:
        """Answer here with spans and rows of choices."""
        message = Outgoing(text=text, photos=photos, choices=rows, ask_location=ask_location)
        self.post.send(self.chat, message, context=self.incoming.context or None)

    def show(self, subject: str, name: str, message: Outgoing, *, anew: bool = False) -> Card:
        """Show a card here."""
        return self.post.show(View(subject, self.chat, name, self.person.id), message, anew=anew)

    def press(
        self, key: str, action: str, subject: int = 0, extra: str | int = "", style: str = "", **facts: Fact
    ) -> Choice:
        """A choice here: a label of the catalogue and a token."""
        return self.button(self.language, key, tokens.write(action, subject, extra), style, **facts)
