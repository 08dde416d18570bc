"""Chinese maps' datums are converted to the centimetre, both ways, and only in China."""

from __future__ import annotations

from math import atan2, cos, pi, sin, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.datum import (
    Datum,
    bd09_from_gcj02,
    from_wgs84,
    gcj02_from_bd09,
    gcj02_from_wgs84,
    in_china,
    to_wgs84,
    wgs84_from_gcj02,
)
from bot.domain.geo import metres_between

lats, lons = st.floats(18.3, 53.2), st.floats(73.6, 134.7)
places = st.tuples(lats, lons).filter(lambda place: in_china(*place))


def test_the_published_pairs_about_tiananmen_are_met():
    """The pair that public converters agree on, to the last digits they print."""
    assert gcj02_from_wgs84(39.915, 116.404) == pytest.approx((39.916404281501640, 116.410244499169380), abs=1e-9)
    assert bd09_from_gcj02(39.915, 116.404) == pytest.approx((39.921336993510210, 116.410369493710290), abs=1e-9)


def test_the_published_ways_back_are_met_as_nearly_as_they_go():
    """They are printed by converters that take one step back and do not iterate, wrong by a metre or two themselves."""
    published = (39.913595718498360, 116.397755500830610)
    lat, lon = gcj02_from_wgs84(39.915, 116.404)
    assert (2 * 39.915 - lat, 2 * 116.404 - lon) == pytest.approx(published, abs=1e-9), "the step is the published one"
    assert metres_between(*wgs84_from_gcj02(39.915, 116.404), *published) < 3
    published = (39.908656739576310, 116.397627291193150)
    assert metres_between(*gcj02_from_bd09(39.915, 116.404), *published) < 1


@given(places)
def test_there_and_back_is_the_same_place_to_a_centimetre(place):
    shown = gcj02_from_wgs84(*place)
    assume(in_china(*shown))

    assert metres_between(*wgs84_from_gcj02(*shown), *place) < 0.01
    for datum in Datum:
        assert metres_between(*to_wgs84(*from_wgs84(*place, datum), datum), *place) < 0.01


@given(places)
def test_the_shift_is_some_hundred_metres(place):
    assert 20 < metres_between(*place, *gcj02_from_wgs84(*place)) < 1000


@given(places)
def test_the_way_back_from_baidu_agrees_with_its_closed_formula(place):
    """Baidu's own approximate inverse is a second, independent formula; it is right to some metres."""
    lat, lon = bd09_from_gcj02(*place)
    x, y = lon - 0.0065, lat - 0.006
    radius = sqrt(x * x + y * y) - 0.00002 * sin(y * pi * 3000 / 180)
    angle = atan2(y, x) - 0.000003 * cos(x * pi * 3000 / 180)

    assert metres_between(*gcj02_from_bd09(lat, lon), radius * sin(angle), radius * cos(angle)) < 5


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (25.85, 114.93),  # Ganzhou
        (38.93, 100.45),  # Zhangye
        (18.25, 109.51),  # Sanya
        (53.48, 122.37),  # Mohe
        (48.36, 134.30),  # Fuyuan
        (39.47, 75.99),  # Kashgar
        (39.93, 74.00),  # Wuqia
        (22.01, 100.80),  # Jinghong
        (24.01, 97.85),  # Ruili
        (22.51, 103.96),  # Hekou
        (22.11, 106.76),  # Pingxiang
        (29.33, 95.33),  # Medog
        (27.48, 88.91),  # Yadong
        (28.39, 86.00),  # Nyalam
        (30.29, 81.18),  # Burang
        (33.38, 79.73),  # Rutog
        (40.13, 124.39),  # Dandong
        (41.12, 126.19),  # Ji'an
        (41.42, 128.18),  # Changbai
        (42.86, 130.37),  # Hunchun
        (44.41, 131.16),  # Suifenhe
        (45.77, 132.98),  # Hulin
        (47.35, 132.19),  # Luobei
        (49.60, 117.43),  # Manzhouli
        (50.25, 127.50),  # Heihe
        (51.33, 119.90),  # Shiwei
        (43.65, 111.98),  # Erenhot
        (48.69, 87.04),  # Kanas
        (46.75, 82.98),  # Tacheng
        (45.17, 82.57),  # Alashankou
        (44.21, 80.42),  # Khorgos
        (37.77, 75.23),  # Taxkorgan
        (42.25, 97.00),  # Ejin's south
        (41.95, 101.07),  # Ejin
        (30.72, 122.45),  # Shengsi
        (25.50, 119.79),  # Pingtan
        (37.40, 122.70),  # Chengshan
        (16.83, 112.34),  # Sansha
    ],
)
def test_towns_to_the_very_edge_of_china_are_shifted(lat, lon):
    assert gcj02_from_wgs84(lat, lon) != (lat, lon)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (37.57, 126.98),  # Seoul
        (39.03, 125.75),  # Pyongyang
        (35.68, 139.69),  # Tokyo
        (25.04, 121.56),  # Taipei
        (21.03, 105.85),  # Hanoi
        (17.97, 102.60),  # Vientiane
        (47.92, 106.92),  # Ulaanbaatar
        (43.12, 131.89),  # Vladivostok
        (48.48, 135.07),  # Khabarovsk
        (52.03, 113.50),  # Chita
        (43.24, 76.89),  # Almaty
        (28.61, 77.21),  # Delhi
        (27.71, 85.32),  # Kathmandu
        (4.41, 114.01),  # Miri
        (48.86, 2.35),  # Paris
        (-33.87, 151.21),  # Sydney
    ],
)
def test_places_outside_china_are_not_shifted(lat, lon):
    assert gcj02_from_wgs84(lat, lon) == (lat, lon)
    assert wgs84_from_gcj02(lat, lon) == (lat, lon)
    assert to_wgs84(lat, lon, Datum.GCJ02) == (lat, lon)


def test_an_unshifted_pair_stays_as_it_is():
    assert to_wgs84(38.93, 100.45, Datum.WGS84) == (38.93, 100.45)
    assert from_wgs84(38.93, 100.45, Datum.WGS84) == (38.93, 100.45)
