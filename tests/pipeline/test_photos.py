"""Photos are checked, turned upright, stripped and hashed, whatever strangers send."""

from __future__ import annotations

import hashlib
import random
import struct
import zlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageDraw, ImageEnhance, ImageFile, PngImagePlugin

from bot.domain.datum import Datum, from_wgs84
from bot.pipeline.photos import Photo, Refused, settle_photo, thumbnail

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEGREES = ((38.0, 55.0, 52.32), (100.0, 27.0, 7.56))
ORIENTATION = 0x0112


def hamming(one: str, other: str) -> int:
    """Return in how many of 64 bits two likenesses differ: up to about 10 the photos are much alike."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def scene(size: tuple[int, int] = (320, 240), seed: int = 1) -> Image.Image:
    """A picture with light, dark and detail; its top left corner is red."""
    chance = random.Random(seed)
    image = Image.new("RGB", size, "gray")
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        draw.ellipse((x, y, x + size[0] // 4, y + size[1] // 4), fill=tuple(chance.randrange(256) for _ in range(3)))
    draw.rectangle((0, 0, size[0] // 5, size[1] // 5), fill=(250, 0, 0))
    return image


def told(
    *,
    position: object = DEGREES,
    refs: tuple[str, str] = ("N", "E"),
    when: str = "2026:03:02 10:15:00",
    offset: str = "",
    datum: str = "",
    orientation: int = 1,
) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[ExifTags.Base.Make] = "Fictional Phone"
    if position:
        exif[ExifTags.IFD.GPSInfo] = {1: refs[0], 2: position[0], 3: refs[1], 4: position[1]}
        if datum:
            exif[ExifTags.IFD.GPSInfo][18] = datum
    exif[ExifTags.IFD.Exif] = {0x9003: when} | ({0x9011: offset} if offset else {})
    return exif


def file(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def heic(image: Image.Image, **options: object) -> bytes:
    out = BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=80, **options)
    return out.getvalue()


def settled(data: bytes) -> Photo:
    photo = settle_photo(data, SHANGHAI)
    assert isinstance(photo, Photo), photo
    return photo


def decoded(photo: Photo) -> Image.Image:
    image = Image.open(BytesIO(photo.data))
    image.load()
    return image


def is_red(pixel: tuple[int, int, int]) -> bool:
    return pixel[0] > 200 and pixel[1] < 60 and pixel[2] < 60


FILES = {
    "JPEG": lambda **exif: file(scene(), "JPEG", **exif),
    "PNG": lambda **exif: file(scene(), "PNG", **exif),
    "WebP": lambda **exif: file(scene(), "WEBP", **exif),
    "HEIC": lambda **exif: heic(scene(), **{name: value.tobytes() for name, value in exif.items()}),
}


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


# --- what is refused --------------------------------------------------------------------------------------------------


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


# --- likeness and small pictures --------------------------------------------------------------------------------------


def test_the_same_scene_looks_alike_in_any_size_quality_and_light():
    one = settled(file(scene((1200, 900)))).dhash
    others = [
        settled(file(scene((1200, 900)).resize((400, 300)), quality=40)).dhash,
        settled(file(ImageEnhance.Brightness(scene((1200, 900))).enhance(0.8))).dhash,
        settled(file(scene((1200, 900)), "WEBP", quality=50)).dhash,
    ]

    assert max(hamming(one, other) for other in others) <= 6


def test_other_scenes_do_not_look_alike():
    looks = [settled(file(scene(seed=seed))).dhash for seed in range(8)]

    assert min(hamming(a, b) for i, a in enumerate(looks) for b in looks[:i]) > 10


def test_a_likeness_says_which_spots_are_darker_than_their_right_neighbour():
    rising = Image.linear_gradient("L").rotate(90)
    falling = rising.transpose(Image.Transpose.FLIP_LEFT_RIGHT)

    assert settled(file(rising)).dhash == "f" * 16
    assert settled(file(falling)).dhash == "0" * 16


def test_a_thumbnail_fits_into_its_square():
    photo = settled(file(scene((1200, 600)), exif=told()))
    small = Image.open(BytesIO(thumbnail(photo.data, 100)))

    assert (small.format, small.size) == ("JPEG", (100, 50))
    assert Image.open(BytesIO(thumbnail(photo.data, 5000))).size == (1200, 600)
