"""A place is read from what people really paste, and never out of thin air."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.datum import Datum, from_wgs84
from bot.domain.geo import Box, metres_between
from bot.domain.maplinks import Whereabouts, find

LAT, LON = 38.9312, 100.4521
DISTRICT = Box(100.2, 38.7, 100.7, 39.1)
GCJ_LAT, GCJ_LON = (f"{each:.6f}" for each in from_wgs84(LAT, LON, Datum.GCJ02))
BD_LAT, BD_LON = (f"{each:.6f}" for each in from_wgs84(LAT, LON, Datum.BD09))
NAME = quote("人民广场")


def is_here(place: Whereabouts | None) -> bool:
    return place is not None and metres_between(place.lat, place.lon, LAT, LON) < 1


@pytest.mark.parametrize(
    ("link", "name"),
    [
        (f"https://uri.amap.com/marker?position={GCJ_LON},{GCJ_LAT}&name={NAME}&src=x&coordinate=gaode", "人民广场"),
        (f"https://uri.amap.com/marker?position={GCJ_LON},{GCJ_LAT}&name=人民广场，快来", "人民广场"),
        (f"https://uri.amap.com/navigation?to={GCJ_LON},{GCJ_LAT},{NAME}&mode=car", "人民广场"),
        (f"https://wb.amap.com/?p=B0FF,{GCJ_LAT},{GCJ_LON},{NAME},{NAME}&src=app", "人民广场"),
        (f"https://wb.amap.com/?q={GCJ_LAT},{GCJ_LON},{NAME}", "人民广场"),
        (f"androidamap://viewMap?sourceApplication=x&poiname={NAME}&lat={GCJ_LAT}&lon={GCJ_LON}&dev=0", "人民广场"),
        (f"amapuri://route/plan/?dlat={GCJ_LAT}&dlon={GCJ_LON}&dname={NAME}", "人民广场"),
        (f"https://apis.map.qq.com/uri/v1/marker?marker=coord:{GCJ_LAT},{GCJ_LON};title:{NAME};addr:x", "人民广场"),
        (f"https://apis.map.qq.com/uri/v1/marker?marker=title:x;coord:{GCJ_LAT},{GCJ_LON}&referer=x", ""),
        (f"http://apis.map.qq.com/uri/v1/geocoder?coord={GCJ_LAT},{GCJ_LON}&referer=x", ""),
        (f"https://map.wap.qq.com/online/h5-poi/index.html?coord={GCJ_LON}%2C{GCJ_LAT}&n={NAME}", "人民广场"),
        (f"qqmap://map/routeplan?type=walk&to={NAME}&tocoord={GCJ_LAT},{GCJ_LON}", "人民广场"),
        (f"http://maps.google.com/?q={GCJ_LAT},{GCJ_LON}", ""),
        (f"https://www.google.com/maps/@{GCJ_LAT},{GCJ_LON},17z", ""),
        (f"https://www.google.com.hk/maps/search/?api=1&query={GCJ_LAT}%2C{GCJ_LON}", ""),
        (f"https://www.google.cn/maps/search/{GCJ_LAT},+{GCJ_LON}?entry=tts", ""),
        (
            f"https://www.google.de/maps/place/{NAME}/@38.9,100.4,17z/data=!3m1!4b1!8m2!3d{GCJ_LAT}!4d{GCJ_LON}",
            "人民广场",
        ),
        (f"maps.google.com/maps?ll={GCJ_LAT},{GCJ_LON}&z=16", ""),
        (f"https://maps.apple.com/?ll={GCJ_LAT},{GCJ_LON}&q={NAME}", "人民广场"),
        (f"https://maps.apple.com/place?coordinate={GCJ_LAT},{GCJ_LON}&name={NAME}", "人民广场"),
    ],
)
def test_links_of_makers_that_use_gcj02(link, name):
    place = find(f"这里有个坑 {link}", DISTRICT)

    assert is_here(place)
    assert (place.datum, place.name) == (Datum.GCJ02, name)
    assert place.words in link


@pytest.mark.parametrize(
    "link",
    [
        f"http://api.map.baidu.com/marker?location={BD_LAT},{BD_LON}&title={NAME}&content=x&output=html",
        f"https://api.map.baidu.com/marker?location={BD_LAT},{BD_LON}&title={NAME}&coord_type=bd09ll",
        f"https://map.baidu.com/?latlng={BD_LAT},{BD_LON}&title={NAME}",
        f"baidumap://map/marker?location={BD_LAT},{BD_LON}&title={NAME}",
        f"baidumap://map/direction?destination=latlng:{BD_LAT},{BD_LON}|name:x&name={NAME}",
    ],
)
def test_links_of_baidu_use_bd09(link):
    place = find(link)

    assert is_here(place)
    assert (place.datum, place.name) == (Datum.BD09, "人民广场")


@pytest.mark.parametrize(
    ("link", "datum"),
    [
        (f"https://api.map.baidu.com/marker?location={LAT},{LON}&coord_type=wgs84", Datum.WGS84),
        (f"https://api.map.baidu.com/marker?location={GCJ_LAT},{GCJ_LON}&coord_type=GCJ02", Datum.GCJ02),
        (f"https://uri.amap.com/marker?position={LON},{LAT}&coordinate=wgs84", Datum.WGS84),
        (f"https://apis.map.qq.com/uri/v1/marker?marker=coord:{LAT},{LON}&coord_type=1", Datum.WGS84),
        (f"https://www.openstreetmap.org/?mlat={LAT}&mlon={LON}#map=17/38.9/100.4", Datum.WGS84),
        (f"https://www.openstreetmap.org/#map=17/{LAT}/{LON}", Datum.WGS84),
        (f"geo:{LAT},{LON}", Datum.WGS84),
        (f"geo:{LAT},{LON};u=35?z=17", Datum.WGS84),
        (f"geo:0,0?q={LAT},{LON}({NAME})", Datum.WGS84),
    ],
)
def test_a_link_that_names_its_datum_is_believed(link, datum):
    place = find(link)

    assert is_here(place)
    assert place.datum == datum


@pytest.mark.parametrize(
    "text",
    [
        "https://surl.amap.com/abc123",
        "https://j.map.baidu.com/4e/XYZ",
        "https://maps.app.goo.gl/abcDEF",
        "https://api.map.baidu.com/marker?location=4813.5,11181.2&coord_type=bd09mc",
        "https://api.map.baidu.com/marker?location=38.9312,100.4521&coord_type=bd09mc",
        "https://uri.amap.com/marker?poiid=B0FFFAB6J2",
        "https://maps.apple.com/?q=coffee",
        "geo:0,0?q=market",
        "geo:91.5,181.2",
        "https://example.org/?ll=38.93,100.45",
        "https://notamap.com/?position=100.45,38.93",
        "http://[::1/?q=38.93,100.45",
        "https://www.google.com/maps/@1000.5,2000.5,17z",
    ],
)
def test_links_that_hold_no_place_say_nothing(text):
    assert find(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "38.9312, 100.4521",
        "38.9312，100.4521",
        "３８．９３１２，１００．４５２１",
        "坐标38.9312 100.4521附近",
        "N38.9312 E100.4521",
        "38.9312N, 100.4521E",
        "38.9312° N, 100.4521° E",
        "E100.4521 N38.9312",
        "北纬38.9312 东经100.4521",
        "东经100.4521°，北纬38.9312°",
        "纬度：38.9312，经度：100.4521",
        "经度100.4521 纬度38.9312",
        "lat: 38.9312, lon: 100.4521",
        "lng=100.4521 lat=38.9312",
        "38°55′52.32″N 100°27′7.56″E",
        "38°55'52.32\"N, 100°27'7.56\"E",
        "N 38° 55.872' E 100° 27.126'",
        "北纬38度55分52.32秒 东经100度27分7.56秒",
        "东经100°27′7.56″北纬38°55′52.32″",
        "路面破损，38.9312,100.4521，请处理",
    ],
)
def test_coordinates_as_people_write_them(text):
    place = find(text)

    assert is_here(place)
    assert place.datum == Datum.WGS84
    assert place.words in text


def test_the_southern_and_western_hemispheres_are_negative():
    assert find("33.8688 S, 151.2093 E")[:2] == (-33.8688, 151.2093)
    assert find("-33.8688, 151.2093")[:2] == (-33.8688, 151.2093)
    assert find("南纬33.8688 西经70.1234")[:2] == (-33.8688, -70.1234)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "宽3.5, 长4.2米",
        "一共 12.5, 33.0 元",
        "3-5, 6-8号楼",
        "192.168.10.25, 192.168.10.26",
        "2026.03.02, 2026.03.05",
        "N3 E4 栋",
        "北纬38.93 北纬39.93",
        "38.9312100.4521",
        "38°75′00″N 100°27′7″E",
        "0.0000, 0.0000",
        "138.93, 200.45",
        "合同 38.93.12, 100.45.11",
    ],
)
def test_other_numbers_are_no_place(text):
    assert find(text) is None


def test_numbers_in_the_wrong_order_are_turned_round_when_only_so_they_are_on_earth():
    assert is_here(find("100.4521, 38.9312"))


def test_numbers_in_the_wrong_order_are_turned_round_when_only_so_they_are_inside():
    kashgar = Box(75.5, 39.0, 76.5, 40.0)

    assert find("75.9912, 39.4712", kashgar)[:2] == (39.4712, 75.9912)
    assert find("75.9912, 39.4712")[:2] == (75.9912, 39.4712)
    assert find("https://uri.amap.com/marker?position=39.4712,75.9912&coordinate=wgs84", kashgar)[:2] == (
        39.4712,
        75.9912,
    )


def test_numbers_that_are_inside_either_way_stay_as_they_are():
    assert find("38.91, 38.95", Box(38, 38, 39, 39))[:2] == (38.91, 38.95)


def test_marks_are_believed_more_than_bounds():
    assert find("N39.4712 E75.9912", Box(39, 75, 40, 76))[:2] == (39.4712, 75.9912)


def test_prices_are_no_place_of_the_district_but_exact_coordinates_elsewhere_are():
    assert find("西瓜 12.50, 33.00 元", DISTRICT) is None
    assert find("39.9042, 116.4074", DISTRICT)[:2] == (39.9042, 116.4074)
    assert find("38.93, 100.45", DISTRICT)[:2] == (38.93, 100.45)


def test_a_short_link_does_not_hide_coordinates_beside_it():
    assert is_here(find(f"https://surl.amap.com/abc {LAT}, {LON}"))


def test_the_first_link_that_holds_a_place_wins():
    text = f"https://surl.amap.com/abc geo:{LAT},{LON} geo:1.5,2.5"

    assert is_here(find(text))


def test_a_very_long_name_is_cut():
    assert len(find(f"https://uri.amap.com/marker?position=100.45,38.93&name={'长' * 500}").name) == 60


pieces = st.sampled_from(
    [
        "https://uri.amap.com/marker?position=",
        "https://apis.map.qq.com/uri/v1/marker?marker=coord:",
        "https://api.map.baidu.com/marker?location=",
        "http://maps.google.com/@",
        "!3d",
        "!4d",
        "geo:",
        "https://[",
        "http://a:b@c:99999/",
        "//",
        "?q=",
        "&",
        "%",
        "%2C",
        "%FF",
        ",",
        "38.93",
        "100.45",
        "-",
        "°",
        "′",
        "″",
        "北纬",
        "N",
        "E",
        " ",
        "１",
        "\ud800",
        "\x00",
        "9" * 30,
        "a." * 20,
    ]
)


@given(st.one_of(st.text(), st.lists(pieces | st.text(max_size=3), max_size=12).map("".join)))
@example("http://\u2100.com/?q=1,2")
@example("https://uri.amap.com:port/marker?position=100.45,38.93")
@example("https://uri.amap.com/?" + "a=1&" * 500)
def test_garbage_never_raises_and_what_is_found_is_on_earth(text):
    place = find(text, DISTRICT)

    assert place is None or (abs(place.lat) <= 90 and abs(place.lon) <= 180)


@pytest.mark.parametrize(
    "piece", ["a.", "a", "1", "38.93,", "N", "38.9312 ", "https://", "geo:", "北纬38度", "-", " ", "http://a/?q=1,1 "]
)
def test_ten_thousand_letters_are_read_at_once(piece):
    started = time.perf_counter()
    find(piece * (10_000 // len(piece)), DISTRICT)

    assert time.perf_counter() - started < 1
