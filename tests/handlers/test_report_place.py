"""Where it is: pins, links, coordinates, names, two of one name, free words, photos that know."""

from __future__ import annotations

import pytest

from bot.city.model import City
from bot.domain.datum import Datum
from bot.services.drafting.drafts import Draft
from storage.models import Conversation
from tests.dialogue import Stage
from tests.small_city import EAST, LAT, LON, small_city


def draft_of(stage: Stage) -> Draft:
    with stage.reading() as session:
        return Draft.model_validate(session.query(Conversation).one().draft)


@pytest.mark.parametrize(
    "text",
    [
        f"路灯不亮 {EAST[0]:.5f},{EAST[1]:.5f}",
        f"{EAST[0]:.6f}, {EAST[1]:.6f} 路灯不亮",
        f"路灯不亮 https://www.openstreetmap.org/?mlat={EAST[0]}&mlon={EAST[1]}",
    ],
)
def test_coordinates_and_links_in_the_words_are_the_place(stage: Stage, text: str):
    wang = stage.person("wang")
    wang.sends(text)
    wang.presses("提交")

    assert (round(stage.case.lat, 5), round(stage.case.lon, 5)) == EAST
    wang.sees("说明：路灯不亮")
    wang.sees_nothing_of("http", str(EAST[0]))


def test_a_chinese_map_link_is_converted_by_its_maker(stage: Stage):
    from bot.domain import datum

    shifted = datum.from_wgs84(*EAST, Datum.GCJ02)
    wang = stage.person("wang")
    wang.sends(f"路灯不亮 https://uri.amap.com/marker?position={shifted[1]:.6f},{shifted[0]:.6f}&name=校门口")
    wang.sees("地点：校门口")
    wang.presses("提交")

    assert (stage.case.lat, stage.case.lon) == pytest.approx(EAST, abs=2e-5)


def test_coordinates_outside_are_told_and_the_words_are_kept(stage: Stage):
    wang = stage.person("wang")
    wang.sends(f"路灯不亮 https://www.openstreetmap.org/?mlat={LAT + 1}&mlon={LON}")

    wang.sees("不在小城区范围内")
    wang.sees("说明：路灯不亮", "在什么地方？")


def test_two_decimals_are_coordinates_where_a_place_is_asked_for(stage: Stage):
    wang = stage.person("wang")
    wang.sends("路灯不亮")
    wang.sends("31.23,121.47")

    wang.sees("不在小城区范围内")
    wang.sees("说明：路灯不亮", "在什么地方？")
    wang.sees_nothing_of("121.47")


def test_sizes_are_no_place_even_where_one_is_asked_for(stage: Stage):
    wang = stage.person("wang")
    wang.sends("路面破损")
    wang.sends("东街小学 坑有2.50 3.20米")

    wang.sees("地点：东街小学", "提交")


@pytest.mark.parametrize("text", ["西街与解放路口 路面破损", "pothole at Jiefang Road and West Street"])
def test_a_crossing_that_is_a_point_goes_to_its_leader_in_both_languages(make_stage, text: str):
    stage = make_stage(city=crossing_city())
    leader = stage.staff("point_leader", unit="U-E", point="P-9")
    wang = stage.person("wang")
    wang.sends_photo(caption=text)
    wang.presses("提交")

    assert stage.case.point == "P-9"
    leader.sees("签收")


def crossing_city() -> City:
    """The small city, with a point at its crossing, and its roads named in English too."""
    city = small_city()
    names = {"R-1": "Jiefang Road", "R-2": "West Street"}
    roads = {code: city.places[code].model_copy(update={"name_en": name}) for code, name in names.items()}
    point = city.points["P-2"].model_copy(
        update={
            "code": "P-9", "name": "解放路与西街路口", "name_en": "Jiefang Road and West Street", "lat": LAT, "lon": LON
        }
    )  # fmt: skip
    kinds = {"place": dict(city.places) | roads, "point": dict(city.points) | {"P-9": point}}
    kinds |= {"unit": city.units, "point_class": city.classes, "circle": city.circles, "category": city.categories}
    kinds |= {"condition": city.conditions, "settings": {"settings": city.settings}}
    return City({(kind, code): record for kind, records in kinds.items() for code, record in records.items()})


