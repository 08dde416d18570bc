"""The neutral words between the channels and everyone else.

A channel turns what its platform says into `Incoming` and says an `Outgoing` in its platform's terms; nothing else in
the program knows which platform is which. The core asks `Capabilities`, never a channel's name.

Errors::

    PortError
    ├── Unparsable      an update that this channel cannot read; it is kept raw and quarantined
    └── DeliveryError   a message that the platform did not take; permanent or worth another try
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field


class Word(BaseModel):
    """A value of the port: immutable, comparable, and JSON on its way through the database."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")


# --- who and where ---------------------------------------------------------------------------------------------------


class ChatKind(StrEnum):
    """What sort of chat it is: `private` is one person and the bot."""

    PRIVATE = "private"
    GROUP = "group"


class Chat(Word):
    """A chat on one account of one channel; `id` is the platform's own, always text."""

    channel: str
    account: str
    id: str
    kind: ChatKind = ChatKind.PRIVATE
    title: str = ""

    @property
    def key(self) -> str:
        """The one text by which rows of this chat are ordered and found."""
        return f"{self.channel}:{self.account}:{self.id}"


class Sender(Word):
    """Who sent it: (channel, realm, id) is an identity; name and language are only the platform's hints."""

    realm: str
    id: str
    name: str = ""
    language: str = ""


# --- what came in ----------------------------------------------------------------------------------------------------


class Media(Word):
    """A lazy reference to bytes on the platform; `expires_at` is when the platform forgets them."""

    ref: str
    mime: str = ""
    name: str = ""
    size: int | None = None
    expires_at: datetime | None = None


class Text(Word):
    """Words; `edited` when they replace an earlier message's words."""

    kind: Literal["text"] = "text"
    text: str
    edited: bool = False


class Photo(Word):
    """A photo as the platform shows it (metadata usually lost); siblings of one album share `album`."""

    kind: Literal["photo"] = "photo"
    media: Media
    caption: str = ""
    album: str = ""


class File(Word):
    """A file, perhaps a photo sent unharmed."""

    kind: Literal["file"] = "file"
    media: Media
    caption: str = ""
    album: str = ""


class Voice(Word):
    """A voice message."""

    kind: Literal["voice"] = "voice"
    media: Media


class Video(Word):
    """A video, maybe with words."""

    kind: Literal["video"] = "video"
    media: Media
    caption: str = ""
    album: str = ""


class Location(Word):
    """A place in WGS-84 degrees; adapters of other datums convert before this."""

    kind: Literal["location"] = "location"
    lat: float
    lon: float
    name: str = ""
    live: bool = False
    forwarded: bool = False


class Contact(Word):
    """A visiting card; its contents are deliberately not carried."""

    kind: Literal["contact"] = "contact"


class Press(Word):
    """A tap on a choice: its token, the message it hung on (as a receipt), and the platform's id to acknowledge."""

    kind: Literal["press"] = "press"
    token: str
    receipt: Receipt | None = None
    press_id: str = ""


class Opened(Word):
    """Somebody opened the chat, or the bot entered a group; `start` is what a link carried along."""

    kind: Literal["opened"] = "opened"
    start: str = ""
    entering: bool = True


class Moved(Word):
    """The chat goes on under another id."""

    kind: Literal["moved"] = "moved"
    to: str


class Unsupported(Word):
    """Something real that no handler can use; `what` is the platform's word for it."""

    kind: Literal["unsupported"] = "unsupported"
    what: str


Payload = Annotated[
    Text | Photo | File | Voice | Video | Location | Contact | Press | Opened | Moved | Unsupported,
    Field(discriminator="kind"),
]


class Envelope(Word):
    """What an adapter hands to the inbox: the platform's own id, the chat to keep order in, and the raw body (JSON).

    `press_id` is what `acknowledge` takes, if this is a tap that has to be acknowledged.
    """

    channel: str
    account: str
    key: str
    chat: str
    body: str
    press_id: str = ""


class Incoming(Word):
    """One update in neutral words; `context` is opaque and comes back with the reply (a session webhook, say)."""

    channel: str
    account: str
    key: str
    chat: Chat
    sender: Sender
    at: datetime
    payload: Payload
    context: dict[str, Any] = {}
    context_until: datetime | None = None


# --- what goes out ---------------------------------------------------------------------------------------------------


class Span(Word):
    """A run of text in one style: plain, bold, a link, or a mention of an identity's id."""

    text: str
    bold: bool = False
    url: str = ""
    mention: str = ""


class Choice(Word):
    """Something to tap: what it says and the token it brings back (at most 64 bytes)."""

    label: str
    token: str
    style: Literal["", "primary", "danger"] = ""


class Outgoing(Word):
    """One message: words, photos by blob address, a location, rows of choices.

    `whole`: the photos are drawings to be read, so that nothing of them may be cropped. `numbered`: the choices have
    become lines of the text, its last span, or stand there too because buttons show only their beginnings. `informs`:
    the choices are offers, and nobody need take one up.
    """

    text: tuple[Span, ...] = ()
    photos: tuple[str, ...] = ()
    whole: bool = False
    document: str = ""
    document_name: str = ""
    location: Location | None = None
    choices: tuple[tuple[Choice, ...], ...] = ()
    ask_location: bool = False
    numbered: bool = False
    informs: bool = False

    @property
    def asks(self) -> bool:
        """Whether somebody is to choose something, by a tap or by a number."""
        return (self.numbered or bool(self.choices)) and not self.informs

    @property
    def bare(self) -> Outgoing:
        """The message with nothing left to choose."""
        text = self.text[:-1] if self.numbered else self.text
        return self.model_copy(update={"text": text, "choices": (), "ask_location": False, "numbered": False})

    @property
    def plain(self) -> str:
        """The words alone."""
        return "".join(span.text for span in self.text)

    @property
    def headline(self) -> tuple[Span, ...]:
        """The first line, by which people know what a message is about."""
        found = []
        for span in self.text:
            line, is_over, _ = span.text.partition("\n")
            found += [span.model_copy(update={"text": line})] if line else []
            if is_over:
                break
        return tuple(found)


