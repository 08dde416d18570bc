"""The demo district is as large as the real one, and always the same."""

from __future__ import annotations

from collections import Counter

from bot.city.demo import write_demo
from bot.domain.geo import metres_between


def test_it_has_39_classes_and_4045_points_of_all_classes(demo_city):
    assert len(demo_city.classes) == 39
    assert len(demo_city.points) == 4045
    assert {point.class_code for point in demo_city.points.values()} == set(demo_city.classes)


def test_its_60_circles_hold_491_points(demo_city):
    """18 communities, 32 markets, 5 stations, 5 hospitals; 353 compounds, 38 back alleys, 40 toilets around them."""
    kinds = Counter(circle.kind for circle in demo_city.circles.values())
    members = [point for code in demo_city.circles for point in demo_city.points_in(code)]
    satellites = Counter(demo_city.point_class(point.class_code).name for point in members if not point.anchor)

    assert kinds == {"community": 18, "market": 32, "station": 5, "hospital": 5}
    assert len(members) == len({point.code for point in members}) == 491
    assert satellites == {"居民小区": 353, "背街小巷": 38, "公共厕所": 40}


def test_every_satellite_lies_within_300_metres_of_its_anchor(demo_city):
    for code in demo_city.circles:
        [anchor] = [point for point in demo_city.points_in(code) if point.anchor]
        for point in demo_city.points_in(code):
            assert metres_between(anchor.lat, anchor.lon, point.lat, point.lon) <= 300


def test_every_point_has_its_four_answerable_parties(demo_city):
    for point in demo_city.points.values():
        kinds = [demo_city.unit(code).kind for code in (point.trade_unit, point.territorial_unit, point.sponsor_unit)]

        assert kinds == ["department", "community", "sponsor"]
        assert point.leader
        assert demo_city.leader_of(point.code).name == point.leader


def test_points_lie_in_the_area_of_their_territorial_unit(demo_city):
    """But for a few that stand on the very border, in the middle of a street."""
    outside = [
        point
        for point in demo_city.points.values()
        if demo_city.unit_at(point.lat, point.lon).code != point.territorial_unit
    ]

    assert len(outside) <= 40


def test_names_are_in_both_languages_and_unlike_but_for_one_pair(demo_city):
    names = Counter(point.name for point in demo_city.points.values())

    assert [name for name, count in names.items() if count > 1] == ["文化广场"]
    assert all(point.name_en for point in demo_city.points.values())


def test_every_category_has_an_owner_and_a_limit(demo_city):
    for category in demo_city.categories.values():
        assert category.default_unit in demo_city.units
        assert all(condition.closes_when for condition in demo_city.conditions_of(category.code))
        assert demo_city.condition_for(category.code) is not None


def test_every_class_of_points_has_standards(demo_city):
    assert {standard.point_class for standard in demo_city.standards.values()} == set(demo_city.classes)


def test_leaders_go_round_daily_or_weekly_and_a_defect_is_a_case_of_a_kind_or_asked(demo_city):
    rhythms = {kind.name: kind.rhythm for kind in demo_city.classes.values()}
    kinds = [standard.category for standard in demo_city.standards.values()]

    assert (rhythms["农贸市场"], rhythms["居民小区"], rhythms["沿街商铺"]) == ("daily", "weekly", "")
    assert set(kinds) - {""} <= set(demo_city.categories)
    assert kinds.count("") < len(kinds) / 2


def test_its_map_has_roads_water_parks_and_grids(demo_city):
    kinds = Counter(place.kind for place in demo_city.places.values())
    looks = Counter(place.look for place in demo_city.places.values())

    assert kinds["road"] == 40
    assert kinds["grid"] == 72
    assert kinds["boundary"] == 1
    assert {"water", "park", "rail"} < set(looks)
    assert {"解放路", "西街"} <= {place.name for place in demo_city.places.values()}


def test_it_is_written_the_same_every_time(demo_folder, tmp_path):
    again = write_demo(tmp_path / "again")

    for path in demo_folder.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()


def test_its_volunteers_stand_at_twelve_crossings_in_two_peaks_and_try_things_at_one_post_day_and_night(demo_city):
    peaks = Counter((rota.begins.hour, rota.weekdays) for rota in demo_city.rotas.values() if not rota.on_days_off)

    assert len(demo_city.posts) == 13
    assert peaks == {(7, "12345"): 12, (17, "12345"): 12}
    tries = [rota for rota in demo_city.rotas.values() if rota.on_days_off]
    assert {(rota.post, rota.weekdays) for rota in tries} == {("Z00", "1234567")}
    assert sorted(rota.begins for rota in tries) == sorted(rota.ends for rota in tries)
    for post in demo_city.posts.values():
        assert demo_city.unit(demo_city.unit_at(post.lat, post.lon).parent).code == post.unit
