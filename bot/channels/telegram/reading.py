"""Telegram's updates in neutral words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from bot.channels.telegram.updates import (
    CallbackQuery,
    ChatMemberUpdated,
    Document,
    Message,
    PhotoSize,
    Place,
    Update,
    User,
)
from bot.channels.telegram.updates import Chat as TelegramChat
from bot.port import (
    Chat,
    ChatKind,
    Contact,
    Envelope,
    File,
    Incoming,
    Location,
    Media,
    Moved,
    Opened,
    Payload,
    Photo,
    Press,
    Receipt,
    Sender,
    Text,
    Unparsable,
    Unsupported,
    Video,
    Voice,
)

NAME = "telegram"
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
_ARRIVED = "pk_arrived_at"
"""A tap carries no time of its own: its arrival is written beside it, in Unix seconds."""
_INSIDE = {"creator", "administrator", "member"}
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


# --- as it came ------------------------------------------------------------------------------------------------------


def envelope(update: Any, account: str, now: datetime) -> Envelope:
    """Wrap an update, whatever it is: nothing here may fail."""
    if isinstance(update, dict) and "callback_query" in update:
        update = {**update, _ARRIVED: now.timestamp()}
    body = json.dumps(update, ensure_ascii=False, separators=(",", ":"))
    if not body.isascii() and _is_broken(body):
        body = json.dumps(update)
    number = update.get("update_id") if isinstance(update, dict) else None
    key = str(number) if isinstance(number, int) else _digest(body)
    return _wrapped(key, _chat_id(update), account, body, _press_id(update))


def scrap(text: str, account: str) -> Envelope:
    """Wrap what is not even JSON, so that it is kept and looked at."""
    return _wrapped(_digest(text), "", account, text)


def _wrapped(key: str, chat_id: str, account: str, body: str, press_id: str = "") -> Envelope:
    chat = f"{NAME}:{account}:{chat_id}"[:255]
    return Envelope(channel=NAME, account=account, key=key[:255], chat=chat, body=body, press_id=press_id)


def _press_id(update: Any) -> str:
    press = update.get("callback_query") if isinstance(update, dict) else None
    number = press.get("id") if isinstance(press, dict) else None
    return number if isinstance(number, str) else ""


def _is_broken(text: str) -> bool:
    """Tell whether it holds half a character (a lone surrogate), which no database takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode(errors='replace')).hexdigest()}"


def _chat_id(update: Any) -> str:
    """Find the chat of an update of any kind, known or not; else who sent it; else nothing."""
    for event in update.values() if isinstance(update, dict) else ():
        if not isinstance(event, dict):
            continue
        for holder in (event, event.get("message")):
            chat = holder.get("chat") if isinstance(holder, dict) else None
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                return str(chat["id"])
        sender = event.get("from")
        if isinstance(sender, dict) and isinstance(sender.get("id"), int):
            return str(sender["id"])
    return ""


# --- as it is meant --------------------------------------------------------------------------------------------------


def read(body: str, account: str) -> Incoming:
    """Read a raw update. Raises `Unparsable`."""
    try:
        return _read(Update.model_validate_json(body), account)
    except (ValidationError, ValueError, OverflowError) as error:
        raise Unparsable(type(error).__name__) from error


def _read(update: Update, account: str) -> Incoming:
    if update.callback_query is not None:
        return _pressed(update, update.callback_query, account)
    if update.my_chat_member is not None:
        change = update.my_chat_member
        return _incoming(update, account, change.chat, change.sender, change.date, _membership(change))
    message = update.message or update.edited_message
    if message is None:
        raise Unparsable("an update of another kind")
    edited = update.edited_message is not None
    at = message.edit_date if edited and message.edit_date else message.date
    return _incoming(update, account, message.chat, message.sender, at, _said(message, edited=edited))


