"""Distances, areas and roads are right to the metre at the size of a district."""

from __future__ import annotations

from math import acos, cos, degrees, inf, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.geo import (
    EARTH_METRES,
    Box,
    box_around,
    box_of,
    contains,
    crossing_of,
    crossings_of,
    metres_between,
    metres_to_line,
    middle_of,
    nearest_on,
)

lats = st.floats(-80, 80)
lons = st.floats(-170, 170)
SQUARE = {
    "type": "Polygon",
    "coordinates": [
        [[100.0, 38.0], [100.1, 38.0], [100.1, 38.1], [100.0, 38.1], [100.0, 38.0]],
        [[100.04, 38.04], [100.06, 38.04], [100.06, 38.06], [100.04, 38.06], [100.04, 38.04]],
    ],
}
ISLANDS = {
    "type": "MultiPolygon",
    "coordinates": [SQUARE["coordinates"], [[[101, 38], [101.1, 38], [101, 38.1], [101, 38]]]],
}


def road(*positions: tuple[float, float]) -> dict[str, object]:
    return {"type": "LineString", "coordinates": [list(position) for position in positions]}


def test_a_degree_of_latitude_is_111_kilometres():
    assert metres_between(38, 100, 39, 100) == pytest.approx(111_195, abs=1)


def test_the_far_side_of_the_earth_is_half_its_girth():
    assert metres_between(10, 20, -10, -160) == pytest.approx(EARTH_METRES * radians(180))


@given(lats, lons, lats, lons)
def test_distance_agrees_with_the_law_of_cosines(lat, lon, other_lat, other_lon):
    a, b, turn = radians(lat), radians(other_lat), radians(other_lon - lon)
    angle = acos(max(-1.0, min(1.0, sin(a) * sin(b) + cos(a) * cos(b) * cos(turn))))

    assert metres_between(lat, lon, other_lat, other_lon) == pytest.approx(angle * EARTH_METRES, abs=1)
    assert metres_between(lat, lon, other_lat, other_lon) == metres_between(other_lat, other_lon, lat, lon)


@given(lats, lons, st.floats(1, 50_000), st.floats(0, 360), st.floats(0, 1))
def test_the_box_around_a_place_holds_all_that_is_near(lat, lon, radius, bearing, part):
    reach, course = part * radius / EARTH_METRES, radians(bearing)
    there = sin(radians(lat)) * cos(reach) + cos(radians(lat)) * sin(reach) * cos(course)
    other_lat = degrees(radians(90) - acos(max(-1.0, min(1.0, there))))
    for other_lon in (lon, lon + degrees(reach / cos(radians(lat))) * sin(course)):
        if metres_between(lat, lon, other_lat, other_lon) <= radius:
            assert box_around(lat, lon, radius + 0.01).holds(other_lat, other_lon)


def test_the_box_around_a_place_is_tight():
    box = box_around(38.93, 100.45, 50)

    assert metres_between(box.south, 100.45, box.north, 100.45) == pytest.approx(100, abs=0.1)
    assert metres_between(38.93, box.west, 38.93, box.east) == pytest.approx(100, abs=0.1)


def test_the_box_around_a_pole_is_the_whole_cap():
    assert box_around(89.9999, 10, 1000) == Box(-180, pytest.approx(89.991, abs=1e-3), 180, 90)


@pytest.mark.parametrize(
    ("lat", "lon", "inside"),
    [
        (38.02, 100.02, True),
        (38.05, 100.05, False),  # in the hole
        (38.05, 100.07, True),
        (38.05, 100.11, False),
        (37.99, 100.05, False),
        (38.05, 99.99, False),
    ],
)
def test_an_area_holds_what_is_inside_and_not_in_a_hole(lat, lon, inside):
    assert contains(SQUARE, lat, lon) is inside
    assert contains(ISLANDS, lat, lon) is inside


def test_every_part_of_an_area_counts():
    assert contains(ISLANDS, 38.02, 101.02)
    assert not contains(ISLANDS, 38.08, 101.08)


@given(st.floats(38.0001, 38.0999))
def test_a_place_on_a_shared_edge_belongs_to_exactly_one_area(lat):
    neighbour = {
        "type": "Polygon",
        "coordinates": [[[100.1, 38], [100.2, 38], [100.2, 38.1], [100.1, 38.1], [100.1, 38]]],
    }

    assert contains(SQUARE, lat, 100.1) != contains(neighbour, lat, 100.1)


