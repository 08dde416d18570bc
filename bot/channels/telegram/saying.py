"""Neutral messages in Telegram's terms: text with entities, inline keyboards, which messages one becomes, and menus."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.channels.degrade import pages, size
from bot.channels.telegram.calls import Call, Json, Upload
from bot.port import Capabilities, Chat, Choice, Command, Outgoing, Pacing, Span

File = str | Upload
"""A file_id, or bytes to upload."""
CAPABILITIES = Capabilities(
    text_limit=4096,
    text_unit="utf16",
    max_buttons=100,
    button_columns=8,
    links_with_start=True,
    keeps_exif="files",
    pacing=Pacing(overall_per_second=30, chat_per_second=1, group_per_minute=20),
)
CAPTION_LIMIT = 1024
ALBUM_LIMIT = 10
_POINTER = "⬇️"
"""The words under an album whose message has choices but no words: albums carry no buttons."""


def fits_caption(message: Outgoing) -> bool:
    """Tell whether its words fit under a photo."""
    return size(message.plain, "utf16") <= CAPTION_LIMIT


def parts(message: Outgoing) -> list[Outgoing]:
    """Return the messages that Telegram shows this one as: each a text, a photo, an album, a file or a place.

    Words and choices come in the last; the words of a single photo or file are its caption when they fit.
    """
    attached = _attachments(message)
    words = pages(Outgoing(text=message.text, choices=message.choices), CAPABILITIES)
    if not attached:
        return list(words)
    last = attached[-1]
    captioned = len(attached) == 1 and not last.location and len(last.photos) <= 1 and fits_caption(message)
    if captioned or not message.text:
        if len(last.photos) <= 1:
            text = message.text if captioned else ()
            return [*attached[:-1], last.model_copy(update={"text": text, "choices": message.choices})]
        words = (Outgoing(text=(Span(text=_POINTER),), choices=message.choices),) if message.choices else ()
    return [*attached, *words]


def _attachments(message: Outgoing) -> list[Outgoing]:
    albums = (message.photos[at : at + ALBUM_LIMIT] for at in range(0, len(message.photos), ALBUM_LIMIT))
    attached = [Outgoing(photos=album) for album in albums]
    if message.document:
        attached.append(Outgoing(document=message.document, document_name=message.document_name))
    if message.location:
        attached.append(Outgoing(location=message.location))
    return attached


def entities(spans: Sequence[Span]) -> list[Json]:
    """Return the styles of the spans as MessageEntity objects; offsets and lengths count UTF-16 units.

    Nothing needs escaping.
    """
    found: list[Json] = []
    offset = 0
    for span in spans:
        length = size(span.text, "utf16")
        if length:
            found.extend({**style, "offset": offset, "length": length} for style in _styles(span))
        offset += length
    return found


def _styles(span: Span) -> Iterator[Json]:
    if span.bold:
        yield {"type": "bold"}
    if span.url:
        yield {"type": "text_link", "url": span.url}
    if span.mention.isdecimal():
        yield {
            "type": "text_mention", "user": {"id": int(span.mention), "is_bot": False, "first_name": span.text},
        }  # fmt: skip


def keyboard(rows: Sequence[Sequence[Choice]]) -> Json:
    """Return the choices as an InlineKeyboardMarkup."""
    return {"inline_keyboard": [[_button(choice) for choice in row] for row in rows]}


def _button(choice: Choice) -> dict[str, str]:
    button = {"text": choice.label, "callback_data": choice.token}
    return {**button, "style": choice.style} if choice.style else button


# --- the calls -------------------------------------------------------------------------------------------------------


def sending(chat_id: int, part: Outgoing, file: File = "") -> Call:
    """Return the call that sends one part; `file` is its photo or document."""
    if part.photos:
        return _attached("sendPhoto", "photo", chat_id, part, file)
    if part.document:
        return _attached("sendDocument", "document", chat_id, part, file)
    if part.location:
        place = {"latitude": part.location.lat, "longitude": part.location.lon}
        return Call("sendLocation", {"chat_id": chat_id, **place, **_choices(part)})
    return Call("sendMessage", {"chat_id": chat_id, **_text(part)})


def album(chat_id: int, photos: Sequence[File]) -> Call:
    """Return the call that sends 2 to 10 photos as one."""
    files = {f"photo{place}": photo for place, photo in enumerate(photos) if isinstance(photo, Upload)}
    media = [{"type": "photo", "media": _named(photo, f"photo{place}")} for place, photo in enumerate(photos)]
    return Call("sendMediaGroup", {"chat_id": chat_id, "media": media}, files)


def rewriting(chat_id: int, message_id: int, part: Outgoing) -> Call:
    """Return the call that changes a text; buttons that are not given again disappear."""
    return Call("editMessageText", {"chat_id": chat_id, "message_id": message_id, **_text(part)})


def captioning(chat_id: int, message_id: int, message: Outgoing) -> Call:
    """Return the call that changes the words under a photo, file or place."""
    params = {"chat_id": chat_id, "message_id": message_id, **_caption(message), **_choices(message)}
    return Call("editMessageCaption", params)


def showing(chat_id: int, message_id: int, message: Outgoing, photo: File) -> Call:
    """Return the call that puts another photo into a message, or a first one into a text."""
    media = {"type": "photo", "media": _named(photo, "file"), **_caption(message)}
    params = {"chat_id": chat_id, "message_id": message_id, "media": media, **_choices(message)}
    return Call("editMessageMedia", params, _uploads(photo))


def offering(commands: Sequence[Command], chat: Chat | None, language: str | None) -> Call:
    """Return the call that sets the menu of commands: of one chat, or of all that have none of their own."""
    params: Json = {"commands": [{"command": each.name, "description": each.description[:256]} for each in commands]}
    if language is not None:
        params["language_code"] = language
    if chat is not None:
        params["scope"] = {"type": "chat", "chat_id": int(chat.id)}
    return Call("setMyCommands", params)


def _attached(method: str, field: str, chat_id: int, part: Outgoing, file: File) -> Call:
    params = {"chat_id": chat_id, field: _named(file, "file"), **_caption(part), **_choices(part)}
    return Call(method, params, _uploads(file))


def _named(file: File, field: str) -> str:
    """Return how a parameter names a file: by its file_id, or by the field in which it comes along."""
    return f"attach://{field}" if isinstance(file, Upload) else file


def _uploads(file: File) -> dict[str, Upload]:
    return {"file": file} if isinstance(file, Upload) else {}


def _text(part: Outgoing) -> Json:
    """Return what sending and editing a text have in common; a card is no place for a preview of a web page."""
    params: Json = {"text": part.plain, **_choices(part)}
    if styles := entities(part.text):
        params["entities"] = styles
    if "://" in part.plain or any(span.url for span in part.text):
        params["link_preview_options"] = {"is_disabled": True}
    return params


def _caption(part: Outgoing) -> Json:
    params: Json = {"caption": part.plain} if part.plain else {}
    return {**params, "caption_entities": styles} if (styles := entities(part.text)) else params


def _choices(part: Outgoing) -> Json:
    return {"reply_markup": keyboard(part.choices)} if part.choices else {}
