"""Marked text in WeCom's terms: plain text in which links are marks, or a tiny markdown that knows no escaping."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.channels.degrade import split
from bot.port import Span

_TAG = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)
_MARKS = re.compile(r"[*_`\[\]<>~\\]|(?m:^\s*(?:#|>|[-+=]|\d+[.)]))")
"""What markdown might take for a mark: there is no way to tell it not to."""
_HIDDEN = "\u200b"
_STEP = 128

Render = Callable[[Sequence[Span]], str]


def as_text(spans: Sequence[Span]) -> str:
    """Return plain text; links are `<a>`, and whatever people write can be none."""
    return "".join(_linked(span) for span in spans)


def as_markdown(spans: Sequence[Span]) -> str:
    """Return markdown; only for what `is_markdown` allows."""
    return "".join(_marked(span) for span in spans)


def is_markdown(spans: Sequence[Span]) -> bool:
    """Tell whether something is bold, and nothing that people wrote could be taken for a mark."""
    return any(span.bold for span in spans) and not _MARKS.search("".join(span.text for span in spans))


def pages(spans: Sequence[Span], limit: int, render: Render) -> list[str]:
    """Return rendered pages of at most so many UTF-8 bytes each: WeCom cuts what is longer without a word."""
    room = limit
    while True:
        found = [render(page) for page in split(spans, room, "utf8")]
        if room <= _STEP or all(len(page.encode()) <= limit for page in found):
            return found
        room -= _STEP


def _linked(span: Span) -> str:
    text = _TAG.sub("<" + _HIDDEN, span.text)
    return f'<a href="{_address(span.url)}">{text}</a>' if span.url else text


def _marked(span: Span) -> str:
    text, bare = span.text, span.text.strip()
    if span.url:
        return f"[{text}]({_address(span.url)})"
    return text.replace(bare, f"**{bare}**", 1) if span.bold and bare else text


def _address(url: str) -> str:
    return url.translate({ord(sign): f"%{ord(sign):02X}" for sign in ' "<>()'})
