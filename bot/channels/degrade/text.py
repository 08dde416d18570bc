"""Long text in pages: never cut inside a character as people see it, inside a mark only when it fills a page alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal

from bot.port import Capabilities, Outgoing, Span

Unit = Literal["utf16", "utf8"]

_JOINER = "\u200d"
_BREAKS = ("\n\n", "\n", "。", "！", "？", "；", ". ", "! ", "? ", "，", ", ", " ")
"""Where a page may end, the best place first."""
_LEAST = 2
"""A page shorter than 1/2 of the limit is not worth a better place to end."""


def size(text: str, unit: Unit) -> int:
    """Return the length of a text as the platform counts it."""
    return len(text.encode()) if unit == "utf8" else len(text.encode("utf-16-le")) // 2


def pages(message: Outgoing, capabilities: Capabilities) -> tuple[Outgoing, ...]:
    """Part a message whose text is too long: what is shown comes with the first page, what is tapped with the last."""
    if len(message.plain) * 4 <= capabilities.text_limit:  # no character is longer in either unit
        return (message,)
    texts = split(message.text, capabilities.text_limit, capabilities.text_unit)
    if len(texts) <= 1:
        return (message,)
    first = message.model_copy(update={"text": texts[0], "choices": (), "ask_location": False})
    last = Outgoing(text=texts[-1], choices=message.choices, ask_location=message.ask_location)
    return (first, *(Outgoing(text=text) for text in texts[1:-1]), last)


def split(spans: Sequence[Span], limit: int, unit: Unit) -> list[tuple[Span, ...]]:
    """Part spans into pages of at most `limit` units each. Only a single character longer than that goes beyond."""
    pages: list[tuple[Span, ...]] = []
    rest = [span for span in spans if span.text]
    while rest:
        page, rest = _page(rest, limit, unit)
        pages.append(page)
        rest = _without_leading_space(rest)
    return pages


def _page(spans: list[Span], limit: int, unit: Unit) -> tuple[tuple[Span, ...], list[Span]]:
    text = "".join(span.text for span in spans)
    if size(text, unit) <= limit:
        return tuple(spans), []
    return _cut(spans, _best_end(text, _ends(text, limit, unit), spans))


def _ends(text: str, limit: int, unit: Unit) -> list[int]:
    """Return after which code points a page may end: after each whole character that fits, after one at least."""
    ends: list[int] = []
    used = end = 0
    for grapheme in graphemes(text):
        used += size(grapheme, unit)
        if used > limit and ends:
            break
        end += len(grapheme)
        ends.append(end)
    return ends


def _best_end(text: str, ends: Sequence[int], spans: Sequence[Span]) -> int:
    """Return the best place to end a page: in plain text at a pause, before a mark that would be cut, else the last."""
    last, whole, marks = ends[-1], set(ends), _marks(spans)
    for pause in _BREAKS:
        place = text.rfind(pause, 0, last) + len(pause)
        if place * _LEAST >= last and place in whole and text[:place].endswith(pause) and not _inside(place, marks):
            return place
    mark = _inside(last, marks)
    return mark[0] if mark and mark[0] in whole else last


def _marks(spans: Sequence[Span]) -> list[tuple[int, int]]:
    marks, at = [], 0
    for span in spans:
        if span.bold or span.url or span.mention:
            marks.append((at, at + len(span.text)))
        at += len(span.text)
    return marks


def _inside(place: int, marks: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    return next((mark for mark in marks if mark[0] < place < mark[1]), None)


def _cut(spans: Sequence[Span], place: int) -> tuple[tuple[Span, ...], list[Span]]:
    page: list[Span] = []
    rest: list[Span] = []
    for span in spans:
        head, tail = span.text[:place], span.text[place:]
        place = max(0, place - len(span.text))
        if head:
            page.append(span.model_copy(update={"text": head}))
        if tail:
            rest.append(span.model_copy(update={"text": tail}))
    return tuple(page), rest


def _without_leading_space(spans: list[Span]) -> list[Span]:
    """Drop the empty lines a page would begin with; platforms trim them, and marks would shift."""
    while spans:
        text = spans[0].text.lstrip("\n ")
        if text:
            return [spans[0].model_copy(update={"text": text}), *spans[1:]]
        spans = spans[1:]
    return spans


def graphemes(text: str) -> Iterator[str]:
    """Yield characters as people see them (after UAX #29): accents, joined emoji, flags and keycaps whole."""
    start = 0
    for at in range(1, len(text)):
        if not _joined(text, start, at):
            yield text[start:at]
            start = at
    if start < len(text):
        yield text[start:]


def _joined(text: str, start: int, at: int) -> bool:
    """Tell whether the code point at `at` belongs to the character that began at `start`."""
    before, here = text[at - 1], text[at]
    if here < "\u0300":
        return before == "\r" and here == "\n"
    if before in "\r\n":
        return False
    if _extends(here) or before == _JOINER or _jamo(before, here):
        return True
    return _regional(before) and _regional(here) and (at - start) % 2 == 1


def _extends(char: str) -> bool:
    return (
        char == _JOINER
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # tags of subdivision flags
        or unicodedata.category(char) in {"Mn", "Me", "Mc"}
    )


def _regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _jamo(before: str, here: str) -> bool:
    """Tell whether two Hangul letters make one syllable."""
    leads = "\u1100" <= before <= "\u115f"
    return (leads and "\u1100" <= here <= "\u11a7") or ("\u1160" <= here <= "\u11ff" and "\u1160" <= before <= "\ud7a3")
