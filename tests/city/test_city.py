"""The city answers where, what and who."""

from __future__ import annotations

import pytest

from bot.city.city import City, UnknownCodeError
from bot.city.records import Category, Condition, Point, Unit
from bot.city.settings import Settings
from bot.domain.geo import contains, crossing_of, metres_between, metres_to_line

HOLED = {
    "type": "Polygon",
    "coordinates": [
        [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]],
        [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]],
    ],
}


def make_city(*records: object, retired: tuple = ()) -> City:
    kinds = {Unit: "unit", Point: "point", Category: "category", Condition: "condition"}
    return City({(kinds[type(each)], each.code): each for each in records}, retired)


def point(code: str, lat: float, lon: float) -> Point:
    return Point(code=code, name=code, class_code="01", lat=lat, lon=lon)


def condition(code: str, **more: object) -> Condition:
    return Condition(**{"code": code, "category": "06013", "name": code, "amount": 1, "unit": "work_days", **more})


def test_what_is_retired_is_still_known_by_its_code_but_no_longer_listed():
    city = make_city(Unit(code="D1", name="城管局", kind="department"), retired=(("unit", "D1"),))

    assert city.unit("D1").name == "城管局"
    assert "D1" not in city.units


def test_a_code_that_never_was_is_told():
    with pytest.raises(UnknownCodeError) as caught:
        make_city().point("P9")

    assert (caught.value.kind, caught.value.code) == ("point", "P9")


def test_points_near_come_nearest_first_and_none_beyond_reach():
    city = make_city(point("far", 38.0020, 102.0), point("near", 38.0001, 102.0), point("west", 38.0, 101.9995))

    found = city.points_near(38.0, 102.0, 60)

    assert [near.point.code for near in found] == ["near", "west"]
    assert found[0].metres == pytest.approx(11.1, abs=0.1)


def test_points_near_agrees_with_looking_at_every_point(demo_city):
    for lat, lon, metres in ((38.2, 102.4, 60), (38.21, 102.41, 300), (38.19, 102.38, 1000), (0, 0, 60)):
        plain = {
            each.code for each in demo_city.points.values() if metres_between(lat, lon, each.lat, each.lon) <= metres
        }

        assert {near.point.code for near in demo_city.points_near(lat, lon, metres)} == plain


def test_everything_is_inside_a_city_without_boundary(demo_city):
    assert make_city().inside(0, 0)
    assert demo_city.inside(38.2, 102.4)
    assert not demo_city.inside(39.9, 116.4)


def test_places_come_from_the_smallest_to_the_largest(demo_city):
    kinds = [place.kind for place in demo_city.places_at(38.2, 102.4)]

    assert kinds == ["grid", "area", "area", "boundary"]


def test_the_nearest_road_within_reach(demo_city):
    road = next(place for place in demo_city.places.values() if place.name == "解放路")
    (west, south), (east, north) = road.geometry["coordinates"][3:5]

    assert demo_city.road_near((south + north) / 2, (west + east) / 2 + 0.0002, 60).name == "解放路"
    assert demo_city.road_near(39.9, 116.4, 60) is None


def test_conditions_of_a_class_hold_where_a_category_has_none_of_its_own():
    city = make_city(condition("class", category="06"), condition("own"))

    assert [each.code for each in city.conditions_of("06013")] == ["own"]
    assert [each.code for each in city.conditions_of("06014")] == ["class"]
    assert city.conditions_of("09001") == ()


def test_the_condition_fits_the_urgency_first_and_then_the_class_of_area():
    city = make_city(
        condition("any"), condition("first", area_class="1"), condition("urgent", urgent=True, unit="urgent_hours")
    )

    assert city.condition_for("06013").code == "any"
    assert city.condition_for("06013", "1").code == "first"
    assert city.condition_for("06013", "2").code == "any"
    assert city.condition_for("06013", "1", urgent=True).code == "urgent"


def test_matters_come_before_facilities(demo_city):
    assert list(demo_city.category_classes) == ["06", "07", "08", "09", "10", "01", "02", "03", "04", "05"]
    assert demo_city.category_classes["06"].label("en") == "City appearance"
    assert [each.code for each in demo_city.categories_of("10")] == ["10001", "10002"]


def test_a_label_falls_back_to_chinese():
    assert Unit(code="D1", name="城管局", kind="department").label("en") == "城管局"
    assert Unit(code="D1", name="城管局", name_en="City Office", kind="department").label("en_GB") == "City Office"


def test_settings_survive_the_way_through_the_database(demo_city):
    settings = demo_city.settings

    assert Settings.model_validate_json(settings.model_dump_json()) == settings


def test_a_hole_is_outside():
    assert contains(HOLED, 2, 2)
    assert not contains(HOLED, 5, 5)
    assert not contains(HOLED, 2, 11)


def test_distance_to_a_line_is_to_its_nearest_spot():
    line = {"type": "LineString", "coordinates": [[102.0, 38.0], [102.0, 38.1]]}

    assert metres_to_line(line, 38.05, 102.001) == pytest.approx(87.6, abs=0.2)
    assert metres_to_line(line, 38.101, 102.0) == pytest.approx(111.2, abs=0.2)


def test_lines_that_only_touch_still_cross():
    stem = {"type": "LineString", "coordinates": [[102.0, 38.0], [102.0, 38.1]]}
    bar = {"type": "LineString", "coordinates": [[101.9, 38.1], [102.1, 38.1]]}
    aside = {"type": "LineString", "coordinates": [[102.2, 38.0], [102.2, 38.1]]}

    assert crossing_of(stem, bar) == pytest.approx((38.1, 102.0))
    assert crossing_of(stem, aside) is None