class Receipt(Word):
    """What the platform said it became: its message id and what an edit needs to know.

    `editable_until` is for what may be edited for a time, or never (a moment long past); without it the capabilities
    decide. `messages` is how many of the platform's own messages it became, all of which count against its limits.
    """

    id: str
    editable_until: datetime | None = None
    detail: dict[str, Any] = {}
    messages: int = 1

    def is_editable(self, capabilities: Capabilities, now: datetime) -> bool:
        """Tell whether it may be edited now."""
        return capabilities.edits if self.editable_until is None else now < self.editable_until


class Command(Word):
    """An entry of the platform's command menu."""

    name: str
    description: str


class Pacing(Word):
    """How fast one account may send: over all chats, to one private chat, and to one group."""

    overall_per_second: float = 1e9
    chat_per_second: float = 1e9
    chat_per_minute: float = 1e9
    chat_per_hour: float = 1e9
    group_per_minute: float = 1e9


class Capabilities(Word):
    """What a platform can do; the core degrades what it cannot. One that does not hear only takes messages.

    `label_limit`: so many characters of a button are shown.
    `edits`: any message may be edited at any time, unless its receipt says otherwise. Where it is False, single
    messages may still be editable for a time: their receipts say so.
    `realm`: the only one whose people its groups can call by name; empty where ids are the same everywhere, or the
    realm is not told.
    """

    text_limit: int = 4096
    text_unit: Literal["utf16", "utf8"] = "utf16"
    buttons: bool = True
    max_buttons: int = 100
    button_columns: int = 8
    label_limit: int = 64
    edits: bool = True
    location_in: bool = True
    location_out: bool = True
    photos_out: bool = True
    sends_first: bool = True
    hears: bool = True
    links_with_start: bool = False
    keeps_exif: Literal["never", "files", "always"] = "files"
    realm: str = ""
    pacing: Pacing = Pacing()


class PortError(Exception):
    """Something between a platform and the bot went wrong."""


class Unparsable(PortError):
    """An update that the channel cannot read."""


class DeliveryError(PortError):
    """The platform did not take a message.

    `permanent` ends it; otherwise it is tried again after `retry_after` seconds (or a growing pause). `reason` is one
    of `blocked`, `gone` (message to edit), `moved` (with `moved_to`), `refused`, `credentials`, `busy`, `network`.
    """

    def __init__(
        self, reason: str, *, permanent: bool, retry_after: float | None = None, moved_to: str = "", detail: str = ""
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.moved_to = moved_to


Intake = Callable[[Sequence[Envelope]], Awaitable[None]]
"""Takes envelopes into the inbox; returns when they are committed, and only then may the platform hear "OK"."""


@runtime_checkable
class Channel(Protocol):
    """One account on one platform."""

    name: str
    account: str
    capabilities: Capabilities

    def parse(self, body: str) -> Incoming:
        """Read a raw update (pure; may run in any thread). Raises `Unparsable`."""
        ...

    async def send(self, chat: Chat, message: Outgoing, context: dict[str, Any] | None = None) -> Receipt:
        """Say it. Raises `DeliveryError`."""
        ...

    async def edit(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt:
        """Change what was said; the answer may be another receipt. "Nothing changed" is success."""
        ...

    async def acknowledge(self, press_id: str) -> None:
        """Tell the platform that a tap arrived (stops its spinner). Best effort."""
        ...

    async def fetch(self, media: Media) -> bytes:
        """Bring the bytes of a media reference. Raises `DeliveryError`."""
        ...

    async def let_go(self, media: Media, blob: str) -> None:
        """Forget the original: a cleaned copy is kept at this blob address. For platforms that keep files with us."""
        ...

    async def receive(self, intake: Intake) -> None:
        """Pull updates until cancelled, where the platform is polled; returns at once where it pushes."""
        ...

    async def announce(self, commands: dict[str, Sequence[Command]], chat: Chat | None = None) -> None:
        """Offer the command menu, by language, to everyone or in one chat. Best effort."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


# --- what a channel may have besides ----------------------------------------------------------------------------------


@runtime_checkable
class Pushed(Protocol):
    """A channel to which the platform may post its updates."""

    def routes(self, intake: Intake) -> Sequence[Any]:
        """Return the routes (Starlette's) that the platform posts to; none when updates are pulled."""
        ...


@runtime_checkable
class Introducible(Protocol):
    """A channel that can be opened by a link to which a start code is appended; empty until it is known."""

    start_link: str

    async def introduce(self) -> str:
        """Ask the platform who the bot is, and return (and keep) the link. Raises `DeliveryError`."""
        ...


@runtime_checkable
class Checkable(Protocol):
    """A channel whose settings one call proves; `mode` is how updates come (polling, webhook, stream, none …)."""

    mode: str

    async def check(self) -> str:
        """Ask the platform, changing nothing, and return what it calls the bot. Raises `DeliveryError`."""
        ...


Press.model_rebuild()
