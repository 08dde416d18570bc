"""Cards with buttons (button_interaction): the only messages that can be tapped, and changed (path/94888)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.degrade import size, split
from bot.channels.wecom.refusals import Json
from bot.port import Choice, Outgoing, Span

BUTTONS = 6
TITLE, WORDS = 78, 336
"""Bytes of what a card shows whole: about 26 and 112 Chinese characters."""
LABEL = 10
"""Characters of a button that are shown."""
_LINKS = 3
_STYLES = {"primary": 1, "": 2, "danger": 3}
_SPENT = "—"
"""What the one grey button says that is left when there is nothing to tap any more."""
_POINTER = "⬇️"
"""The title of a card whose message has no words."""


def fits(spans: Sequence[Span]) -> bool:
    """Tell whether a card shows these words whole."""
    title, words = _halves(spans)
    return size(title, "utf8") <= TITLE and size(words, "utf8") <= WORDS and len(_links(spans)) <= _LINKS


def tail(spans: Sequence[Span]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Part words that do not fit: what is said before, and their last line (or its end), which is the card's title."""
    text = "".join(span.text for span in spans)
    line = text[text.rfind("\n") + 1 :]
    last = line if line and size(line, "utf8") <= TITLE else split(spans, TITLE, "utf8")[-1][-1].text
    return _first(spans, len(text) - len(last)), (Span(text=last),)


def showing(message: Outgoing, task_id: str) -> Json:
    """Return the card. What is too long for it is clipped; with nothing to tap it has one grey button."""
    choices = [choice for row in message.choices for choice in row][:BUTTONS]
    title, words = _halves(message.text)
    card: Json = {
        "card_type": "button_interaction",
        "main_title": {"title": _clip(title, TITLE) or _POINTER},
        "task_id": task_id,
        "button_list": [_button(choice) for choice in choices],
    }
    if words:
        card["sub_title_text"] = _clip(words, WORDS)
    if links := _links(message.text)[:_LINKS]:
        card["jump_list"] = [{"type": 1, "title": span.text.strip(), "url": span.url} for span in links]
    if not choices:
        card["replace_text"] = _SPENT
    return card


def _button(choice: Choice) -> Json:
    return {"text": choice.label, "style": _STYLES[choice.style], "key": choice.token}


def _halves(spans: Sequence[Span]) -> tuple[str, str]:
    title, _, words = "".join(span.text for span in spans).strip("\n").partition("\n")
    return title, words


def _links(spans: Sequence[Span]) -> list[Span]:
    return [span for span in spans if span.url]


def _clip(text: str, limit: int) -> str:
    if size(text, "utf8") <= limit:
        return text
    return split((Span(text=text),), limit - 3, "utf8")[0][0].text + "…"


def _first(spans: Sequence[Span], length: int) -> tuple[Span, ...]:
    """Return so many characters of the spans, without the line's end."""
    found = []
    for span in spans:
        if length > 0:
            found.append(span.model_copy(update={"text": span.text[:length]}))
        length -= len(span.text)
    return tuple(found)
