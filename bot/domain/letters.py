"""What somebody wrote, without what cannot be seen or stored."""

from __future__ import annotations

import unicodedata

_KEPT = "\n\u200d\ufe0f"  # line breaks, and what holds an emoji together
_DROPPED = {"Cc", "Cf", "Cs", "Co"}


def clean(text: str) -> str:
    """Return the text without control signs, marks of direction and half characters."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(sign for sign in normal if sign in _KEPT or unicodedata.category(sign) not in _DROPPED).strip()


def line(text: str) -> str:
    """Return the clean text as one line, so that a name cannot write lines of its own on a card."""
    return " ".join(clean(text).split())
