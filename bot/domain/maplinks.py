"""Where a text says it is: map links and written coordinates, turned into a place in WGS-84.

The maker of a link decides its datum and which number comes first. Short links (surl.amap.com, j.map.baidu.com,
maps.app.goo.gl) hold no numbers and say nothing here. Nothing that a text can hold makes `find` raise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, unquote_plus, urlsplit

from bot.domain.coordinates import written
from bot.domain.datum import Datum, to_wgs84
from bot.domain.geo import Box

_LINK = re.compile(
    r"(?<![\w.-])(?:(?:geo|baidumap|bdapp|androidamap|amapuri|iosamap|qqmap|comgooglemaps|https?):"
    r"|(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,12}/)[^\s<>\"，。；！？（）【】《》「」、]{1,2000}",
    re.IGNORECASE,
)
_ENDS = " \t\n,.;:，。；：、()（）[]"
_NUMBERS_ONLY = re.compile(r"[-+\d.,°'\" NSEW]*")
_LAT, _LON = (rf"(?P<{name}>[-+]?\d{{1,3}}(?:\.\d{{1,20}})?)" for name in ("lat", "lon"))
_NAME = r"(?:,(?P<name>[^,]{1,80}))?"
_VIEW = rf"\s*{_LAT}\s*,\s*{_LON}(?![\d.])"
_LAT_LON = rf"{_VIEW}{_NAME}"
_LON_LAT = rf"\s*{_LON}\s*,\s*{_LAT}(?![\d.]){_NAME}"


class Whereabouts(NamedTuple):
    """A place that a text names: WGS-84, the datum it was written in, its name if it had one, and the words for it."""

    lat: float
    lon: float
    datum: Datum
    name: str
    words: str


class _Maker(NamedTuple):
    """How one maker writes links: whose hosts, in which datum, and in which fields (`path` and `fragment` too).

    Fields are tried in order; several keys of one field are joined by a comma.
    """

    hosts: str
    datum: Datum
    fields: tuple[tuple[str, str], ...]
    names: tuple[str, ...] = ()
    datum_key: str = ""
    datums: Mapping[str, Datum | None] = {}


_GOOGLE_PIN = rf"!3d{_LAT}!4d{_LON}"
_MAKERS = (
    _Maker(
        r"(?:.*\.)?(?:amap|gaode)\.com|androidamap|amapuri|iosamap",
        Datum.GCJ02,
        (
            ("position", _LON_LAT),
            ("to", _LON_LAT),
            ("center", _LON_LAT),
            ("p", rf"[^,]*,{_LAT_LON}"),
            ("q", _LAT_LON),
            ("lat lon", _LAT_LON),
            ("dlat dlon", _LAT_LON),
        ),
        ("name", "poiname", "dname"),
        "coordinate",
        {"wgs84": Datum.WGS84},
    ),
    _Maker(
        r"map\.wap\.qq\.com",
        Datum.GCJ02,
        (("coord", _LON_LAT), ("y x", _LAT_LON)),
        ("n", "key"),
    ),
    _Maker(
        r"(?:.*\.)?map\.qq\.com|qqmap",
        Datum.GCJ02,
        (
            ("marker", rf".*?coord:{_LAT_LON}(?:;title:(?P<title>[^;|]{{1,80}}))?"),
            ("coord", _LAT_LON),
            ("tocoord", _LAT_LON),
            ("pointy pointx", _LAT_LON),
        ),
        ("name", "to", "title"),
        "coord_type",
        {"1": Datum.WGS84},
    ),
    _Maker(
        r"(?:.*\.)?map\.baidu\.com|baidumap|bdapp",
        Datum.BD09,
        (
            ("location", _LAT_LON),
            ("latlng", _LAT_LON),
            ("destination", rf"(?:.*?latlng:)?{_LAT_LON}"),
            ("center", _LAT_LON),
        ),
        ("title", "name", "content"),
        "coord_type",
        {"gcj02": Datum.GCJ02, "gcj02ll": Datum.GCJ02, "wgs84": Datum.WGS84, "wgs84ll": Datum.WGS84, "bd09mc": None},
    ),
    _Maker(
        r"(?:.*\.)?google\.(?:com?\.)?[a-z]{2,3}|comgooglemaps",
        Datum.GCJ02,
        (
            ("path", rf".*/place/(?P<title>[^/@]{{1,200}})/.*?{_GOOGLE_PIN}"),
            ("path", rf".*?{_GOOGLE_PIN}"),
            ("query", _LAT_LON),
            ("q", rf"(?:loc:)?{_LAT_LON}"),
            ("destination", _LAT_LON),
            ("daddr", _LAT_LON),
            ("ll", _LAT_LON),
            ("center", _LAT_LON),
            ("path", rf".*/place/(?P<title>[^/@]{{1,200}})/.*?@{_VIEW}"),
            ("path", rf".*?@{_VIEW}"),
            ("path", rf".*/(?:search|place|dir)/(?:.*/)?{_LAT_LON}"),
        ),
    ),
    _Maker(
        r"maps\.apple(?:\.com)?",
        Datum.GCJ02,
        (
            ("coordinate", _LAT_LON),
            ("ll", _LAT_LON),
            ("q", _LAT_LON),
            ("daddr", _LAT_LON),
            ("center", _LAT_LON),
            ("sll", _LAT_LON),
        ),
        ("name", "q"),
    ),
    _Maker(
        r"(?:.*\.)?(?:openstreetmap\.org|osm\.org)",
        Datum.WGS84,
        (("mlat mlon", _LAT_LON), ("fragment", rf".*?map=\d+(?:\.\d+)?/{_LAT}/{_LON}")),
    ),
    _Maker(
        r"geo",
        Datum.WGS84,
        (("q", rf"{_LAT_LON}(?:\s*\((?P<title>[^)]{{1,80}})\))?"), ("path", _LAT_LON)),
        ("q",),
    ),
)


def find(text: str, within: Box | None = None, *, asked: bool = False) -> Whereabouts | None:
    """Return the place that a text names by a map link or by coordinates; None if there is none.

    `within` are the bounds where places are looked for: numbers in the wrong order are turned round when only so they
    fall inside. Two bare numbers that fall outside either way are taken for a place only if written very exactly, or if
    they are all that is said where a place was `asked` for.
    """
    for link in _LINK.finditer(text):
        place = _of_link(link[0], within)
        if place:
            return place
    for pair in written(_LINK.sub(" ", text)):
        settled = _settled(pair.lat, pair.lon, Datum.WGS84, within, sure=pair.sure)
        is_answer = asked and pair.words.strip(_ENDS) == text.strip(_ENDS)
        if settled and (pair.exact or is_answer or within is None or within.holds(*settled)):
            return Whereabouts(*settled, Datum.WGS84, "", pair.words)
    return None


def _of_link(link: str, within: Box | None) -> Whereabouts | None:
    try:
        parts = urlsplit(link if ":" in link.split("/", 1)[0] else f"https://{link}")
        host = parts.hostname or ""
        query = {key: values[0] for key, values in parse_qs(parts.query, max_num_fields=100).items()}
    except ValueError:
        return None
    web = parts.scheme in {"http", "https"}
    for maker in _MAKERS:
        if re.fullmatch(maker.hosts, host if web else parts.scheme):
            return _read(maker, query | _rest(parts), within, link)
    return None


def _rest(parts: SplitResult) -> dict[str, str]:
    return {"path": unquote_plus(parts.path), "fragment": unquote(parts.fragment)}


def _read(maker: _Maker, fields: Mapping[str, str], within: Box | None, link: str) -> Whereabouts | None:
    datum = maker.datums.get(fields.get(maker.datum_key, "").lower(), maker.datum)
    if datum is None:
        return None
    for match in _matches(maker, fields):
        settled = _settled(float(match["lat"]), float(match["lon"]), datum, within)
        if settled:
            return Whereabouts(*settled, datum, _name(maker, match, fields), link)
    return None


def _matches(maker: _Maker, fields: Mapping[str, str]) -> Iterator[re.Match[str]]:
    for keys, pattern in maker.fields:
        match = re.match(pattern, ",".join(fields.get(key, "") for key in keys.split()))
        if match:
            yield match


def _name(maker: _Maker, match: re.Match[str], fields: Mapping[str, str]) -> str:
    found = match.groupdict()
    names = [found.get("title"), found.get("name"), *(fields.get(key) for key in maker.names)]
    return next((name.strip()[:60] for name in names if name and not _NUMBERS_ONLY.fullmatch(name)), "")


def _settled(
    lat: float, lon: float, datum: Datum, within: Box | None, *, sure: bool = False
) -> tuple[float, float] | None:
    """Return the place in WGS-84, turned round if it can only be meant so; None for what is nowhere on earth.

    The place where the equator meets Greenwich is what broken programs write for "nowhere".
    """
    places = [_true(*pair, datum) for pair in ((lat, lon), (lon, lat)) if _on_earth(*pair)][: 1 if sure else 2]
    inside = [place for place in places if within and within.holds(*place)]
    return next(iter(inside or places), None)


def _on_earth(lat: float, lon: float) -> bool:
    return abs(lat) <= 90 and abs(lon) <= 180 and bool(lat or lon)  # noqa: PLR2004


def _true(lat: float, lon: float, datum: Datum) -> tuple[float, float]:
    place = to_wgs84(lat, lon, datum)
    return round(place.lat, 7), round(place.lon, 7)
