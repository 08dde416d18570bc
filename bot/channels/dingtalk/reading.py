"""DingTalk's messages, taps and events in neutral words."""

from __future__ import annotations

import hashlib
import json
import logging
import mimetypes
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from bot.channels.dingtalk.messages import GROUP_CARD, Arrival, Event, Kind, Message, Tap
from bot.port import (
    Chat,
    ChatKind,
    Envelope,
    File,
    Incoming,
    Media,
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

log = logging.getLogger(__name__)

NAME = "dingtalk"
_MENTION = re.compile(r"^\s*(?:@\S+\s+)*")
"""What a message in a group begins with: that it is meant for the robot."""
SPOKEN = "{label} ⟨{token}⟩"
"""What a button without a template lets its presser say. The token is in it: numbers are given to others in time, and
an old button can be pressed for ever.
"""
_SPOKEN = re.compile(r"[^⟨⟩\n]* ⟨([^⟨⟩\s]{1,64})⟩")


# --- as it came ------------------------------------------------------------------------------------------------------


def envelopes(arrival: Arrival, account: str) -> Iterator[Envelope]:
    """Wrap what arrived, whatever it is: nothing here may fail. A text with several pictures becomes one for each, an
    event one for each chat that it ends, or none.
    """
    try:
        found = _KINDS[arrival.kind].model_validate_json(arrival.data)
    except ValidationError:
        yield _wrapped(arrival, _digest(arrival.data), "", account)
        return
    for part, (key, chat_id) in enumerate(_placed(found, arrival)):
        yield _wrapped(arrival.model_copy(update={"part": part}), key, chat_id, account)


def _placed(found: Message | Tap | Event, arrival: Arrival) -> Iterator[tuple[str, str]]:
    """Yield the key and the chat of each envelope."""
    match found:
        case Message():
            for part in range(max(1, len(found.pictures))):
                yield f"{found.msg_id}#{part}" if part else found.msg_id, found.chat_id
        case Tap():
            yield f"tap:{arrival.id}", found.chat_id
        case Event():
            if not found.over:
                log.debug("dingtalk: an event that means nothing to us (%.50r)", found.event_type)
            for chat_id in found.over:
                yield _key_of_end(found, arrival, chat_id), chat_id


def _key_of_end(event: Event, arrival: Arrival, chat_id: str) -> str:
    """Return what the same event has in common however it comes; without an id of its own, all that it says."""
    return f"event:{event.event_id or _digest(arrival.data)}:{chat_id}"


def context_of(data: str) -> tuple[str, dict[str, Any]]:
    """Return the chat of a message, and the session that came with it."""
    try:
        message = Message.model_validate_json(data)
        return message.chat_id, _context(message)
    except (ValidationError, OverflowError):
        return "", {}


def _wrapped(arrival: Arrival, key: str, chat_id: str, account: str) -> Envelope:
    """Wrap one. A database takes no NUL, and what it does not take would be tried for ever."""
    key, chat_id = key.replace("\0", ""), chat_id.replace("\0", "")
    body = json.dumps(arrival.model_dump(), ensure_ascii=False, separators=(",", ":"))
    return Envelope(
        channel=NAME, account=account, key=key[:255], chat=f"{NAME}:{account}:{chat_id}"[:255], body=body,
        press_id=arrival.id if arrival.kind == "tap" else "",
    )  # fmt: skip


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode(errors='replace')).hexdigest()}"


# --- as it is meant --------------------------------------------------------------------------------------------------


def read(body: str, account: str, realm: str) -> Incoming:
    """Read what arrived; `realm` is the organisation where nothing else is said. Raises `Unparsable`."""
    try:
        arrival = Arrival.model_validate_json(body)
        return _READERS[arrival.kind](arrival, account, realm)
    except (ValidationError, ValueError, OverflowError) as error:
        raise Unparsable(type(error).__name__) from error


