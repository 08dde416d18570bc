"""What a camera wrote into a photo: where and when it was taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from math import isfinite
from typing import Any

from PIL import ExifTags, Image

from bot.domain.datum import Datum, to_wgs84

_Tags = Mapping[int, Any]


def position(exif: Image.Exif) -> tuple[float, float] | None:
    """Return latitude and longitude in WGS-84, or None where the camera knew none.

    EXIF asks for WGS-84 and Chinese phones keep to it; the few programs that write GCJ-02 say so in GPSMapDatum. The
    place 0, 0 is what phones write before they have found themselves.
    """
    tags = exif.get_ifd(ExifTags.IFD.GPSInfo)
    lat = _degrees(tags, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S")
    lon = _degrees(tags, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W")
    if lat is None or lon is None or not (lat or lon) or abs(lat) > 90 or abs(lon) > 180:  # noqa: PLR2004
        return None
    datum = Datum.GCJ02 if "GCJ" in _text(tags, ExifTags.GPS.GPSMapDatum).upper() else Datum.WGS84
    return to_wgs84(lat, lon, datum)


def taken_at(exif: Image.Exif, zone: tzinfo) -> datetime | None:
    """Return when the shutter opened (UTC), or None where it is not told; without offset the clock showed the zone."""
    tags = exif.get_ifd(ExifTags.IFD.Exif)
    for moment, offset in (
        (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal),
        (ExifTags.Base.DateTimeDigitized, ExifTags.Base.OffsetTimeDigitized),
    ):
        found = _moment(_text(tags, moment), _text(tags, offset), zone)
        if found:
            return found
    return None


def _degrees(tags: _Tags, angle: int, hemisphere: int, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in tags[angle])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    size = degrees + minutes / 60 + seconds / 3600
    if not isfinite(size):
        return None
    return -size if _text(tags, hemisphere).upper().startswith(negative) else size


def _moment(text: str, offset: str, zone: tzinfo) -> datetime | None:
    try:
        reading = datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
        if offset:
            reading = datetime.strptime(f"{text}{offset}", "%Y:%m:%d %H:%M:%S%z")
        return reading.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text(tags: _Tags, tag: int) -> str:
    value = tags.get(tag, "")
    text = value.decode("ascii", "ignore") if isinstance(value, bytes) else str(value)
    return text.strip(" \0")
