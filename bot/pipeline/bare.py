"""A JPEG without all that it says about itself, its picture untouched."""

from __future__ import annotations

import re

_START, _END = b"\xff\xd8", b"\xff\xd9"
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_NEXT = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""A marker after picture data, where 0xFF stands before zeros and restart marks as well."""
_SCAN = 0xDA
_PICTURE = {0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, _SCAN}
"""Frame, Huffman tables, quantisation tables, restart interval, scan (ITU-T T.81, table B.1)."""
_TALK = {0xFE, *range(0xE0, 0xF0)} - {0xEE}
"""Comments and application data. Adobe's says how colours are meant, so its files are not for us."""


def bare(data: bytes) -> bytes | None:
    """Return the JPEG with nothing but what its picture needs, up to its end; None where that is not plain to see.

    The picture itself is not decoded, so whether it is whole has to be tried by somebody else.
    """
    if not data.startswith(_START):
        return None
    kept, at = [_START, _JFIF], len(_START)
    while data[at : at + 2] != _END:
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        kind, end = data[at + 1] if data[at : at + 1] == b"\xff" and size >= 2 else 0, at + 2 + size  # noqa: PLR2004
        if kind == _SCAN:
            marker = _NEXT.search(data, end)
            end = marker.start() if marker else 0
        if end > len(data) or not end or kind not in _PICTURE | _TALK:
            return None
        if kind in _PICTURE:
            kept.append(data[at:end])
        at = end
    return b"".join([*kept, _END])