def test_coordinates_off_the_earth_are_told(stage: Stage):
    wang = stage.person("wang")
    wang.sends_location(123.0, 456.0)

    wang.sees("坐标不对")


def test_two_places_of_one_name_are_asked_back_by_buttons(stage: Stage):
    wang = stage.person("wang")
    wang.sends("农贸市场门口垃圾没人收")
    shown = wang.sees("不止一处")
    assert shown.labels[:2] == ["东街农贸市场（东街街道）", "西街农贸市场（西街街道）"]
    wang.presses("西街农贸市场（西街街道）")
    wang.presses("提交")

    assert stage.case.point == "P-3"
    wang.sees("说明：门口垃圾没人收")


def test_of_two_places_that_are_named_neither_is_cut_out_of_the_words(stage: Stage):
    wang = stage.person("wang")
    wang.sends("东街小学和西街农贸市场之间 路灯不亮")
    wang.sees("不止一处", "说明：东街小学和西街农贸市场之间 路灯不亮")


def test_an_old_offer_of_places_still_means_what_it_said(stage: Stage):
    wang = stage.person("wang")
    wang.sends("农贸市场门口垃圾没人收")
    old = wang.tap("东街农贸市场（东街街道）")
    wang.sends("农贸市场")
    stage.receives(old)

    assert draft_of(stage).place.point == "P-1"


def test_a_road_alone_is_only_about_there(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路 路灯不亮")
    wang.sees("解放路附近", "不太准", "提交")

    assert not draft_of(stage).place.sure
    wang.sends_location(*EAST)
    place = draft_of(stage).place
    assert (place.lat, place.lon, place.text, place.sure) == (*EAST, "解放路", True)


def test_a_misspelt_name_is_found(stage: Stage):
    wang = stage.person("wang")
    wang.sends("东街农贸市厂 垃圾没人收")

    wang.sees("东街农贸市场附近", "提交")


def test_a_place_that_no_map_knows_is_kept_in_words(stage: Stage):
    wang = stage.person("wang")
    wang.sends("路灯不亮")
    wang.sends("老电影院后门")
    wang.sees("先按您写的记下了")
    wang.presses("提交")

    assert (stage.case.place, stage.case.lat) == ("老电影院后门", None)


def test_the_place_is_corrected_by_tapping_its_line(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路灯不亮")
    wang.presses("改地点")
    wang.sends("东街小学")
    wang.presses("提交")

    assert (stage.case.place, stage.case.point) == ("东街小学", "P-2")
    wang.sees("说明：路灯不亮")


def test_a_sure_place_is_not_moved_by_further_words(stage: Stage):
    wang = stage.person("wang")
    wang.sends("路灯不亮")
    wang.sends_location(*EAST)
    wang.sends("东街小学门口也是")

    assert (draft_of(stage).place.lat, draft_of(stage).place.lon) == EAST
    wang.sees("东街小学门口也是")


def test_where_the_pack_has_no_boundary_everything_is_inside(make_stage):
    city = small_city()
    from bot.city.model import City

    records = {key: record for key, record in city._all.items() if key != ("place", "B")}
    stage = make_stage(city=City(records))
    wang = stage.person("wang")
    wang.sends("路灯不亮")
    wang.sends_location(LAT + 1, LON)

    wang.sees("提交")


def test_a_department_that_is_complained_about_is_no_place(stage: Stage):
    wang = stage.person("wang")
    wang.sends("城管局没人管，路灯不亮")

    wang.sees("说明：城管局没人管，路灯不亮", "在什么地方？")


def test_little_words_after_the_place_go_with_it(stage: Stage):
    wang = stage.person("wang")
    wang.sends("东街小学里面垃圾没人收")

    wang.sees("说明：垃圾没人收")


def test_with_a_place_only_the_problem_is_asked_for(stage: Stage):
    wang = stage.person("wang")
    wang.sends_location(*EAST)

    wang.sees("这是什么问题？一句话就行")
    wang.sees_nothing_of("在哪里")


def test_a_short_link_is_not_taken_for_words(stage: Stage):
    wang = stage.person("wang")
    wang.sends("路灯不亮 https://surl.amap.com/abc123")
    wang.sees("看不出位置")
    wang.sees_nothing_of("surl")
    wang.sends("东街小学 https://surl.amap.com/abc123")

    wang.sees("地点：东街小学", "提交")