def _incoming(  # noqa: PLR0917 -- what an update is made of
    update: Update, account: str, chat: TelegramChat, sender: User | None, at: float, payload: Payload
) -> Incoming:
    return Incoming(
        channel=NAME,
        account=account,
        key=str(update.update_id),
        chat=_chat(chat, account),
        sender=_sender(sender, chat),
        at=datetime.fromtimestamp(at, UTC),
        payload=payload,
    )


def _chat(chat: TelegramChat, account: str) -> Chat:
    kind = ChatKind.PRIVATE if chat.type == "private" else ChatKind.GROUP
    return Chat(channel=NAME, account=account, id=str(chat.id), kind=kind, title=chat.title)


def _sender(user: User | None, chat: TelegramChat) -> Sender:
    """Return the person; who writes in the name of a chat is that chat."""
    if user is None:
        return Sender(realm=NAME, id=str(chat.id), name=chat.title)
    name = f"{user.first_name} {user.last_name}" if user.last_name else user.first_name
    return Sender(realm=NAME, id=str(user.id), name=name, language=user.language_code)


def _pressed(update: Update, query: CallbackQuery, account: str) -> Incoming:
    message = query.message
    chat = message.chat if message else TelegramChat(id=query.sender.id, type="private")
    if query.data is None:
        payload: Payload = Unsupported(what="callback_query")
    else:
        payload = Press(token=query.data, receipt=_receipt(message), press_id=query.id)
    return _incoming(update, account, chat, query.sender, update.arrived_at, payload)


def _receipt(message: Message | None) -> Receipt | None:
    """Return which message was tapped; what an edit needs to know, the sender knows better.

    One that Telegram no longer shows us cannot be edited.
    """
    if message is None:
        return None
    return Receipt(id=str(message.message_id), editable_until=None if message.date else _NEVER)


def _membership(change: ChatMemberUpdated) -> Opened:
    """Tell whether the bot may now write here: it was let in or unblocked, or thrown out or blocked."""
    member = change.new_chat_member
    return Opened(entering=member.status in _INSIDE or (member.status == "restricted" and member.is_member))


def _said(message: Message, *, edited: bool) -> Payload:  # noqa: PLR0911 -- a table of kinds
    """Return what a message brings; where it is edited, its new words."""
    if message.migrate_to_chat_id is not None:
        return Moved(to=str(message.migrate_to_chat_id))
    if message.text is not None:
        return _text(message.text, edited=edited)
    if edited and message.caption is not None:
        return Text(text=message.caption, edited=True)
    if message.photo:
        return Photo(media=_photo(message.photo), caption=message.caption or "", album=message.media_group_id)
    if message.location is not None:
        return _location(message, message.location)
    if message.contact is not None:
        return Contact()
    return _file(message)


def _text(text: str, *, edited: bool) -> Payload:
    head, _, code = text.strip().partition(" ")
    if head.split("@")[0] == "/start" and not edited:
        return Opened(start=code.strip())
    return Text(text=text, edited=edited)


def _location(message: Message, place: Place) -> Location:
    return Location(
        lat=place.latitude,
        lon=place.longitude,
        name=message.venue.title if message.venue else "",
        live=place.live_period is not None,
        forwarded=message.forward_origin is not None,
    )


def _photo(sizes: Sequence[PhotoSize]) -> Media:
    largest = max(sizes, key=lambda size: size.width * size.height)
    return Media(ref=largest.file_id, mime="image/jpeg", size=largest.file_size)


def _file(message: Message) -> Payload:
    caption, album = message.caption or "", message.media_group_id
    if message.voice:
        return Voice(media=_media(message.voice))
    if message.video:
        return Video(media=_media(message.video), caption=caption, album=album)
    if message.animation:  # Telegram shows older bots a document beside it
        return Unsupported(what="animation")
    if message.document:
        return File(media=_media(message.document), caption=caption, album=album)
    return Unsupported(what=" ".join(message.model_extra or ()))


def _media(file: Document) -> Media:
    return Media(ref=file.file_id, mime=file.mime_type, name=file.file_name, size=file.file_size)
