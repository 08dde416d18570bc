"""The map is small, and turns taps into positions."""

from __future__ import annotations

import json

import pytest

from bot.city.city import City
from bot.city.map import map_features, project
from bot.city.records import Point
from bot.domain.geo import metres_between


def test_the_map_of_the_demo_is_below_150_kilobytes(demo_city):
    drawn = map_features(demo_city)

    assert len(json.dumps(drawn, ensure_ascii=False).encode()) < 150_000
    assert {len(drawn["roads"]), len(drawn["parks"]), len(drawn["water"])} == {40, 6, 2}
    assert all(road["path"].startswith("M") for road in drawn["roads"])
    assert all(area["path"].endswith("Z") for area in drawn["areas"])


def test_all_of_it_lies_on_the_sheet(demo_city):
    drawn = map_features(demo_city)

    for landmark in drawn["landmarks"]:
        assert 0 <= landmark["x"] <= drawn["width"]
        assert 0 <= landmark["y"] <= drawn["height"]


def test_a_tap_comes_back_to_where_the_pin_stands(demo_city):
    projection = project(demo_city)

    for point in list(demo_city.points.values())[::97]:
        lat, lon = projection.to_earth(*projection.to_map(point.lat, point.lon))

        assert metres_between(lat, lon, point.lat, point.lon) < 1


def test_the_posts_of_volunteers_can_be_found(demo_city):
    projection = project(demo_city)

    for drawn in map_features(demo_city)["posts"]:
        post = demo_city.posts[drawn["code"]]
        assert projection.to_map(post.lat, post.lon) == (drawn["x"], drawn["y"])
    assert len(map_features(demo_city)["posts"]) == len(demo_city.posts) > 0


def test_a_metre_is_as_long_to_the_east_as_to_the_north(demo_city):
    projection = project(demo_city)
    x, y = projection.to_map(38.2, 102.4)
    north, east = projection.to_earth(x, y - 100), projection.to_earth(x + 100, y)

    assert metres_between(38.2, 102.4, *north) == pytest.approx(metres_between(38.2, 102.4, *east), rel=0.01)


def test_without_places_there_is_no_map_but_points_still_have_a_plane():
    point = Point(code="P1", name="一", class_code="01", lat=38.2, lon=102.4)
    city = City({("point", "P1"): point})

    assert map_features(city) == {}
    assert project(city).to_map(38.2, 102.4) == (20, 20)
    assert project(City({})) is None
