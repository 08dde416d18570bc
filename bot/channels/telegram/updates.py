"""As much of Telegram's updates as we read: the Bot API's own names and meanings, checked as they come in."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """A part of an update. What Telegram adds to it later is no mistake."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore", frozen=True)


class User(Part):
    """A person or a bot."""

    id: int
    first_name: str
    last_name: str = ""
    language_code: str = ""


class Chat(Part):
    """A chat; `type` is private, group, supergroup or channel."""

    id: int
    type: str
    title: str = ""


class Document(Part):
    """Any file: a document, a voice message, a video."""

    file_id: str
    file_name: str = ""
    mime_type: str = ""
    file_size: int | None = None


class PhotoSize(Document):
    """A photo in one of its sizes, in pixels."""

    width: int
    height: int


class Place(Part):
    """A location in WGS-84 degrees; with a live period it moves."""

    latitude: float
    longitude: float
    live_period: int | None = None


class Venue(Part):
    """A place that has a name."""

    title: str


class Message(Part):
    """A message, of `date` 0 where Telegram no longer shows it; whatever else it brings is kept under its name."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow", frozen=True)

    message_id: int
    date: int
    chat: Chat
    sender: User | None = Field(None, alias="from")
    edit_date: int | None = None
    forward_origin: dict[str, Any] | None = None
    media_group_id: str = ""
    text: str | None = None
    caption: str | None = None
    photo: tuple[PhotoSize, ...] = ()
    document: Document | None = None
    animation: Document | None = None
    voice: Document | None = None
    video: Document | None = None
    location: Place | None = None
    venue: Venue | None = None
    contact: dict[str, Any] | None = None
    migrate_to_chat_id: int | None = None


class CallbackQuery(Part):
    """A tap on a button."""

    id: str
    sender: User = Field(alias="from")
    message: Message | None = None
    data: str | None = None


class ChatMember(Part):
    """How somebody stands to a chat; `is_member` is told of those with restricted rights."""

    status: str
    is_member: bool = False


class ChatMemberUpdated(Part):
    """A change of how the bot itself stands to a chat."""

    chat: Chat
    sender: User = Field(alias="from")
    date: int
    new_chat_member: ChatMember


class Update(Part):
    """One update, with one of its events; none of them when it is of a kind that we did not ask for."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: ChatMemberUpdated | None = None
    arrived_at: float = Field(0, alias="pk_arrived_at")
    """When a tap came in, in Unix seconds: it carries no time of its own, so we write it beside."""
