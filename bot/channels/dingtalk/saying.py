"""Neutral messages in DingTalk's terms: which messages one becomes, and what each says by session or by the robot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from bot.channels.degrade import pages
from bot.channels.dingtalk.markdown import is_marked, marked, title
from bot.channels.dingtalk.reading import SPOKEN
from bot.channels.dingtalk.refusals import Json
from bot.port import Capabilities, Choice, Location, Outgoing, Pacing, Span

BUTTONS = 5
"""An action card has so many; and as many of our tokens fit into the one variable of a template's card."""
CAPABILITIES = Capabilities(
    text_limit=4500,  # msgParam takes 15,000 bytes, and a character that must be escaped becomes three of them
    text_unit="utf8",
    max_buttons=BUTTONS,
    button_columns=BUTTONS,
    edits=False,
    location_in=False,
    pacing=Pacing(overall_per_second=15, group_per_minute=20),
)
CARDS = CAPABILITIES.model_copy(update={"edits": True})
"""With a template: what has choices is a card, and a card is all that can be edited."""
CARD_LIMIT = 1500
PHOTOS_A_CARD = 3
_POINTER = "⬇️"
"""The words of a message that has choices but no words."""
_SAY = "dtmd://dingtalkclient/sendMessage?content="
"""An address that makes the client say something in its user's name."""
_MAP = "https://uri.amap.com/marker?position={lon:.6f},{lat:.6f}&name={name}&coordinate=wgs84"


class Part(NamedTuple):
    """One of DingTalk's messages: a photo (its blob), a file, or words with what is shown and tapped beside them."""

    message: Outgoing
    photo: str = ""

    @property
    def is_words(self) -> bool:
        """Whether it needs no file."""
        return not self.photo and not self.message.document


def parts(message: Outgoing, *, cards: bool) -> list[Part]:
    """Return the messages that this one becomes. Words and choices come in the last.

    Photos stand alone, unless a card shows them; drawings to be read always do: a card crops.
    """
    is_card = cards and bool(message.choices)
    inside = message.photos[-PHOTOS_A_CARD:] if is_card and not message.whole else ()
    alone = [Part(Outgoing(), photo) for photo in message.photos if photo not in inside]
    if message.document:
        alone.append(Part(Outgoing(document=message.document, document_name=message.document_name)))
    text = (*message.text, *_place(message)) if message.location else message.text
    if not text and not message.choices:
        return alone
    limits = CARDS.model_copy(update={"text_limit": CARD_LIMIT}) if is_card else CAPABILITIES
    words = pages(Outgoing(text=text or (Span(text=_POINTER),), choices=message.choices), limits)
    last = words[-1].model_copy(update={"photos": inside})
    return [*alone, *(Part(page) for page in words[:-1]), Part(last)]


def by_session(message: Outgoing) -> Json:
    """Return the words as a session, or a custom robot, takes them."""
    mentioned = [span.mention for span in message.text if span.mention]
    at: Json = {"at": {"atUserIds": mentioned, "isAtAll": False}} if mentioned else {}
    if message.choices:
        card = {**_markdown(message), "btnOrientation": "0"}
        buttons = [{"title": choice.label, "actionURL": _spoken(choice)} for choice in _choices(message)]
        return {"msgtype": "actionCard", "actionCard": {**card, "btns": buttons}}
    is_plain = mentioned and not any(span.url for span in message.text)  # markdown calls only ids that stand in it
    if is_marked(message.text) and not is_plain:
        return {"msgtype": "markdown", "markdown": _markdown(message), **at}
    return {"msgtype": "text", "text": {"content": message.plain}, **at}


def by_robot(message: Outgoing) -> tuple[str, Json]:
    """Return msgKey and msgParam of the words."""
    buttons = [(choice.label, _spoken(choice)) for choice in _choices(message)]
    if len(buttons) == 1:
        return "sampleActionCard", {**_markdown(message), "singleTitle": buttons[0][0], "singleURL": buttons[0][1]}
    if buttons:
        numbered = {
            f"action{what}{number}": value
            for number, button in enumerate(buttons, start=1)
            for what, value in zip(("Title", "URL"), button, strict=True)
        }
        return f"sampleActionCard{len(buttons)}", {**_markdown(message), **numbered}
    if is_marked(message.text):
        return "sampleMarkdown", _markdown(message)
    return "sampleText", {"content": message.plain}


def as_photo(media_id: str) -> tuple[str, Json]:
    """Return msgKey and msgParam of a photo."""
    return "sampleImageMsg", {"photoURL": media_id}


def as_file(media_id: str, name: str) -> tuple[str, Json]:
    """Return msgKey and msgParam of a file."""
    return "sampleFile", {"mediaId": media_id, "fileName": name, "fileType": name.rpartition(".")[2] or "file"}


def _markdown(message: Outgoing) -> dict[str, str]:
    return {"title": title(message.plain), "text": marked(message.text)}


def _choices(message: Outgoing) -> Sequence[Choice]:
    return [choice for row in message.choices for choice in row][:BUTTONS]


def _spoken(choice: Choice) -> str:
    return _SAY + quote(SPOKEN.format(label=choice.label.translate(_NO_MARKS), token=choice.token), safe="")


_NO_MARKS = {ord("⟨"): "(", ord("⟩"): ")", ord("\n"): " "}


def _place(message: Outgoing) -> Iterator[Span]:
    """Yield a link to a map; it converts to its own datum itself."""
    place = message.location
    if isinstance(place, Location):
        name = place.name or f"{place.lat:.6f}, {place.lon:.6f}"
        yield Span(text="\n📍 " if message.text else "📍 ")
        yield Span(text=name, url=_MAP.format(lon=place.lon, lat=place.lat, name=quote(name, safe="")))
