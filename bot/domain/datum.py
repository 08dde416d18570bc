"""The three datums of Chinese maps, WGS-84, GCJ-02 and BD-09, and the way between them, to a centimetre.

GCJ-02 shifts WGS-84 by some hundred metres inside China and not at all outside; BD-09 shifts GCJ-02 once more. The
formulas are the publicly known ones; the way back, for which there is none, is found by iteration.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from math import atan2, cos, degrees, hypot, pi, radians, sin, sqrt

from bot.domain.geo import Spot

# The ellipsoid of Krasovsky 1940, on which GCJ-02 was built: half of the long axis, and the eccentricity squared.
_AXIS = 6_378_245.0
_ECCENTRICITY = 0.006_693_421_622_965_943

# China, a little generously, as (south, north, west, east) by bands of latitude: its neighbours' cities stay out.
_CHINA = (
    (8.5, 18.0, 110.0, 117.0),
    (18.0, 21.0, 108.3, 111.5),
    (21.0, 22.0, 99.9, 102.0),
    (21.0, 22.0, 107.8, 114.6),
    (22.0, 23.0, 99.0, 104.6),
    (22.0, 23.0, 106.3, 117.0),
    (23.0, 24.0, 97.4, 118.6),
    (24.0, 26.0, 97.4, 120.0),
    (26.0, 27.0, 98.2, 121.0),
    (27.0, 28.0, 85.8, 121.6),
    (28.0, 30.0, 81.0, 123.0),
    (30.0, 32.0, 78.3, 123.0),
    (32.0, 34.0, 78.2, 122.5),
    (34.0, 36.0, 77.8, 121.0),
    (36.0, 38.0, 73.6, 123.0),
    (38.0, 40.0, 73.4, 124.7),
    (40.0, 41.0, 73.5, 126.1),
    (41.0, 42.0, 77.7, 128.5),
    (42.0, 44.0, 79.9, 131.3),
    (44.0, 46.0, 79.8, 91.1),
    (44.0, 46.0, 110.9, 133.4),
    (46.0, 48.0, 82.0, 91.2),
    (46.0, 48.0, 115.3, 134.9),
    (48.0, 49.5, 85.4, 89.0),
    (48.0, 49.0, 115.3, 134.9),
    (49.0, 50.0, 115.9, 130.9),
    (50.0, 52.0, 116.5, 127.7),
    (52.0, 53.7, 119.6, 126.7),
)


class Datum(StrEnum):
    """What a pair of degrees is counted from."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def in_china(lat: float, lon: float) -> bool:
    """Say whether Chinese maps are shifted here; a strip of a few kilometres beyond the border is taken along."""
    return any(south <= lat <= north and west <= lon <= east for south, north, west, east in _CHINA)


def gcj02_from_wgs84(lat: float, lon: float) -> Spot:
    """Return the place as Amap, Tencent, and in China Google and Apple, show it; the same place outside China."""
    return _shifted(lat, lon) if in_china(lat, lon) else Spot(lat, lon)


def wgs84_from_gcj02(lat: float, lon: float) -> Spot:
    """Return the true place of what a Chinese map shows."""
    return _undo(_shifted, lat, lon) if in_china(lat, lon) else Spot(lat, lon)


def bd09_from_gcj02(lat: float, lon: float) -> Spot:
    """Return the place as Baidu shows it."""
    radius = hypot(lat, lon) + 0.000_02 * sin(lat * pi * 3000 / 180)
    angle = atan2(lat, lon) + 0.000_003 * cos(lon * pi * 3000 / 180)
    return Spot(radius * sin(angle) + 0.006, radius * cos(angle) + 0.006_5)


def gcj02_from_bd09(lat: float, lon: float) -> Spot:
    """Return in GCJ-02 what Baidu shows."""
    return _undo(bd09_from_gcj02, lat, lon)


def to_wgs84(lat: float, lon: float, datum: Datum) -> Spot:
    """Return the true place of a pair of degrees counted from the datum; BD-09 is only ever used in China."""
    if datum is Datum.BD09:
        lat, lon = gcj02_from_bd09(lat, lon)
    return Spot(lat, lon) if datum is Datum.WGS84 else wgs84_from_gcj02(lat, lon)


def from_wgs84(lat: float, lon: float, datum: Datum) -> Spot:
    """Return the degrees by which a map of that datum shows the true place."""
    if datum is Datum.WGS84:
        return Spot(lat, lon)
    shown = gcj02_from_wgs84(lat, lon)
    return bd09_from_gcj02(*shown) if datum is Datum.BD09 else shown


def _shifted(lat: float, lon: float) -> Spot:
    x, y = lon - 105.0, lat - 35.0
    ripple = 20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    north += (ripple + _swell(y) + 160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)) * 2 / 3
    east += (ripple + _swell(x) + 150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)) * 2 / 3
    bend = 1 - _ECCENTRICITY * sin(radians(lat)) ** 2
    meridian = _AXIS * (1 - _ECCENTRICITY) / (bend * sqrt(bend))
    parallel = _AXIS / sqrt(bend) * cos(radians(lat))
    return Spot(lat + degrees(north / meridian), lon + degrees(east / parallel))


def _swell(at: float) -> float:
    return 20 * sin(pi * at) + 40 * sin(pi * at / 3)


def _undo(shift: Callable[[float, float], Spot], lat: float, lon: float) -> Spot:
    """Return what the shift moves to this place: each round takes away what is still too much, about a thousandth."""
    guess = Spot(lat, lon)
    for _ in range(10):
        shown = shift(*guess)
        guess = Spot(guess.lat - (shown.lat - lat), guess.lon - (shown.lon - lon))
    return guess
