"""Reporting as people do it: whatever comes first, one card, one tap."""

from __future__ import annotations

import pytest

from bot.domain.case import State
from bot.port import Location, Photo
from bot.services import attachments
from tests.dialogue import Stage, jpeg
from tests.small_city import EAST, MARKET, ROAD_DAMAGE, WEST


def test_one_photo_with_a_caption_and_one_tap_make_a_case(stage: Stage):
    wang = stage.person("wang")
    wang.sends_photo(caption="解放路与西街口 路面破损")
    wang.sees("道路破损", "解放路与西街路口", "路面破损", "照片：1 张", "提交")
    wang.presses("提交")

    (case,) = stage.cases
    wang.sees("已提交", case.number)
    assert (case.category, case.place) == (ROAD_DAMAGE, "解放路与西街路口")
    assert (round(case.lat, 4), round(case.lon, 4)) == (30.0, 110.0)
    with stage.reading() as session:
        assert [photo.state for photo in attachments.of_case(session, case.id)] == ["stored"]


def test_a_report_costs_two_messages_and_one_tap_at_most(stage: Stage):
    """Counted: photo and words apart are two messages; together one."""
    wang, li = stage.person("wang"), stage.person("li")
    acts = 0
    for act in (
        wang.sends_photo,
        lambda: wang.sends("解放路与西街口 路面破损"),
        lambda: wang.presses("提交"),
    ):
        act()
        acts += 1
    assert (acts, len(stage.cases)) == (3, 1)

    li.sends_photo(caption="东街农贸市场 垃圾没人收")
    li.presses("提交")
    assert len(stage.cases) == 2


@pytest.mark.parametrize(
    "order", ["photo words pin", "pin photo words", "words pin photo", "words photo pin", "pin words photo"]
)
def test_photo_words_and_place_come_in_any_order(stage: Stage, order: str):
    wang = stage.person("wang")
    acts = {
        "photo": wang.sends_photo,
        "words": lambda: wang.sends("路面有个坑"),
        "pin": lambda: wang.sends_location(*EAST),
    }
    for name in order.split():
        acts[name]()
    wang.presses("提交")

    case = stage.case
    assert (case.category, case.lat, case.lon) == (ROAD_DAMAGE, *EAST)
    with stage.reading() as session:
        assert len(attachments.of_case(session, case.id)) == 1


def test_one_question_at_a_time_on_one_card(stage: Stage):
    wang = stage.person("wang")
    wang.sends_photo()
    assert "这是什么问题" in wang.messages[0].text
    wang.sends("路灯不亮")
    wang.sees("路灯异常", "在什么地方？")
    wang.sends("东街小学")
    wang.sees("东街小学", "提交")

    assert sum("提交" in shown.labels for shown in wang.messages) == 1
    assert [shown.labels for shown in wang.messages[:-1] if shown.labels] == []


