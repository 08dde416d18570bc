"""Photos are checked, turned upright, stripped and hashed, whatever strangers send."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from bot.domain.datum import Datum, from_wgs84
from tests.pipeline.pictures import (
    FILES,
    decoded,
    file,
    hamming,
    heic,
    is_red,
    scene,
    settled,
    told,
)


@pytest.mark.parametrize("kind", FILES)
def test_every_usual_kind_becomes_a_bare_jpeg(kind):
    photo = settled(FILES[kind](exif=told()))
    image = decoded(photo)

    assert (image.format, photo.mime) == ("JPEG", "image/jpeg")
    assert image.size == (photo.width, photo.height) == (320, 240)
    assert photo.sha256 == hashlib.sha256(photo.data).hexdigest()
    assert is_red(image.getpixel((5, 5)))


@pytest.mark.parametrize("kind", FILES)
def test_place_and_time_are_read_and_then_taken_away(kind):
    photo = settled(FILES[kind](exif=told()))

    assert (photo.lat, photo.lon) == pytest.approx((38.9312, 100.4521), abs=1e-6)
    assert photo.taken_at == datetime(2026, 3, 2, 2, 15, tzinfo=UTC)
    assert photo.taken_at.utcoffset() == timedelta()
    assert not decoded(photo).getexif()
    assert b"Fictional" not in photo.data
    assert b"Exif" not in photo.data


def test_profiles_comments_and_texts_are_taken_away_too():
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "somebody")
    jpeg = file(scene(), comment=b"somebody", icc_profile=b"somebody" * 40, xmp=b"<x>somebody</x>")
    for data in (jpeg, file(scene(), "PNG", pnginfo=text)):
        photo = settled(data)

        assert b"somebody" in data
        assert b"somebody" not in photo.data
        assert set(decoded(photo).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_are_turned_upright(orientation):
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    lying = scene() if orientation == 1 else scene().transpose(undo[orientation])

    photo = settled(file(lying, exif=told(orientation=orientation), quality=95))

    assert (photo.width, photo.height) == (320, 240)
    assert is_red(decoded(photo).getpixel((5, 5)))


def test_a_heic_that_lies_on_its_side_is_turned_once():
    lying = scene().transpose(Image.Transpose.ROTATE_90)

    photo = settled(heic(lying, exif=told(orientation=6).tobytes()))

    assert (photo.width, photo.height) == (320, 240)
    assert is_red(decoded(photo).getpixel((5, 5)))


def test_a_photo_without_words_of_its_own_tells_nothing():
    photo = settled(file(scene()))

    assert (photo.lat, photo.lon, photo.taken_at) == (None, None, None)


def test_the_offset_of_the_camera_is_believed():
    photo = settled(file(scene(), exif=told(offset="+06:00")))

    assert photo.taken_at == datetime(2026, 3, 2, 4, 15, tzinfo=UTC)


def test_the_southern_and_western_hemispheres_are_negative():
    photo = settled(file(scene(), exif=told(refs=("S", "W"))))

    assert (photo.lat, photo.lon) == pytest.approx((-38.9312, -100.4521), abs=1e-6)


def test_a_phone_that_says_gcj02_is_put_right():
    photo = settled(file(scene(), exif=told(datum="GCJ-02")))
    plain = settled(file(scene(), exif=told(datum="WGS-84")))

    assert from_wgs84(photo.lat, photo.lon, Datum.GCJ02) == pytest.approx((plain.lat, plain.lon), abs=1e-7)
    assert (plain.lat, plain.lon) == pytest.approx((38.9312, 100.4521), abs=1e-6)


@pytest.mark.parametrize(
    "position",
    [
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
        ((138.0, 0.0, 0.0), (100.0, 0.0, 0.0)),
        ((38.0, 0.0, 0.0), (300.0, 0.0, 0.0)),
        ((38.0, 0.0), (100.0, 0.0)),
        (38.0, 100.0),
    ],
)
def test_a_position_that_cannot_be_is_none(position):
    photo = settled(file(scene(), exif=told(position=position)))

    assert (photo.lat, photo.lon) == (None, None)


@pytest.mark.parametrize(
    "when", ["", "0000:00:00 00:00:00", "    :  :     :  :  ", "2026-03-02", "2026:02:30 10:00:00"]
)
def test_a_time_that_cannot_be_is_none(when):
    assert settled(file(scene(), exif=told(when=when))).taken_at is None


def test_an_offset_that_cannot_be_leaves_the_time_out():
    assert settled(file(scene(), exif=told(offset="nonsense"))).taken_at is None


def test_large_photos_are_made_smaller_and_small_ones_are_not_blown_up():
    large, small = settled(file(scene((4000, 1000)))), settled(file(scene((40, 10))))

    assert (large.width, large.height) == (2560, 640)
    assert (small.width, small.height) == (40, 10)


def test_what_was_transparent_is_white():
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    for kept in (image, image.convert("P")):
        assert decoded(settled(file(kept, "PNG"))).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_mode_of_colour_is_taken(mode):
    image = scene().convert("L") if mode == "I;16" else scene()

    photo = settled(file(image.convert(mode), "JPEG" if mode == "CMYK" else "PNG"))

    assert decoded(photo).mode == "RGB"


def test_a_burst_in_one_file_counts_as_its_first_photo():
    many = file(scene(), "MPO", save_all=True, append_images=[scene(seed=2)])

    assert settled(many).dhash == settled(file(scene())).dhash


def test_an_upright_jpeg_keeps_its_picture_to_the_last_pixel():
    data = file(scene(), exif=told(), quality=70)

    assert decoded(settled(data)).tobytes() == Image.open(BytesIO(data)).tobytes()


def test_a_jpeg_with_more_bytes_than_pixels_is_written_anew():
    noise = Image.effect_noise((320, 240), 200).convert("RGB")
    data = file(noise, quality=100, subsampling=0)

    assert len(data) > 320 * 240
    assert len(settled(data).data) < 320 * 240


def test_the_likeness_is_the_same_whether_the_picture_stays_or_is_written_anew():
    upright, lying = file(scene()), file(scene().transpose(Image.Transpose.ROTATE_90), exif=told(orientation=6))

    assert hamming(settled(upright).dhash, settled(lying).dhash) <= 2
    assert hamming(settled(upright).dhash, settled(file(scene(), "PNG")).dhash) <= 2


def test_what_hides_behind_the_end_of_a_photo_is_not_kept():
    assert b"a film" not in settled(file(scene()) + b"a film").data


def test_equal_bytes_give_an_equal_photo():
    data = file(scene(), exif=told())

    assert settled(data) == settled(data)
