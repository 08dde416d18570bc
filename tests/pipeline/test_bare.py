"""A JPEG is bared without a change to its picture, and only where it is plain how."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from PIL import Image

from bot.pipeline.bare import bare


def scene() -> Image.Image:
    return Image.linear_gradient("L").resize((64, 48)).convert("RGB")


def file(**options: object) -> bytes:
    out = BytesIO()
    scene().save(out, "JPEG", **options)
    return out.getvalue()


def pixels(data: bytes) -> bytes:
    with Image.open(BytesIO(data)) as image:
        return image.tobytes()


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"restart_marker_blocks": 1}])
def test_the_picture_stays_as_it_is(options):
    data = file(comment=b"somebody", exif=b"Exif\0\0somebody", icc_profile=b"somebody", **options)
    kept = bare(data)

    assert kept is not None
    assert b"somebody" in data
    assert b"somebody" not in kept
    assert pixels(kept) == pixels(data)


@pytest.mark.parametrize("marker", [*range(0xE0, 0xEE), 0xEF, 0xFE])
def test_no_segment_that_talks_is_kept(marker):
    data = file()
    told = data[:2] + segment(marker, b"JFIF\0 somebody") + data[2:]

    assert bare(told) == bare(data)


def test_what_follows_the_end_is_left_out():
    assert bare(file() + b"a film of somebody" + file()) == bare(file())


def test_what_is_bare_stays_so():
    kept = bare(file())

    assert kept is not None
    assert bare(kept) == kept


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9"[:3],
        b"\x89PNG",
        file()[:-2],
        file()[:100],
        file()[:2] + segment(0xEE, b"Adobe\0d\0\0\0\0\0") + file()[2:],
        file()[:2] + segment(0xC9, b"arithmetic") + file()[2:],
        file()[:2] + b"stray" + file()[2:],
        file()[:2] + b"\xff\xe1\x00\x01" + file()[2:],
    ],
)
def test_what_is_not_plain_is_left_to_others(data):
    assert bare(data) is None
