"""How much room words take in a picture, and how they are shortened to the room there is."""

from __future__ import annotations

from unicodedata import category, east_asian_width

_ASCII = (
    224, 323, 474, 555, 555, 921, 680, 278, 338, 338, 467, 555, 278, 347, 278, 392, 555, 555, 555, 555, 555, 555, 555,
    555, 555, 555, 278, 278, 555, 555, 555, 474, 946, 608, 657, 638, 688, 589, 552, 689, 728, 293, 535, 646, 543, 812,
    723, 742, 633, 742, 635, 596, 599, 721, 575, 878, 573, 531, 603, 338, 392, 338, 555, 559, 606, 563, 618, 510, 620,
    554, 325, 564, 607, 275, 275, 552, 284, 926, 610, 606, 620, 620, 388, 468, 377, 607, 521, 802, 498, 521, 475, 338,
    270, 338, 555,
)  # fmt: skip
"""The widths of the letters from " " to "~" in the font of `bot.reports.canvas`, in thousandths of its size."""
_FIRST = 32
_FULL, _OTHER = 1000, 620
"""Chinese letters and marks fill a square; any others, such as é, are about as wide as this."""
_MARKS = frozenset("·…—“”‘’")  # drawn as Chinese marks, whatever stands around them


def width(text: str, size: float) -> float:
    """Return how wide a line of text is, in the unit of `size` (the height of its letters)."""
    return sum(map(_width, text)) * size / 1000


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


def _width(letter: str) -> int:
    place = ord(letter) - _FIRST
    if 0 <= place < len(_ASCII):
        return _ASCII[place]
    if letter in _MARKS or east_asian_width(letter) in {"W", "F"}:
        return _FULL
    return 0 if category(letter) in {"Mn", "Me", "Cf"} else _OTHER
