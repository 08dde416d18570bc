"""What is refused as a photo: bombs, bits and pieces, and whatever is none."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from bot.pipeline.photos import Photo, Refused, settle_photo
from tests.pipeline.pictures import (
    FILES,
    SHANGHAI,
    file,
    heic,
    scene,
    settled,
    told,
)


def bomb(side: int) -> bytes:
    """A PNG of one colour that is small to send and vast to decode (of its rows, a thousand are there)."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(1)
    row = bytes(1 + side * 3)
    rows = b"".join([packer.compress(row) for _ in range(min(side, 1000))] + [packer.flush()])
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [5001, 9500, 30000])
def test_a_bomb_is_refused_by_its_header_and_never_decoded(side, monkeypatch):
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _image: pytest.fail("decoded"))

    assert settle_photo(bomb(side), SHANGHAI) == Refused("too_many_pixels")


def test_a_heic_whose_header_says_too_many_pixels_is_refused():
    data = heic(scene((64, 64)))
    for side in (5001, 20000):
        vast = data.replace(struct.pack(">II", 64, 64), struct.pack(">II", side, side))

        assert settle_photo(vast, SHANGHAI) == Refused("too_many_pixels")


def test_25_megapixels_are_still_taken():
    photo = settled(file(Image.new("RGB", (5000, 5000)), "PNG"))

    assert (photo.width, photo.height) == (2560, 2560)


def test_nothing_is_refused():
    assert settle_photo(b"", SHANGHAI) == Refused("empty")


def test_more_than_twenty_megabytes_are_refused_unread():
    assert settle_photo(bytes(20_000_001), SHANGHAI) == Refused("too_big")
    assert settle_photo(bytes(20_000_000), SHANGHAI) == Refused("not_photo")


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        file(scene(), "GIF"),
        file(scene(), "TIFF"),
        file(scene(), "BMP"),
    ],
)
def test_what_is_no_photo_is_refused(data):
    assert settle_photo(data, SHANGHAI) == Refused("not_photo")


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("share", [0.9, 0.5, 0.2])
def test_a_photo_that_was_cut_off_is_refused(kind, share):
    data = FILES[kind]()

    assert settle_photo(data[: int(len(data) * share)], SHANGHAI) in (Refused("unreadable"), Refused("not_photo"))


@settings(max_examples=60)
@given(st.data())
def test_damaged_bytes_never_raise(data):
    kind = data.draw(st.sampled_from(sorted(SMALL)))
    damaged = bytearray(SMALL[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    assert isinstance(settle_photo(bytes(damaged), SHANGHAI), Photo | Refused)


SMALL = {
    "JPEG": file(scene((48, 32)), exif=told()),
    "PNG": file(scene((48, 32)), "PNG", exif=told()),
    "WebP": file(scene((48, 32)), "WEBP", exif=told()),
    "HEIC": heic(scene((48, 32)), exif=told().tobytes()),
}
