"""Rounds of point leaders: there by pin or code, all fine in one tap, defects that become cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.case import State
from bot.port import Location
from bot.services.leaving import mydata, oblivion, retention
from storage.models import Absence, Event, Patrol, Person, new_id
from tests.dialogue import Actor, Stage
from tests.small_city import ROAD_DAMAGE, SCHOOL
from tests.walks import AT_MARKET, NEAR_MARKET, sticker, walked_city


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    return make_stage(city=walked_city())


def patrols(stage: Stage) -> list[Patrol]:
    with stage.reading() as session:
        return list(session.scalars(select(Patrol).order_by(Patrol.done_at, Patrol.slot)))


def rounds(stage: Stage) -> list[tuple[str, str, str, str, str]]:
    return [(each.point, each.slot, each.result, each.how, each.distance) for each in patrols(stage)]


def test_all_fine_is_a_pin_and_one_tap_and_the_next_point_follows(stage: Stage, leader: Actor):
    stage.staff("point_leader", unit="U-E", point="P-2", name="li")
    leader.sends("巡查")
    assert leader.sees("现在该巡查 2 处", "东街农贸市场（每日）", "东街小学（每周）").message.ask_location
    leader.sends_location(*NEAR_MARKET)
    leader.sees("东街农贸市场，已按位置打卡", "一切正常", "✗ 路面完好", "✗ 无暴露垃圾")
    twice = leader.tap("一切正常")
    leader.presses("一切正常")
    leader.sees("✓ 东街农贸市场一切正常", "现在该巡查 1 处", "东街小学")
    stage.receives(twice)
    leader.sends(Location(lat=SCHOOL[0], lon=SCHOOL[1], live=True))
    leader.presses("一切正常")
    leader.sees("✓ 东街小学一切正常", "该巡查的都巡查过了")
    leader.sends("/patrol")
    leader.sees("现在没有要巡查的点位")

    assert rounds(stage) == [("P-1", "2026-03-02", "fine", "pin", "near"), ("P-2", "2026-W10", "fine", "live", "at")]
    stage.advance(days=1)
    leader.sends("/patrol")
    assert "东街小学" not in leader.sees("现在该巡查 1 处", "东街农贸市场").text


def test_a_far_pin_a_forwarded_one_and_the_code_of_another_point_are_refused_with_a_clear_word(
    stage: Stage, leader: Actor
):
    leader.sends("/patrol")
    leader.sends_location(*SCHOOL)
    leader.sees("离最近的该巡查点位东街农贸市场约 390 米，100 米以内才能打卡")
    leader.sends(Location(lat=AT_MARKET[0], lon=AT_MARKET[1], forwarded=True))
    leader.sees("转发来的位置不能打卡")
    leader.sends(sticker(stage, "P-3"))
    leader.sees("这是西街农贸市场的编码，那里不归您巡查")
    leader.sends("234-567")
    leader.sees("没有这个编码")
    leader.sees_nothing_of("一切正常")
    assert rounds(stage) == []

    leader.sends(sticker(stage, "P-1").replace("-", "").lower())
    leader.sees("东街农贸市场，已按编码打卡")
    late = leader.tap("一切正常")
    stage.advance(minutes=31)
    stage.receives(late)
    leader.sees("打卡已过半小时")
    assert rounds(stage) == []
    leader.sends(sticker(stage, "P-1"))
    leader.presses("一切正常")
    assert rounds(stage) == [("P-1", "2026-03-02", "fine", "code", "")]


def test_a_defect_is_set_going_in_two_taps_with_the_photo_sent_before(stage: Stage, leader: Actor):
    inspector = stage.staff("inspector")
    leader.sends("/patrol")
    leader.sends_location(*AT_MARKET)
    leader.sends_photo()
    leader.sees("照片 1 张")
    leader.presses("✗ 路面完好")
    leader.sees("“路面完好”（道路破损）怎么办", "当场已处理", "转办", "返回")
    leader.presses("转办")
    case = stage.case
    assert (case.source, case.point, case.category, case.state) == ("patrol", "P-1", ROAD_DAMAGE, "pending_signing")
    leader.sees(case.number, "签收", "巡查不达标：路面完好")
    assert leader.sees(case.number, "签收").message.photos
    assert "✗ 路面完好" not in leader.sees("已上报", case.number, "巡查完毕").labels

    leader.presses("✗ 无暴露垃圾")
    leader.sees("“无暴露垃圾”属于哪一类", "暴露垃圾")
    leader.presses("暴露垃圾")
    leader.presses("转办")
    leader.sends("门口路灯不亮")
    leader.presses("返回")
    leader.presses("巡查完毕")
    leader.sees("✓ 东街农贸市场巡查完毕，发现问题 2 个", "该巡查的都巡查过了")
    assert len(stage.cases) == 2
    assert rounds(stage) == [("P-1", "2026-03-02", "defects", "pin", "at")]
    inspector.sees_nothing_of(case.number)


def test_what_is_put_right_on_the_spot_needs_a_photo_and_is_verified_by_somebody_else(stage: Stage, leader: Actor):
    inspector = stage.staff("inspector", name="zhou")
    leader.sends("/patrol")
    leader.sends_location(*AT_MARKET)
    leader.presses("✗ 路面完好")
    leader.presses("当场已处理")
    leader.sees(stage.case.number, "举手之劳", "请发一张处理后的照片")
    leader.sees_nothing_of("已签收，最迟")
    assert (stage.case.source, stage.case.state, stage.case.handler_id) == ("fixed", "handling", leader.person.id)
    leader.sends_photo()
    leader.presses("办结")
    assert stage.case.state == State.PENDING_VERIFICATION
    leader.sees("已上报", stage.case.number, "待核查", "巡查完毕")
    leader.presses("巡查完毕")
    leader.sees("该巡查的都巡查过了")
    inspector.presses("核查通过")
    assert stage.case.state == State.CLOSED


def test_what_is_already_known_at_the_point_is_joined(stage: Stage, leader: Actor):
    citizen = stage.person("wang")
    citizen.sends_photo(caption="东街农贸市场 路面破损")
    citizen.presses("提交")
    leader.sends("/patrol")
    leader.sends_location(*AT_MARKET)
    leader.presses("✗ 路面完好")
    leader.presses("当场已处理")
    assert [case.source for case in stage.cases] == ["citizen"]
    leader.sees("已上报", stage.case.number, "巡查完毕")


def test_a_chief_goes_weekly_through_the_circle_of_their_unit_and_whoever_stands_in_goes_instead(stage: Stage):
    chief, deputy = stage.staff("unit_head", unit="U-E"), stage.staff("unit_head", unit="U-W")
    chief.sends("/patrol")
    chief.sees("东街市场点位圈（总点位长每周）")
    with stage.database.begin() as session:
        ids = {"person_id": chief.person.id, "stand_in_id": deputy.person.id}
        session.add(Absence(id=new_id(), since=stage.now, until=stage.now.replace(day=6), **ids))
    deputy.sends("/patrol")
    deputy.sends_location(*AT_MARKET)
    deputy.presses("✗ 路面完好")
    assert "当场已处理" not in deputy.last.labels, "the case goes to the leader"
    deputy.presses("转办")
    deputy.presses("巡查完毕")
    assert rounds(stage) == [("P-1", "C2026-W10", "defects", "pin", "at")]
    stage.advance(days=1)
    deputy.sends("/patrol")
    deputy.sees("现在没有要巡查的点位")


def test_on_a_day_off_no_daily_round_is_due_and_nobody_else_goes_round(stage: Stage, leader: Actor):
    stage.advance(days=5)
    leader.sends("/patrol")
    leader.sees("现在没有要巡查的点位")
    citizen = stage.person("wang")
    citizen.sends("/patrol")
    citizen.sees_nothing_of("巡查")


def test_what_a_citizen_finds_after_all_fine_was_overlooked_and_is_shown_to_the_leader_and_headquarters(
    stage: Stage, leader: Actor
):
    dispatcher, group = stage.staff("dispatcher"), stage.group("east", unit="U-E")
    leader.sends("/patrol")
    leader.sends_location(*AT_MARKET)
    leader.presses("一切正常")
    stage.advance(hours=2)
    citizen = stage.person("wang")
    citizen.sends_photo(caption="东街农贸市场 路面破损")
    citizen.presses("提交")

    leader.sees(stage.case.number, "漏报：今天 09:00 点位长刚报过“一切正常”")
    group.sees_nothing_of("漏报")
    citizen.sees_nothing_of("漏报")
    dispatcher.sends(f"/case {stage.case.number}")
    dispatcher.sees(stage.case.number, "漏报")
    with stage.reading() as session:
        opened = session.scalars(select(Event).where(Event.action == "open")).one()
    assert opened.facts["overlooked"].startswith("2026-03-02T01:00")

    stage.advance(hours=23)
    stage.person("zhao").sends_photo(caption="东街农贸市场 暴露垃圾")
    stage.person("zhao").presses("提交")
    assert [case.overlooked_at is not None for case in stage.cases] == [True, False]


def test_whoever_made_a_round_can_read_of_it_and_is_nobody_when_they_are_forgotten_or_it_is_long_ago(
    stage: Stage, leader: Actor
):
    for _ in range(2):
        leader.sends("/patrol")
        leader.sends_location(*AT_MARKET)
        leader.presses("一切正常")
        stage.advance(days=1)
    leader.sends("/mydata")
    leader.sees("巡查打卡：2 次")
    with stage.desk() as desk:
        made = mydata.export(desk.session, leader.person, stage.city, stage.now)["rounds"]
        assert [each["slot"] for each in made] == ["2026-03-02", "2026-03-03"]
    with stage.desk() as desk:
        desk.now += timedelta(days=178, hours=12)
        assert retention.cut_rounds(desk, 10) == 1
    assert [made.person_id == 0 for made in patrols(stage)] == [True, False]
    with stage.desk() as desk:
        oblivion.forget(desk, desk.session.get_one(Person, leader.person.id))
    assert [made.person_id == 0 for made in patrols(stage)] == [True, True]
