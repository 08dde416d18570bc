"""As much of what DingTalk pushes as we read: the vendor's own names and meanings, checked as they come in."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel


class Part(BaseModel):
    """A part of what comes in. What DingTalk adds to it later is no mistake, and null is what it does not say."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)

    @model_validator(mode="before")
    @classmethod
    def _said(cls, data: Any) -> Any:
        is_object = isinstance(data, dict)
        return {name: value for name, value in data.items() if value is not None} if is_object else data


Kind = Literal["message", "tap", "event"]


class Arrival(BaseModel):
    """What the inbox keeps: a message, a tap or an event with its data as they came, when (ms), and which picture of
    it, or which of its people.

    `id` is DingTalk's own of what was pushed; taps have no other.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    id: str
    at: int
    data: str
    part: int = 0


class Words(Part):
    """The content of a text."""

    content: str = ""


class Piece(Part):
    """A piece of a rich text: words, or a picture."""

    text: str = ""
    type: str = ""
    download_code: str = ""


class Content(Part):
    """The content of everything but a text; `recognition` is what a voice was heard to say."""

    download_code: str = ""
    rich_text: tuple[Piece, ...] = ()
    recognition: str = ""
    file_name: str = ""
    video_type: str = ""


class Message(Part):
    """A message to the robot. Outsiders have no staff id; `create_at` and the session's end count milliseconds."""

    msg_id: str = Field(min_length=1)
    msgtype: str = Field(alias="msgtype")
    conversation_id: str
    conversation_type: str
    conversation_title: str = ""
    sender_id: str
    sender_staff_id: str = ""
    sender_nick: str = ""
    sender_corp_id: str = ""
    chatbot_corp_id: str = ""
    create_at: int | None = None
    session_webhook: str = ""
    session_webhook_expired_time: int = 0
    text: Words = Words()
    content: Content = Content()

    @property
    def is_private(self) -> bool:
        """Whether only its sender and the robot see it."""
        return self.conversation_type == "1"

    @property
    def who(self) -> str:
        """The sender's id."""
        return self.sender_staff_id or self.sender_id

    @property
    def chat_id(self) -> str:
        """The chat's id: a private one is its person's, to whom the robot writes by it."""
        return self.who if self.is_private else self.conversation_id

    @property
    def pictures(self) -> tuple[str, ...]:
        """The download codes of its pictures."""
        if self.msgtype == "picture":
            return (self.content.download_code,)
        return tuple(piece.download_code for piece in self.content.rich_text if piece.download_code)


class Tap(Part):
    """A tap on a card; `content` is JSON in a string."""

    out_track_id: str = Field(min_length=1)
    user_id: str = Field(min_length=1)
    corp_id: str = ""
    space_id: str = ""
    content: str = ""

    @property
    def chat_id(self) -> str:
        """The chat's id: what we called the card tells whether it lies in a group."""
        return self.space_id if self.out_track_id.startswith(GROUP_CARD) else self.user_id

    @property
    def token(self) -> str:
        """The token of the choice. Raises `ValueError` where there is none."""
        found: Any = json.loads(self.content)
        for name in ("cardPrivateData", "params", "token"):
            found = found.get(name) if isinstance(found, dict) else None
        if not isinstance(found, str) or not found:
            raise ValueError("a tap without a token")
        return found


class Event(Part):
    """An event of the organisation. By the stream some of it stands in the frame's headers; over HTTP all is in one
    object, where some names begin with a capital. What other events say in these fields may be anything.
    """

    event_type: str = Field("", validation_alias=AliasChoices("eventType", "EventType"))
    event_id: Any = Field("", validation_alias=AliasChoices("eventId", "EventId"))
    corp_id: Any = Field("", validation_alias=AliasChoices("eventCorpId", "CorpId", "corpId"))
    user_id: Any = Field((), validation_alias=AliasChoices("userId", "UserId"))
    conversation_id: Any = Field("", validation_alias=AliasChoices("openConversationId", "OpenConversationId"))

    @property
    def is_of_group(self) -> bool:
        """Whether it tells of a group, else of people."""
        return self.event_type == DISBANDED

    @property
    def over(self) -> tuple[str, ...]:
        """The ids of the chats that are over: those of who has left the organisation, or a group's."""
        said = {LEFT: self.user_id, DISBANDED: self.conversation_id}.get(self.event_type, ())
        named = said if isinstance(said, list) else [said]
        return tuple(each for each in named if isinstance(each, str) and each)


LEFT, DISBANDED = "user_leave_org", "chat_disband"
"""How the events are called that mean something to us (open.dingtalk.com, address-book-user-resignation; the events of
group chats, 群会话事件).
"""
PRIVATE_CARD, GROUP_CARD = "pk-p-", "pk-g-"
"""How the ids begin that we give to cards."""
