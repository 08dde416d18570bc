"""Photos as cameras and programs write them, and what becomes of them."""

from __future__ import annotations

import random
from io import BytesIO
from zoneinfo import ZoneInfo

import pillow_heif
from PIL import ExifTags, Image, ImageDraw

from bot.pipeline.photos import Photo, settle_photo

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
