"""The tokens of choices: an action, a subject and what pins it down (a field, a handling round), within 64 bytes.

A token is never trusted: whoever brings it is authorised anew.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LIMIT = 64
_ENDS = 2**63
"""Ids are smaller than this; a larger one is no id, and no database would take it."""


class Token(NamedTuple):
    """What a tap means; `subject` is an id (0: none), `extra` may hold anything short, full stops included."""

    action: str
    subject: int = 0
    extra: str = ""


def write(action: str, subject: int = 0, extra: str | int = "") -> str:
    """Write a token. Raises `ValueError` over 64 bytes."""
    token = f"{action}.{_base36(subject)}.{extra}"
    if len(token.encode()) > LIMIT:
        raise ValueError(token)
    return token


def read(token: str) -> Token | None:
    """Read a token; None when it is not one of ours."""
    parts = token.split(".", 2)
    if len(parts) != 3:  # noqa: PLR2004 -- action, subject, extra
        return None
    action, subject, extra = parts
    if not action or not subject or not set(subject) <= set(_DIGITS):
        return None
    number = int(subject, 36)
    return Token(action, number, extra) if number < _ENDS else None


@lru_cache(maxsize=1000)  # a card's choices all name the same subject
def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"
