"""Places are found by name, in sentences, misspelt, and at crossings."""

from __future__ import annotations

from time import perf_counter

import pytest

from bot.city.finder import find_places, rest_of
from bot.domain.geo import metres_to_line


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("解放路与西街口 路面破损", "路面破损"),
        ("解放路西街口垃圾桶满了", "垃圾桶满了"),
        ("解放路和西街交叉口，有坑", "有坑"),
        ("西街与解放路的十字路口有人摆摊", "有人摆摊"),
        ("解放西街路口", ""),
        ("井盖没了，在解放路/西街口", "井盖没了"),
        ("Jiefang Road & West Street crossing: pothole", "pothole"),
        ("a pothole at the corner of Jiefang Road and West Street", "a pothole"),
    ],
)
def test_a_crossing_is_computed_from_its_two_roads(demo_city, text, rest):
    found = find_places(demo_city, text)[0]

    assert found.name in {"解放路与西街路口", "西街与解放路路口"}
    for name in ("解放路", "西街"):
        [road] = [place for place in demo_city.places.values() if place.name == name]
        assert metres_to_line(road.geometry, found.lat, found.lon) < 3
    assert rest_of(text, found) == rest


def test_a_crossing_has_a_name_in_both_languages(demo_city):
    [found] = find_places(demo_city, "健康路与人民路口")

    assert (found.kind, found.label("zh_CN")) == ("point", "人民路与健康路路口")
    assert found.label("en") == "Renmin Road and Jiankang Road"


@pytest.mark.parametrize(
    "text",
    [
        "健康路与人民路口 路面破损",
        "人民路健康路口 路面破损",
        "人民路与健康路路口 路面破损",
        "pothole at Renmin Road and Jiankang Road",
        "Jiankang Road & Renmin Road crossing: pothole",
    ],
)
def test_a_crossing_that_is_a_point_is_that_point_however_it_is_said(demo_city, text):
    [point] = [each for each in demo_city.points.values() if each.name == "人民路与健康路路口"]

    assert [(found.kind, found.code) for found in find_places(demo_city, text)] == [("point", point.code)]


def test_a_road_that_begins_with_and_still_crosses(demo_city):
    [found] = find_places(demo_city, "友谊路和平路口 路面破损")

    assert found.name == "和平路与友谊路路口"


def test_roads_that_never_meet_are_no_crossing(demo_city):
    kinds = {found.kind for found in find_places(demo_city, "解放路与人民路口")}

    assert "crossing" not in kinds


def test_a_longer_name_that_begins_with_a_road_is_no_crossing(demo_city):
    [bank] = [point for point in demo_city.points.values() if point.name.startswith("西街") and "公厕" in point.name][
        :1
    ]

    found = find_places(demo_city, f"解放路{bank.name}很脏")

    assert bank.code in {each.code for each in found}
    assert "crossing" not in {each.kind for each in found}


def test_a_point_is_found_in_a_sentence_and_the_road_in_its_name_is_not(demo_city):
    text = "解放路3号公厕没有水"

    [found] = find_places(demo_city, text)

    assert (found.kind, found.name, found.score) == ("point", "解放路3号公厕", 1.0)
    assert text[slice(*found.span)] == "解放路3号公厕"
    assert rest_of(text, found) == "没有水"


def test_two_places_of_one_name_both_come_back(demo_city):
    first, second, *_ = find_places(demo_city, "文化广场有人违停")

    assert first.name == second.name == "文化广场"
    assert first.score == second.score
    assert (first.lat, first.lon) != (second.lat, second.lon)


def test_a_landmark_is_found_by_its_alias(demo_city):
    [found] = find_places(demo_city, "湿地公园里有垃圾")

    assert (found.kind, found.name) == ("place", "东关湿地公园")


def test_a_unit_stands_for_its_area(demo_city):
    [found] = find_places(demo_city, "溪口社区没人管")

    assert (found.kind, found.name) == ("unit", "溪口社区")
    assert demo_city.unit_at(found.lat, found.lon).code == found.code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("春辉小区门口路灯不亮", "春晖小区"),
        ("云溪体育中新", "云溪体育中心"),
        ("peoples park", "人民公园"),
        ("ｐｅｏｐｌｅ'ｓ ＰＡＲＫ", "人民公园"),
    ],
)
def test_misspelt_names_are_found(demo_city, text, name):
    assert find_places(demo_city, text)[0].name == name


def test_a_misspelt_name_scores_below_a_true_one(demo_city):
    assert find_places(demo_city, "春辉小区")[0].score < find_places(demo_city, "春晖小区")[0].score


@pytest.mark.parametrize(
    "text", ["", " ", "路面破损", "垃圾桶满了没人清理", "你好", "农贸市场", "😀😀", "There is a pothole"]
)
def test_where_no_place_is_named_none_is_found(demo_city, text):
    assert find_places(demo_city, text) == []


def test_spans_count_in_the_original_text(demo_city):
    text = "\u200b  人民 公园\u202e  里有　垃圾"

    [found] = find_places(demo_city, text)

    assert text[slice(*found.span)] == "人民 公园"
    assert rest_of(text, found).startswith("里有")


def test_finding_takes_no_time(demo_city):
    """Meant to be under 5 ms, among 4,045 points; ten times that is allowed on a busy machine."""
    find_places(demo_city, "warm up")
    start = perf_counter()
    for text in ("解放路与西街口 路面破损", "这里没有地名" * 500, "春辉小区门口路灯不亮", "x" * 10_000):
        find_places(demo_city, text)

    assert (perf_counter() - start) / 4 < 0.05
