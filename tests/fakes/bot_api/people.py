"""The people's phones: users and groups, and everything a person can do to a bot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.bot_api.chats import Chat, Json, Message, Wanted
from tests.fakes.bot_api.files import document, reference
from tests.fakes.bot_api.markup import found_entities

if TYPE_CHECKING:
    from tests.fakes.bot_api.server import FakeBotApi


@dataclass
class Group(Chat):
    """A group or supergroup; the bot is a member unless it was kicked."""

    api: FakeBotApi = field(kw_only=True)
    members: dict[int, User] = field(default_factory=dict)
    has_bot: bool = True

    def adds_bot(self, by: User) -> None:
        """Add the bot, as a member would."""
        self.has_bot, old = True, "left"
        self.api.membership_changed(self, by, old, "member")
        self.api.person_sends(self, by, new_chat_members=[self.api.me])

    def kicks_bot(self, by: User) -> None:
        """Remove the bot: it can no longer send here."""
        self.has_bot = False
        self.api.membership_changed(self, by, "member", "kicked")

    def becomes_supergroup(self, by: User) -> Group:
        """Change into a supergroup with another id, and return that."""
        new = self.api.group(self.json["title"], kind="supergroup", members=list(self.members.values()))
        self.migrated_to = new.id
        self.api.person_sends(self, by, migrate_to_chat_id=new.id)
        self.api.person_sends(new, by, migrate_from_chat_id=self.id)
        return new


@dataclass
class Press:
    """A tap on an inline button: `answer` holds the parameters of answerCallbackQuery once it came."""

    api: FakeBotApi
    id: str
    data: str
    answer: Json | None = None
    expired: bool = False

    async def answered(self, *, timeout: float = 5) -> Json:  # noqa: ASYNC109
        """Wait for answerCallbackQuery and return its parameters."""
        return await self.api.bell.until(
            lambda: self.answer, timeout, lambda: f"The press {self.data!r} got no answer."
        )


@dataclass
class User:
    """A person with a phone. Where `chat` is left out, the private chat with the bot is meant."""

    api: FakeBotApi
    json: Json
    chat: Chat
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    @property
    def id(self) -> int:
        """The user id."""
        return int(self.json["id"])

    @property
    def messages(self) -> list[Message]:
        """What the private chat shows."""
        return self.chat.messages

    @property
    def last(self) -> Message:
        """The bot's newest message in the private chat."""
        return self.chat.last

    async def receives(self, wanted: Wanted | None = None, *, timeout: float = 5) -> Message:  # noqa: ASYNC109
        """As Chat.receives, in the private chat."""
        return await self.chat.receives(wanted, timeout=timeout)

    async def receives_many(self, count: int, *, timeout: float = 5) -> list[Message]:  # noqa: ASYNC109
        """As Chat.receives_many, in the private chat."""
        return await self.chat.receives_many(count, timeout=timeout)

    async def sees(self, wanted: Wanted, *, timeout: float = 5) -> Message:  # noqa: ASYNC109
        """As Chat.sees, in the private chat."""
        return await self.chat.sees(wanted, timeout=timeout)

    def starts(self, payload: str = "") -> Message:
        """Press Start, perhaps by a deep link."""
        return self.sends(f"/start {payload}".strip())

    def sends(self, text: str, *, chat: Chat | None = None, reply_to: Message | None = None) -> Message:
        """Send a text; commands, links and mentions in it are marked as Telegram does."""
        return self.sends_raw({"text": text, "entities": found_entities(text)}, chat=chat, reply_to=reply_to)

    def sends_photo(
        self,
        data: bytes,
        caption: str = "",
        *,
        album: str | None = None,
        size: int | None = None,
        chat: Chat | None = None,
    ) -> Message:
        """Send a photo, which loses its EXIF on the way; `size` is what Telegram says its size is."""
        fields: Json = {"photo": self.api.files.photo(data, size)}
        return self.sends_raw(captioned(fields, caption, album), chat=chat)

    def sends_album(self, photos: Sequence[bytes], caption: str = "", *, chat: Chat | None = None) -> list[Message]:
        """Send photos as an album: an update each, the caption on the first."""
        album = self.api.new_id("album")
        return [self.sends_photo(data, "" if n else caption, album=album, chat=chat) for n, data in enumerate(photos)]

    def sends_file(
        self, data: bytes, name: str = "photo.jpg", mime: str = "image/jpeg", caption: str = "", *,
        album: str | None = None, size: int | None = None, chat: Chat | None = None,
    ) -> Message:  # fmt: skip
        """Send a file untouched; `size` may claim more bytes than are there."""
        fields: Json = {"document": document(self.api.files.keep(data, "documents", name, mime, size))}
        return self.sends_raw(captioned(fields, caption, album), chat=chat)

    def sends_voice(self, data: bytes = b"OggS", seconds: int = 3, *, chat: Chat | None = None) -> Message:
        """Send a voice message."""
        file = self.api.files.keep(data, "voice", "voice.oga", "audio/ogg")
        return self.sends_raw({"voice": {**reference(file), "duration": seconds, "mime_type": file.mime}}, chat=chat)

    def sends_video(self, data: bytes = b"ftyp", caption: str = "", *, chat: Chat | None = None) -> Message:
        """Send a video."""
        file = self.api.files.keep(data, "videos", "video.mp4", "video/mp4")
        video = {**reference(file), "width": 640, "height": 360, "duration": 2, "mime_type": file.mime}
        return self.sends_raw(captioned({"video": video}, caption, None), chat=chat)

    def sends_sticker(self, emoji: str = "👍", *, chat: Chat | None = None) -> Message:
        """Send a sticker."""
        file = self.api.files.keep(b"RIFF", "stickers", "sticker.webp", "image/webp")
        flags = {"is_animated": False, "is_video": False, "type": "regular", "emoji": emoji}
        return self.sends_raw({"sticker": {**reference(file), "width": 512, "height": 512, **flags}}, chat=chat)

    def sends_location(self, latitude: float, longitude: float, *, chat: Chat | None = None) -> Message:
        """Send a pin, WGS-84."""
        return self.sends_raw({"location": {"latitude": latitude, "longitude": longitude}}, chat=chat)

    def sends_contact(self, phone: str = "+000", name: str = "Somebody", *, chat: Chat | None = None) -> Message:
        """Send a contact."""
        return self.sends_raw({"contact": {"phone_number": phone, "first_name": name}}, chat=chat)

    def sends_raw(self, fields: Json, *, chat: Chat | None = None, reply_to: Message | None = None) -> Message:
        """Send a message of any content, known to this double or not."""
        if self.blocked:
            raise RuntimeError("Who blocked the bot must unblock it before writing.")
        self.started = self.started or chat is None or chat is self.chat
        if reply_to is not None:
            fields = {**fields, "reply_to_message": reply_to.json}
        return self.api.person_sends(
            chat or self.chat, self, **{k: v for k, v in fields.items() if v not in ("", [], None)}
        )

    def presses(self, wanted: str, on: Message | None = None, *, chat: Chat | None = None) -> Press | Message:
        """Tap a button by label or data; without `on`, on the newest message that has it.

        An inline button gives a Press; a button of a reply keyboard sends its label, as phones do.
        """
        chat = chat or (on.chat if on else self.chat)
        places = [on] if on else reversed(chat.messages)
        place, button = next(((m, b) for m in places if (b := m.button(wanted))), (None, None))
        if place is None or button is None:
            raise AssertionError(chat.complaint("to press", wanted))
        if "callback_data" in button:
            return self.presses_data(button["callback_data"], on=place)
        if "reply_markup" in place.json or button.keys() - {"text", "style"}:
            raise AssertionError(f"{button} opens something else than a callback; do that instead.")
        return self.sends(button["text"], chat=chat)

    def presses_data(self, data: str, on: Message, *, inaccessible: bool = False) -> Press:
        """Tap with any data, as an old client might; an `inaccessible` message comes as bare ids and date 0."""
        press = Press(self.api, self.api.new_id("press"), data)
        shown = {"chat": on.json["chat"], "message_id": on.id, "date": 0} if inaccessible else on.json
        query = {"id": press.id, "from": self.json, "message": shown, "chat_instance": str(on.chat.id), "data": data}
        self.api.presses[press.id] = press
        self.api.deliver({"callback_query": query})
        return press

    def edits(self, message: Message, text: str) -> Message:
        """Change one's own text or caption: an edited_message update."""
        name = "text" if "text" in message.json else "caption"
        message.versions.append(dict(message.json))
        message.json.update({name: text, "edit_date": self.api.today()})
        self.api.deliver({"edited_message": message.json})
        return message

    def joins(self, group: Group) -> None:
        """Join a group."""
        group.members[self.id] = self
        self.api.person_sends(group, self, new_chat_members=[self.json])

    def leaves(self, group: Group) -> None:
        """Leave a group."""
        group.members.pop(self.id, None)
        self.api.person_sends(group, self, left_chat_member=self.json)

    def blocks(self) -> None:
        """Block the bot: it hears so, and every send is refused with 403."""
        self.blocked = True
        self.api.membership_changed(self.chat, self, "member", "kicked")

    def unblocks(self) -> None:
        """Let the bot write again."""
        self.blocked = False
        self.api.membership_changed(self.chat, self, "kicked", "member")


def captioned(fields: Json, caption: str, album: str | None) -> Json:
    """Return the fields of a media message with caption and album."""
    marks = found_entities(caption)
    return {**fields, "caption": caption, "caption_entities": marks, "media_group_id": album}