def _said(arrival: Arrival, account: str, realm: str) -> Incoming:
    message = Message.model_validate_json(arrival.data)
    until = message.session_webhook_expired_time
    return Incoming(
        channel=NAME,
        account=account,
        key=f"{message.msg_id}#{arrival.part}" if arrival.part else message.msg_id,
        chat=_chat(message, account),
        sender=Sender(realm=message.sender_corp_id or realm, id=message.who, name=message.sender_nick),
        at=_moment(message.create_at or arrival.at),
        payload=_payload(message, arrival.part),
        context=_context(message),
        context_until=_moment(until) if until else None,
    )


def _chat(message: Message, account: str) -> Chat:
    kind = ChatKind.PRIVATE if message.is_private else ChatKind.GROUP
    return Chat(channel=NAME, account=account, id=message.chat_id, kind=kind, title=message.conversation_title)


def _context(message: Message) -> dict[str, Any]:
    if not message.session_webhook:
        return {}
    return {"webhook": message.session_webhook, "until": message.session_webhook_expired_time / 1000}


def _payload(message: Message, part: int) -> Payload:  # noqa: PLR0911 -- a table of kinds
    content = message.content
    match message.msgtype:
        case "text":
            return _words(message.text.content, message)
        case "richText" if not message.pictures:
            return _words(_rich_words(message), message)
        case "richText" | "picture":
            album = message.msg_id if len(message.pictures) > 1 else ""
            caption = "" if part else _rich_words(message)
            return Photo(media=Media(ref=message.pictures[part], mime="image/jpeg"), caption=caption, album=album)
        case "audio" if content.recognition.strip():
            return Text(text=content.recognition)  # what it was heard to say is worth more to a report than its sound
        case "audio":
            return Voice(media=Media(ref=content.download_code, mime="audio/amr"))
        case "video":
            return Video(media=Media(ref=content.download_code, mime=f"video/{content.video_type or 'mp4'}"))
        case "file":
            mime = mimetypes.guess_type(content.file_name)[0] or ""
            return File(media=Media(ref=content.download_code, mime=mime, name=content.file_name))
    return Unsupported(what=message.msgtype)  # a place comes like this, and nothing tells it from anything else


def _rich_words(message: Message) -> str:
    words = "".join(piece.text for piece in message.content.rich_text)
    return words if message.is_private else _MENTION.sub("", words)


def _words(text: str, message: Message) -> Payload:
    said = text if message.is_private else _MENTION.sub("", text)
    match = _SPOKEN.fullmatch(said.strip())
    return Press(token=match[1]) if match else Text(text=said)


def _tapped(arrival: Arrival, account: str, realm: str) -> Incoming:
    tap = Tap.model_validate_json(arrival.data)
    kind = ChatKind.GROUP if tap.out_track_id.startswith(GROUP_CARD) else ChatKind.PRIVATE
    return Incoming(
        channel=NAME,
        account=account,
        key=f"tap:{arrival.id}",
        chat=Chat(channel=NAME, account=account, id=tap.chat_id, kind=kind),
        sender=Sender(realm=tap.corp_id or realm, id=tap.user_id),
        at=_moment(arrival.at),
        payload=Press(token=tap.token, receipt=Receipt(id=tap.out_track_id), press_id=arrival.id),
    )


def _ended(arrival: Arrival, account: str, realm: str) -> Incoming:
    event = Event.model_validate_json(arrival.data)
    if arrival.part >= len(event.over):
        raise ValueError("nothing is over")
    chat_id, kind = event.over[arrival.part], ChatKind.GROUP if event.is_of_group else ChatKind.PRIVATE
    return Incoming(
        channel=NAME,
        account=account,
        key=_key_of_end(event, arrival, chat_id),
        chat=Chat(channel=NAME, account=account, id=chat_id, kind=kind),
        sender=Sender(realm=str(event.corp_id or realm), id=chat_id),
        at=_moment(arrival.at),
        payload=Opened(entering=False),
    )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


_KINDS: dict[Kind, type[Message | Tap | Event]] = {"message": Message, "tap": Tap, "event": Event}
_READERS: dict[Kind, Callable[[Arrival, str, str], Incoming]] = {"message": _said, "tap": _tapped, "event": _ended}