def test_a_line_holds_nothing():
    assert not contains(road((100, 38), (101, 39)), 38.5, 100.5)


def test_a_place_has_a_foot_on_the_road():
    nearest = nearest_on(road((100.0, 38.0), (100.1, 38.0), (100.1, 38.1)), 38.001, 100.05)

    assert (nearest.lat, nearest.lon) == pytest.approx((38.0, 100.05))
    assert nearest.metres == pytest.approx(111.2, abs=0.1)


def test_beyond_the_end_of_a_road_its_end_is_nearest():
    nearest = nearest_on(road((100.0, 38.0), (100.1, 38.0)), 38.0, 99.99)

    assert (nearest.lat, nearest.lon) == pytest.approx((38.0, 100.0))
    assert nearest.metres == pytest.approx(metres_between(38, 99.99, 38, 100), abs=0.1)


@given(st.floats(100.0, 100.1), st.floats(37.97, 38.13), st.floats(0, 1))
def test_no_place_of_a_road_is_nearer_than_the_nearest(lon, lat, share):
    line = road((100.0, 38.0), (100.05, 38.06), (100.05, 38.06), (100.1, 38.02))
    along = ((100.0 + 0.05 * share, 38.0 + 0.06 * share), (100.05 + 0.05 * share, 38.06 - 0.04 * share))

    nearest = metres_to_line(line, lat, lon)

    assert all(nearest <= metres_between(lat, lon, y, x) + 1 for x, y in along)


def test_the_edge_of_an_area_is_measured_like_a_line():
    assert metres_to_line(SQUARE, 38.05, 99.99) == pytest.approx(876, abs=1)


def test_a_point_has_no_line():
    assert metres_to_line({"type": "Point", "coordinates": [100, 38]}, 38, 100) == inf
    assert nearest_on({"type": "Point", "coordinates": [100, 38]}, 38, 100) is None


def test_two_roads_cross_where_they_meet():
    east, north = road((100.0, 38.0), (100.1, 38.0)), road((100.05, 37.9), (100.05, 38.1, 1400.0))

    assert crossing_of(east, north) == pytest.approx((38.0, 100.05))


def test_roads_that_touch_end_to_side_cross_and_those_that_nearly_do_within_two_metres():
    east = road((100.0, 38.0), (100.1, 38.0))
    metre = 1 / 111_195

    assert crossing_of(east, road((100.05, 38.0), (100.05, 38.1))) == pytest.approx((38.0, 100.05))
    assert crossing_of(east, road((100.05, 38.0 + 1.5 * metre), (100.05, 38.1))) is not None
    assert crossing_of(east, road((100.05, 38.0 + 3 * metre), (100.05, 38.1))) is None


def test_every_crossing_of_a_winding_road_is_found_once():
    east = road((100.0, 38.0), (100.05, 38.0), (100.1, 38.0))
    winding = {"type": "MultiLineString", "coordinates": [[[100.01, 37.99], [100.01, 38.01], [100.05, 38.0]]]}

    assert [round(spot.lon, 6) for spot in crossings_of(east, winding)] == [100.01, 100.05]


def test_parallel_roads_and_stretches_without_length_never_cross():
    assert crossings_of(road((100, 38), (101, 38)), road((100, 38.1), (101, 38.1))) == []
    assert crossings_of(road((100, 38), (101, 38)), road((100.5, 38), (100.5, 38))) == []


def test_a_box_bounds_a_geometry():
    assert box_of(ISLANDS) == Box(100.0, 38.0, 101.1, 38.1)
    assert box_of(ISLANDS).holds(38.05, 100.5)
    with pytest.raises(ValueError, match="empty"):
        box_of({"type": "MultiPolygon", "coordinates": []})


def test_the_middle_stands_for_the_whole():
    assert middle_of(road((100.0, 38.0), (100.02, 38.0), (100.1, 38.0))) == pytest.approx((38.0, 100.05))
    assert middle_of(SQUARE) == pytest.approx((38.05, 100.05))
    assert middle_of({"type": "Point", "coordinates": [100, 38]}) == (38, 100)
    assert middle_of(road((100, 38), (100, 38))) == (38, 100)
