"""Neutral messages in WeCom's terms: which messages one becomes, and what each of them says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from bot.channels.wecom import cards
from bot.channels.wecom.markup import as_markdown, as_text, is_markdown, pages
from bot.channels.wecom.refusals import Json
from bot.domain.datum import gcj02_from_wgs84
from bot.port import Capabilities, Location, Outgoing, Pacing, Span

LIMIT = 2048
"""Bytes of a text or of markdown (path/90236)."""
CAPABILITIES = Capabilities(
    text_limit=LIMIT,
    text_unit="utf8",
    max_buttons=cards.BUTTONS,
    button_columns=2,
    label_limit=cards.LABEL,
    edits=False,
    keeps_exif="never",
    # WeCom takes 30 a minute and 1,000 an hour for one member, and drops the rest without a word (path/90312). So we
    # stay so far below that one message which becomes several of WeCom's does not reach beyond.
    pacing=Pacing(chat_per_minute=24, chat_per_hour=950),
)
_MAP = "https://apis.map.qq.com/uri/v1/marker?marker=coord:{lat:.6f},{lon:.6f};title:{name}"


class Part(NamedTuple):
    """One of WeCom's messages: a photo (its blob), a file (blob and name), or words, ready to be sent."""

    photo: str = ""
    document: tuple[str, str] = ("", "")
    words: Json | None = None
    card: Outgoing | None = None


def parts(message: Outgoing) -> Iterator[Part]:
    """Yield the messages that this one becomes: photos, the file, words, and last the card, where there are choices.

    Where words and choices do not fit one card, it bears the last line alone.
    """
    yield from (Part(photo=photo) for photo in message.photos)
    if message.document:
        yield Part(document=(message.document, message.document_name or "file"))
    text, lines = _parted(message)
    if not message.choices:
        yield from (Part(words=words) for words in said((*text, *lines)))
        return
    if cards.fits((*text, *lines)):
        yield Part(card=message.model_copy(update={"text": (*text, *lines)}))
        return
    before, last = cards.tail(text)
    yield from (Part(words=words) for words in said((*before, *lines)))
    yield Part(card=message.model_copy(update={"text": last}))


def on_card(message: Outgoing) -> Outgoing | None:
    """Return what a card that is changed shows; None when that cannot be all of it and there is something to tap."""
    if message.photos or message.document:
        message = message.model_copy(update={"photos": (), "document": "", "document_name": ""})
    words, lines = _parted(message)
    text = (*words, *lines)
    if message.choices and not cards.fits(text):
        return None
    return message.model_copy(update={"text": text})


def said(spans: Sequence[Span], limit: int = LIMIT) -> Iterator[Json]:
    """Yield the contents of the messages that say these words."""
    if is_markdown(spans):
        yield from ({"msgtype": "markdown", "markdown": {"content": page}} for page in pages(spans, limit, as_markdown))
    else:
        yield from ({"msgtype": "text", "text": {"content": page}} for page in pages(spans, limit, as_text))


def _parted(message: Outgoing) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return the words with the place, and the lines of the choices."""
    end = len(message.text) - message.numbered
    return (*message.text[:end], *_place(message)), message.text[end:]


def _place(message: Outgoing) -> Iterator[Span]:
    """Yield a link to a map, which speaks GCJ-02."""
    place = message.location
    if isinstance(place, Location):
        shown = gcj02_from_wgs84(place.lat, place.lon)
        name = place.name or f"{place.lat:.6f}, {place.lon:.6f}"
        yield Span(text="\n📍 " if message.text else "📍 ")
        yield Span(text=name, url=_MAP.format(lat=shown.lat, lon=shown.lon, name=quote(name, safe="")))