def test_nothing_is_sent_when_nothing_changes(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    before = (wang.counts(), wang.messages[0].edits)
    wang.sends("路面破损")

    assert (wang.counts(), wang.messages[0].edits) == before


def test_photos_of_an_album_are_counted_on_the_card_without_new_messages(stage: Stage):
    wang = stage.person("wang")
    wang.sends_photo(caption="解放路与西街口 路面破损", album="a1")
    said = wang.counts()
    for shade in range(4):
        wang.sends_photo(jpeg((shade * 20, 10, 10)), album="a1")

    wang.sees("照片：5 张", "提交")
    assert wang.counts() == said


def test_late_siblings_of_an_album_join_the_case_it_became(stage: Stage):
    wang = stage.person("wang")
    wang.sends_photo(caption="解放路与西街口 路面破损", album="a1")
    wang.presses("提交")
    said = wang.counts()
    wang.sends_photo(jpeg((9, 9, 9)), album="a1")

    assert wang.counts() == said
    assert wang.person.id
    with stage.reading() as session:
        assert [photo.state for photo in attachments.of_case(session, stage.case.id)] == ["stored", "stored"]


def test_late_siblings_of_a_cancelled_album_begin_nothing(stage: Stage):
    wang = stage.person("wang")
    wang.sends_photo(album="a1")
    wang.presses("取消")
    said = wang.counts()
    wang.sends_photo(album="a1")

    assert wang.counts() == said


def test_a_second_tap_changes_nothing_and_names_the_case(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    taps = wang.tap("提交"), wang.tap("提交")
    stage.receives(*taps)
    wang.presses("提交")

    assert len(stage.cases) == 1
    wang.sees("已经提交过了", stage.case.number)


def test_somebody_elses_submit_is_not_theirs_to_repeat(stage: Stage):
    wang, li = stage.person("wang"), stage.person("li")
    wang.sends("解放路与西街口 路面破损")
    token = wang.tap("提交")
    wang.presses("提交")
    choice = stage.channel.parse(token.body).payload.token
    li.presses_token(choice)

    li.sees("已经过时")
    li.sees_nothing_of(stage.case.number)


def test_submit_never_waits_for_a_photo(stage: Stage):
    wang = stage.person("wang")
    photo = stage.channel.says(wang.sender, Photo(media=stage.channel.holds(jpeg()), caption="解放路与西街口 路面破损"))
    stage._runner.run(stage.inbox.put([photo]))
    while stage.engine.work().rows:
        pass
    stage._runner.run(stage.outbox.deliver_due())
    stage._runner.run(stage.inbox.put([wang.tap("提交")]))
    while stage.engine.work().rows:
        pass
    with stage.reading() as session:
        assert [each.state for each in attachments.of_case(session, stage.case.id)] == ["pending"]
    stage.settle()

    with stage.reading() as session:
        assert [each.state for each in attachments.of_case(session, stage.case.id)] == ["stored"]


def test_submitting_what_is_not_complete_asks_for_it(stage: Stage):
    wang = stage.person("wang")
    wang.sends("路灯不亮")
    wang.sends("提交")

    assert stage.cases == []
    wang.sees("在什么地方？")


def test_submit_may_be_said_in_words(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    wang.sends("提交")

    assert len(stage.cases) == 1


def test_cancel_works_at_any_time(stage: Stage):
    wang = stage.person("wang")
    for word in ("取消", "/cancel", "Cancel"):
        wang.sends("路灯不亮")
        shown = wang.sees("路灯异常", "取消")
        wang.sends(word)
        assert "已取消" in shown.text
        assert shown.labels == []
    wang.sends("取消")
    wang.sees("没有正在填的内容")
    wang.sends("东街小学 垃圾没人收")
    wang.presses("提交")
    assert [case.category for case in stage.cases] == ["06042"]


def test_back_leads_to_the_summary(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    wang.presses("改地点")
    assert "重新告诉我地点" in wang.messages[0].text
    wang.sends("返回")

    assert "提交" in wang.last.labels


def test_a_draft_expires_kindly(stage: Stage):
    wang = stage.person("wang")
    wang.sends("路灯不亮")
    stage.advance(hours=25)
    wang.sends("东街小学 垃圾没人收")

    assert "没有提交" in wang.messages[0].text
    wang.presses("提交")
    assert stage.case.category != ROAD_DAMAGE
    assert stage.case.place == "东街小学"


def test_a_year_old_button_is_answered_kindly(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    stage.advance(days=365)
    wang.presses("提交")

    wang.sees("已经过时")
    assert stage.cases == []


def test_a_similar_case_is_offered_and_joined(stage: Stage):
    wang, li = stage.person("wang"), stage.person("li")
    wang.sends("解放路与西街口 路面破损")
    wang.presses("提交")
    li.sends_photo(caption="解放路与西街口 路上有个坑")
    li.presses("提交")
    li.sees(stage.case.number, "就是这个", "不是，继续提交")
    li.presses("就是这个")

    li.sees("已加入", stage.case.number)
    assert len(stage.cases) == 1
    with stage.reading() as session:
        assert len(attachments.of_case(session, stage.case.id)) == 1


def test_a_similar_case_may_be_another(stage: Stage):
    wang, li = stage.person("wang"), stage.person("li")
    for who in (wang, li):
        who.sends("解放路与西街口 路面破损")
        who.presses("提交")
    li.presses("不是，继续提交")

    assert len(stage.cases) == 2


def test_two_identical_reports_in_one_batch_see_each_other(stage: Stage):
    wang, li = stage.person("wang"), stage.person("li")
    for who in (wang, li):
        who.sends("解放路与西街口 路面破损")
    stage.receives(wang.tap("提交"), li.tap("提交"))

    assert len(stage.cases) == 1
    li.sees("就是这个")


def test_the_last_places_are_offered(stage: Stage):
    wang = stage.person("wang")
    wang.sends("东街小学 垃圾没人收")
    wang.presses("提交")
    wang.sends("路灯不亮")
    wang.presses("东街小学")
    wang.presses("提交")

    assert [case.place for case in stage.cases] == ["东街小学", "东街小学"]


def test_a_live_location_counts_once(stage: Stage):
    wang = stage.person("wang")
    wang.sends("路灯不亮")
    wang.sends(Location(lat=EAST[0], lon=EAST[1], live=True))
    wang.sends(Location(lat=WEST[0], lon=WEST[1], live=True))
    wang.presses("提交")
    said = wang.counts()
    wang.sends(Location(lat=WEST[0], lon=WEST[1], live=True))

    assert (stage.case.lat, stage.case.lon) == EAST
    assert wang.counts() == said


def test_the_handling_side_gets_the_nearest_point(stage: Stage):
    wang = stage.person("wang")
    wang.sends("垃圾没人收")
    wang.sends_location(MARKET[0] + 0.0001, MARKET[1])
    wang.presses("提交")

    assert (stage.case.point, stage.case.place) == ("P-1", "东街农贸市场")
    assert State(stage.case.state) is State.PENDING_SIGNING
