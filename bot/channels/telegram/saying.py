"""Neutral messages in Telegram's terms: text with entities, inline keyboards, and which messages one becomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiogram.methods import (
    EditMessageCaption,
    EditMessageMedia,
    EditMessageText,
    SendDocument,
    SendLocation,
    SendMessage,
    SendPhoto,
    TelegramMethod,
)
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaPhoto,
    LinkPreviewOptions,
    MessageEntity,
    User,
)

from bot.channels.degrade import pages, size
from bot.port import Capabilities, Choice, Outgoing, Pacing, Span

File = str | InputFile
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
_STYLES = {"primary": "primary", "danger": "danger"}
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


def entities(spans: Sequence[Span]) -> list[MessageEntity]:
    """Return the styles of the spans; offsets and lengths count UTF-16 units. Nothing needs escaping."""
    found: list[MessageEntity] = []
    offset = 0
    for span in spans:
        length = size(span.text, "utf16")
        if length:
            found.extend(_styles(span, offset, length))
        offset += length
    return found


def _styles(span: Span, offset: int, length: int) -> list[MessageEntity]:
    styles = []
    if span.bold:
        styles.append(MessageEntity(type="bold", offset=offset, length=length))
    if span.url:
        styles.append(MessageEntity(type="text_link", offset=offset, length=length, url=span.url))
    if span.mention.isdecimal():
        person = User(id=int(span.mention), is_bot=False, first_name=span.text)
        styles.append(MessageEntity(type="text_mention", offset=offset, length=length, user=person))
    return styles


def keyboard(rows: Sequence[Sequence[Choice]]) -> InlineKeyboardMarkup | None:
    """Return the choices as buttons under the message."""
    if not rows:
        return None
    return InlineKeyboardMarkup(inline_keyboard=[[_button(choice) for choice in row] for row in rows])


def _button(choice: Choice) -> InlineKeyboardButton:
    style = _STYLES.get(choice.style)
    if style:
        return InlineKeyboardButton(text=choice.label, callback_data=choice.token, style=style)
    return InlineKeyboardButton(text=choice.label, callback_data=choice.token)


def _preview(message: Outgoing) -> LinkPreviewOptions | None:
    """Switch previews off where there is a link: a card is no place for a picture of a web page."""
    has_link = any(span.url for span in message.text) or "://" in message.plain
    return LinkPreviewOptions(is_disabled=True) if has_link else None


# --- the calls -------------------------------------------------------------------------------------------------------


def sending(chat_id: int, part: Outgoing, file: File = "") -> TelegramMethod[Any]:
    """Return the call that sends one part; `file` is its photo or document."""
    markup, styles = keyboard(part.choices), entities(part.text) or None
    if part.photos:
        return SendPhoto(
            chat_id=chat_id, photo=file, caption=part.plain or None, caption_entities=styles, reply_markup=markup
        )
    if part.document:
        return SendDocument(
            chat_id=chat_id, document=file, caption=part.plain or None, caption_entities=styles, reply_markup=markup
        )
    if part.location:
        place = part.location
        return SendLocation(chat_id=chat_id, latitude=place.lat, longitude=place.lon, reply_markup=markup)
    return SendMessage(
        chat_id=chat_id, text=part.plain, entities=styles, reply_markup=markup, link_preview_options=_preview(part)
    )


def rewriting(chat_id: int, message_id: int, part: Outgoing) -> EditMessageText:
    """Return the call that changes a text; buttons that are not given again disappear."""
    return EditMessageText(
        chat_id=chat_id, message_id=message_id, text=part.plain, entities=entities(part.text) or None,
        reply_markup=keyboard(part.choices), link_preview_options=_preview(part),
    )  # fmt: skip


def captioning(chat_id: int, message_id: int, message: Outgoing) -> EditMessageCaption:
    """Return the call that changes the words under a photo, file or place."""
    return EditMessageCaption(
        chat_id=chat_id, message_id=message_id, caption=message.plain or None,
        caption_entities=entities(message.text) or None, reply_markup=keyboard(message.choices),
    )  # fmt: skip


def showing(chat_id: int, message_id: int, message: Outgoing, photo: File) -> EditMessageMedia:
    """Return the call that puts another photo into a message, or a first one into a text."""
    styles = entities(message.text) or None
    media = InputMediaPhoto(media=photo, caption=message.plain or None, caption_entities=styles)
    return EditMessageMedia(
        chat_id=chat_id, message_id=message_id, media=media, reply_markup=keyboard(message.choices)
    )
