"""How much room words take in a picture, and how they are shortened to the room there is."""

from __future__ import annotations

from functools import cache

from noto_cjk_sans_otc import FONT_PATH
from PIL import ImageFont

from bot.reports.canvas import FAMILY

_EM = 100
_FACES = 16
"""More than a collection of fonts holds."""


def width(text: str, size: float) -> float:
    """Return how wide a line of text is, in the unit of `size` (the height of its letters)."""
    return _font().getlength(text) * size / _EM


def fit(text: str, size: float, room: float) -> str:
    """Return as much of a text as fits into the room, with an ellipsis where something is left out.

    The end is kept, too: names that begin alike often differ there, by a number.
    """
    if width(text, size) <= room:
        return text
    for kept in range(len(text) - 1, 0, -1):
        end = kept // 3
        shortened = f"{text[: kept - end].rstrip()}…{text[len(text) - end :].lstrip()}"
        if width(shortened, size) <= room:
            return shortened
    return ""


@cache
def _font() -> ImageFont.FreeTypeFont:
    """Return the face of the family among those of its collection. Raises `LookupError` when it is not there."""
    for index in range(_FACES):
        try:
            font = ImageFont.truetype(str(FONT_PATH), _EM, index=index)
        except OSError:
            break
        if font.getname()[0] == FAMILY:
            return font
    raise LookupError(FAMILY)
