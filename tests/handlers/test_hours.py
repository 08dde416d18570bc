"""/hours and 补录: actual service, stars, and what counts only once an organiser has approved it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.roles import Role
from bot.jobs.attendance import close
from bot.jobs.timetable import Tick
from bot.services.volunteering import cancellations
from storage.models import Attendance, Shift, new_id
from tests.dialogue import Actor, Stage
from tests.handlers.serving import AT_POST, attendances, open_shift, volunteer


def serves(stage: Stage, actor: Actor, minutes: int) -> None:
    actor.sends_location(*AT_POST)
    stage.advance(minutes=minutes)
    actor.sends("签退")


def has_served(stage: Stage, actor: Actor, hours: int, *, days_ago: int = 40) -> None:
    """Let somebody have served so many hours at once, long ago."""
    shift_id = open_shift(stage, starts_in=-days_ago * 24 * 60, minutes=hours * 60)
    with stage.database.begin() as session:
        begins = session.get_one(Shift, shift_id).begins
        session.add(
            Attendance(
                id=new_id(), shift_id=shift_id, person_id=actor.person.id, pair=1, came_at=begins,
                left_at=begins + timedelta(hours=hours), came_by="pin", left_by="tap",
            )
        )  # fmt: skip


def test_hours_say_this_month_all_in_all_training_apart_and_what_is_missing(stage: Stage):
    wang = volunteer(stage, "wang", open_shift(stage), open_shift(stage, starts_in=120, kind="training"))
    has_served(stage, wang, 10)
    serves(stage, wang, 45)
    stage.advance(minutes=75)
    serves(stage, wang, 30)
    wang.sends("时长")
    wang.sees("本月服务 45 分钟，累计 10 小时 45 分", "另有培训 30 分钟", "再服务 89 小时 15 分 就到 1 星")
    wang.sees("解放路口岗：45 分钟", "解放路口岗：30 分钟（培训）")


def test_a_star_is_congratulated_on_once(stage: Stage):
    wang = volunteer(stage, "wang", open_shift(stage))
    has_served(stage, wang, 99)
    serves(stage, wang, 59)
    wang.sees_nothing_of("祝贺")
    serves(stage, wang, 1)
    wang.sees("★ 祝贺您累计服务满 100 小时")
    shown = wang.transcript.count("祝贺")
    serves(stage, wang, 5)
    assert wang.transcript.count("祝贺") <= shown
    wang.sends("/hours")
    wang.sees("★", "再服务 199 小时 55 分 就到 2 星")


@pytest.fixture
def wang(stage: Stage) -> Actor:
    """Somebody who stood in a shift that is over, and forgot to sign in."""
    wang = volunteer(stage, "wang", open_shift(stage, minutes=60))
    stage.advance(minutes=70)
    return wang


def asks(wang: Actor, times: str = "9:05-9:50") -> None:
    wang.sends("补录")
    wang.sends(times)
    wang.presses("手机没电或没信号")


def test_what_is_added_counts_when_an_organiser_says_so(stage: Stage, wang: Actor):
    head = stage.staff(Role.UNIT_HEAD, unit="U-E", name="head")
    asks(wang)
    wang.sees("已提交补录")
    head.sees("有 1 条补录等您批准", "wang", "解放路口岗", "09:05–09:50", "手机没电或没信号")
    wang.sends("时长")
    wang.sees("累计 0 分钟", "补录待批准")

    head.presses("批准 1")
    head.sees("补录都处理好了")
    wang.sees("补录已批准", "09:05–09:50")
    wang.sends("时长")
    wang.sees("累计 45 分钟")
    [row] = attendances(stage)
    assert (row.came_by, row.state, row.decided_by) == ("late", "good", head.person.id)
    head.presses("不批准 1")
    head.sees("已经有人处理了")


def test_refused_it_counts_nothing_and_nobody_decides_on_their_own(stage: Stage, wang: Actor):
    dispatcher = stage.staff(Role.DISPATCHER, name="wang")
    other = stage.staff(Role.DISPATCHER, name="sun")
    asks(wang)
    other.sees("有 1 条补录等您批准")
    token = next(each.token for row in other.last.message.choices for each in row)
    dispatcher.presses_token(token)
    dispatcher.sees("本人不能批准自己的")
    volunteer(stage, "li").presses_token(token)
    other.presses("不批准 1")
    wang.sees("补录没有批准")
    assert [row.state for row in attendances(stage)] == ["refused"]


def test_it_is_asked_for_twice_and_then_the_organiser_alone_lets_it_count(stage: Stage, wang: Actor):
    head = stage.staff(Role.UNIT_HEAD, unit="U-E", name="head")
    head.sends("补录")
    head.sees("没有等您批准的补录")
    asks(wang)
    head.presses("不批准 1")
    wang.sees("补录没有批准", "还可以再申请 1 次")
    wang.sends("/hours")
    assert "补录" in wang.last.labels
    asks(wang, "9:10-9:40")
    head.presses("不批准 1")
    wang.sees("这个班次不能再申请了", "请找 head（东街街道）")
    wang.sends("补录")
    wang.sees("没有可以补录的班次")
    wang.sends("/hours")
    assert "补录" not in wang.last.labels, "there is no shift it could be for"

    head.sends("补录")
    assert "09:05–09:50" not in head.sees("可以改为批准", "1. wang", "09:10–09:40").text, "that was asked for anew"
    token = head.last.choice("改为批准 1").token
    wang.presses_token(token)
    wang.sees("由这个岗位的组织者批准")
    head.presses("改为批准 1")
    wang.sees("补录已批准", "09:10–09:40")
    wang.sends("时长")
    wang.sees("累计 30 分钟")
    head.presses_token(token)
    head.sees("已经有人处理了")


def test_at_night_organisers_are_left_in_peace_until_the_morning_and_get_one_message(stage: Stage):
    shift_id = open_shift(stage, starts_in=12 * 60, minutes=60)
    both = [volunteer(stage, name, shift_id) for name in ("wang", "li")]
    head = stage.staff(Role.UNIT_HEAD, unit="U-E", name="head")
    stage.advance(hours=13.5)
    for each in both:
        asks(each, "21:00-22:00")
    assert head.counts() == 0
    stage.advance(hours=9)
    with stage.desk() as desk:
        close(desk, Tick(slot=stage.now))
    head.sees("有 2 条补录等您批准", "批准 1", "批准 2")
    assert head.counts() == 1


@pytest.mark.parametrize(
    ("times", "answer"),
    [
        ("8:30-9:30", "补录的时间要在班次之内"),
        ("9:50-9:05", "补录的时间要在班次之内"),
        ("25:00-26:00", "没看懂时间"),
        ("一直在", "没看懂时间"),
    ],
)
def test_only_times_within_the_slot_can_be_added(stage: Stage, wang: Actor, times: str, answer: str):
    wang.sends("补录")
    wang.sends(times)
    if "没看懂" not in answer:
        wang.presses("忘记签到")
    wang.sees(answer)
    assert attendances(stage) == []


def test_nothing_counts_twice_and_what_is_long_past_not_at_all(stage: Stage):
    wang = volunteer(stage, "wang", open_shift(stage, minutes=60))
    serves(stage, wang, 30)
    stage.advance(minutes=40)
    asks(wang, "9:10-9:50")
    wang.sees("已经有服务记录")
    asks(wang, "9:30-10:00")
    wang.sees("已提交补录")
    stage.advance(days=8)
    wang.sends("补录")
    wang.sees("最近 7 天没有可以补录的班次")


def test_whoever_has_not_signed_out_adds_nothing_for_the_same_time_elsewhere(stage: Stage):
    first, second = open_shift(stage, minutes=60), open_shift(stage, starts_in=30, minutes=60, post="Z-W")
    wang = volunteer(stage, "wang", first, second)
    wang.sends_location(*AT_POST)
    stage.advance(minutes=90)
    wang.sends("补录")
    wang.presses("西街口岗 今天 09:30–10:30")
    wang.sends("9:30-10:00")
    wang.presses("忘记签到")
    wang.sees("已经有服务记录")


def test_a_shift_that_is_cancelled_meanwhile_gives_hours_up_to_then(stage: Stage):
    shift_id = open_shift(stage, minutes=60)
    wang = volunteer(stage, "wang", shift_id)
    wang.sends_location(*AT_POST)
    stage.advance(minutes=20)
    with stage.desk() as desk:
        cancellations.cancel(desk, desk.session.get_one(Shift, shift_id))
    stage.advance(minutes=30)
    wang.presses("签退")
    wang.sees("本次服务 20 分钟")


def test_what_the_only_head_asks_for_themselves_is_decided_by_headquarters(stage: Stage):
    past = open_shift(stage, starts_in=-24 * 60)
    head = volunteer(stage, "head", past)
    stage.staff(Role.UNIT_HEAD, unit="U-E", name="head")
    dispatcher = stage.staff(Role.DISPATCHER, name="dispatcher")
    head.sends("补录")
    head.presses("全程在岗")
    head.presses("忘记签到")
    head.sees_nothing_of("等您批准")

    dispatcher.presses("批准 1")
    head.sees("补录已批准")
