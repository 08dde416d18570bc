"""Photos made fit to keep: checked before they are decoded, turned upright, stripped of all they say, and hashed.

A JPEG that is upright and of a good size already keeps its picture as it came: nothing is lost, and it takes a tenth of
the time of writing it anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, tzinfo
from io import BytesIO
from itertools import pairwise
from typing import Literal

import pillow_heif
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from bot.pipeline import exif
from bot.pipeline.bare import bare

pillow_heif.register_heif_opener()

MAX_BYTES = 20_000_000
MAX_PIXELS = 25_000_000
MAX_SIDE = 2560
MIME = "image/jpeg"
_SPOTS = (72, 64)
"""Eight times what a likeness is made of: a JPEG need not be decoded larger for it."""
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")

Reason = Literal["empty", "too_big", "too_many_pixels", "not_photo", "unreadable"]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo to keep, and what it told about itself before that was taken from it.

    `data` is an upright JPEG without metadata and `sha256` its hash in hex; `dhash` is the likeness in 16 hex digits;
    the position is WGS-84, the time UTC, each None where the camera did not tell.
    """

    data: bytes
    sha256: str
    width: int
    height: int
    mime: str
    dhash: str
    lat: float | None
    lon: float | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Bytes that cannot become a photo, and why."""

    reason: Reason


def settle_photo(data: bytes, zone: tzinfo) -> Photo | Refused:
    """Return the photo that the bytes hold, or why there is none; never raises, whatever the bytes.

    Accepted are JPEG, PNG, WebP and HEIC of at most 20 MB and 25 megapixels; the header must say so before anything is
    decoded. A camera's clock without offset is read in `zone`. Equal bytes give an equal photo.
    """
    if not data:
        return Refused("empty")
    if len(data) > MAX_BYTES:
        return Refused("too_big")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            too_many = image.width * image.height > MAX_PIXELS
            return Refused("too_many_pixels") if too_many else _settled(data, image, zone)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Refused("too_many_pixels")
    except UnidentifiedImageError:
        return Refused("not_photo")
    except Exception:  # noqa: BLE001 - a decoder that is fed by strangers may raise anything.
        return Refused("unreadable")


def thumbnail(data: bytes, side: int) -> bytes:
    """Return a settled photo as a JPEG that fits into a square of so many pixels; a smaller one keeps its size."""
    with Image.open(BytesIO(data), formats=FORMATS) as image:
        image.draft("RGB", (side, side))
        small = image.convert("RGB")
        small.thumbnail((side, side))
        return _jpeg(small, quality=80)


def dhash(image: Image.Image) -> str:
    """Return the likeness of an image in 16 hex digits: which of 8 × 8 grey spots are darker than their right one."""
    spots = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    rows = (spots[at : at + 9] for at in range(0, 72, 9))
    darker = (left < right for row in rows for left, right in pairwise(row))
    return f"{int(''.join('01'[each] for each in darker), 2):016x}"


def _settled(data: bytes, image: Image.Image, zone: tzinfo) -> Photo:
    told = image.getexif()
    where, when = exif.position(told), exif.taken_at(told, zone)
    kept, size, likeness = _as_it_is(data, image, told) or _anew(image)
    lat, lon = where or (None, None)
    return Photo(
        data=kept,
        sha256=hashlib.sha256(kept).hexdigest(),
        width=size[0],
        height=size[1],
        mime=MIME,
        dhash=likeness,
        lat=lat,
        lon=lon,
        taken_at=when,
    )


def _as_it_is(data: bytes, image: Image.Image, told: Image.Exif) -> tuple[bytes, tuple[int, int], str] | None:
    """Return the bytes, size and likeness of a JPEG whose picture may stay; None when it has to be written anew.

    It may, unless it lies on its side, is too large, has other colours, or takes more bytes than pixels, which no photo
    of good quality does. All of it is decoded, if only at a fraction of its size: what is cut off or broken is found.
    """
    upright = told.get(ExifTags.Base.Orientation, 1) == 1
    if not upright or image.mode != "RGB" or max(image.size) > MAX_SIDE:
        return None
    kept = bare(data)
    if kept is None or len(kept) > image.width * image.height:
        return None
    with Image.open(BytesIO(kept), formats=("JPEG",)) as plain:
        if plain.size != image.size:
            return None
        plain.draft("L", _SPOTS)
        return kept, image.size, dhash(plain)


def _anew(image: Image.Image) -> tuple[bytes, tuple[int, int], str]:
    image.load()
    upright = _flat(ImageOps.exif_transpose(image))
    upright.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    return _jpeg(upright, quality=88), upright.size, dhash(upright)


def _flat(image: Image.Image) -> Image.Image:
    """Return the image in plain colours, what was transparent on white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layers = image.convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, layers).convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    """Write only the pixels: a fresh image has no profile, no comment and no EXIF to pass on."""
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    file = BytesIO()
    bare.save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()
