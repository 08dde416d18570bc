"""Marked text in DingTalk's markdown: a subset, in which nothing that people write may be read as a mark."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.port import Span

_MARKS = re.compile(r"([\\`*_\[\]<>&~])")
_LINE_STARTS = re.compile(r"(?m)^(\s{0,3})([#+\-=|]|\d+(?=[.)]))")
_BREAK = "  \n"
"""A line ends at two spaces before its break; a break alone is a space."""
_TITLE = 40


def marked(spans: Sequence[Span]) -> str:
    """Return the spans as markdown."""
    return "".join(_marked(span) for span in spans)


def is_marked(spans: Sequence[Span]) -> bool:
    """Tell whether plain text would lose something."""
    return any(span.bold or span.url for span in spans)


def title(text: str) -> str:
    """Return what the list of chats and the notification show of a message: its first words."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "…")
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"


def _marked(span: Span) -> str:
    text = _LINE_STARTS.sub(_at_line_start, _MARKS.sub(r"\\\1", span.text)).replace("\n", _BREAK)
    if span.bold and text.strip():
        bare = text.strip()
        text = text.replace(bare, f"**{bare}**", 1)
    return f"[{text}]({_address(span.url)})" if span.url else text


def _at_line_start(match: re.Match[str]) -> str:
    """Take the meaning off a sign with which a line begins; of a number, off the full stop after it."""
    return f"{match[1]}{match[2]}\\" if match[2].isdecimal() else f"{match[1]}\\{match[2]}"


def _address(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
