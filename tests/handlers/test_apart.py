"""A whole second report that comes while one lies open: asked about, on one card, and nothing of it lost."""

from __future__ import annotations

import pytest

from bot.services import attachments
from tests.dialogue import Actor, Stage
from tests.small_city import EAST, FIRE, ROAD_DAMAGE, small_city


@pytest.fixture
def wang(stage: Stage) -> Actor:
    """Somebody with one report ready and another just sent."""
    wang = stage.person("wang")
    wang.sends_photo(caption="解放路与西街口 路面破损")
    wang.sends_photo(caption="东街小学 路灯不亮")
    return wang


def photos(stage: Stage) -> list[int]:
    with stage.reading() as session:
        return [len(attachments.of_case(session, case.id)) for case in stage.cases]


def test_it_is_asked_on_one_card(wang: Actor):
    wang.sees("这好像是另一件事", "地点：东街小学", "路灯不亮", "另报一件", "放进这一件")

    assert len([shown for shown in wang.messages if shown.labels]) == 1


def test_apart_both_are_reported_one_after_the_other(stage: Stage, wang: Actor):
    wang.presses("另报一件")
    wang.sees("解放路与西街路口", "路面破损", "还有 1 件等着", "提交")
    wang.presses("提交")
    wang.sees("地点：东街小学", "路灯不亮", "照片：1 张", "提交")
    wang.presses("提交")

    assert [(case.place, case.category == ROAD_DAMAGE) for case in stage.cases] == [
        ("解放路与西街路口", True), ("东街小学", False)
    ]  # fmt: skip
    assert photos(stage) == [1, 1]


def test_put_in_nothing_is_lost(stage: Stage, wang: Actor):
    wang.presses("放进这一件")
    wang.sees("道路破损", "地点：解放路与西街路口", "东街小学", "路灯不亮", "照片：2 张")
    wang.presses("提交")

    (case,) = stage.cases
    assert (case.place, case.category, photos(stage)) == ("解放路与西街路口", ROAD_DAMAGE, [2])


@pytest.mark.parametrize("way", ["word", "tap"])
def test_cancelling_the_open_one_leaves_the_other(stage: Stage, wang: Actor, way: str):
    wang.presses("另报一件")
    wang.sends("取消") if way == "word" else wang.presses("取消")
    wang.presses("提交")

    assert [case.place for case in stage.cases] == ["东街小学"]


@pytest.mark.parametrize("word", ["提交", "返回"])
def test_a_word_instead_of_an_answer_keeps_them_apart(stage: Stage, wang: Actor, word: str):
    wang.sends(word)
    for _ in range(2 - len(stage.cases)):
        wang.presses("提交")

    assert [case.place for case in stage.cases] == ["解放路与西街路口", "东街小学"]


def test_what_is_said_before_the_answer_belongs_to_what_came_last(stage: Stage, wang: Actor):
    wang.sends("已经三天了")
    wang.sees("已经三天了", "另报一件")
    wang.sends_photo(caption="东街农贸市场 垃圾没人收")
    wang.presses("另报一件")
    for _ in range(3):
        wang.presses("提交")

    assert [case.place for case in stage.cases] == ["解放路与西街路口", "东街小学", "东街农贸市场"]
    assert photos(stage) == [1, 1, 1]


def test_late_photos_of_its_album_go_with_it(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    wang.sends_photo(caption="东街小学 路灯不亮", album="a")
    wang.presses("另报一件")
    wang.sends_photo(album="a")
    wang.presses("提交")
    wang.presses("提交")

    assert photos(stage) == [0, 2]


def test_a_place_that_contradicts_a_sure_one_is_asked_about_though_the_matter_is_the_same(stage: Stage):
    wang = stage.person("wang")
    wang.sends("路面破损")
    wang.sends_location(*EAST)
    wang.sends_photo(caption="解放路与西街口 路面破损")

    wang.sees("另报一件", "放进这一件")


@pytest.mark.parametrize("caption", ["", "坑很深", "解放路与西街口", "解放路上的井盖也没了", "西街农贸"])
def test_what_only_adds_is_not_asked_about(stage: Stage, caption: str):
    wang = stage.person("wang")
    wang.sends_photo(caption="解放路与西街口 路面破损")
    wang.sends_photo(caption=caption)

    wang.sees("照片：2 张", "提交")
    wang.sees_nothing_of("另报一件")


def test_a_better_place_of_the_same_matter_is_taken(stage: Stage):
    wang = stage.person("wang")
    wang.sends("西街 路面破损")
    wang.sends_photo(caption="解放路与西街口")
    wang.presses("提交")

    assert stage.case.place == "解放路与西街路口"


def test_an_emergency_is_answered_first(make_stage):
    stage = make_stage(city=small_city(emergencies=(FIRE,)))
    wang = stage.person("wang")
    wang.sends_photo(caption="解放路与西街口 路面破损")
    wang.sends_photo(caption="东街小学 垃圾桶着火")
    wang.sees("请马上打 119")

    li = stage.person("li")
    li.sends_photo(caption="解放路与西街口 路面破损")
    li.sends_photo(caption="东街小学 路灯不亮")
    li.sends("着火了")
    li.sees("请马上打 119")


def test_an_old_answer_changes_nothing(stage: Stage, wang: Actor):
    tap = wang.tap("放进这一件")
    wang.presses("另报一件")
    stage.receives(tap)
    wang.presses("提交")
    wang.presses("提交")

    assert len(stage.cases) == 2
