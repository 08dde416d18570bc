"""Volunteers are reminded in the evening of all of tomorrow, and shortly before: once each, and never of the past."""

from __future__ import annotations

from sqlalchemy import func, select

from storage.models import Shift
from tests.dialogue import Actor, Stage
from tests.handlers.serving import join
from tests.jobs.conftest import tick


def serving(stage: Stage) -> Actor:
    """Somebody who stands in tomorrow's two shifts at the same post."""
    while not planned(stage):
        tick(stage, "shifts")
    wang = join(stage, "wang")
    wang.sends("/shifts")
    wang.presses("明天")
    wang.presses("明天 07:00–08:30 解放路口岗")
    wang.presses("明天 17:00–18:30 解放路口岗")
    return wang


def planned(stage: Stage) -> int:
    with stage.reading() as session:
        return session.scalar(select(func.count()).select_from(Shift))


def test_the_evening_before_one_message_and_half_an_hour_before_another(stage: Stage):
    wang = serving(stage)
    stage.advance(hours=10, minutes=29)
    tick(stage, "shift_reminders")
    wang.sees_nothing_of("明天的班次")
    stage.advance(minutes=1)
    tick(stage, "shift_reminders")
    wang.sees("明天的班次", "明天 07:00–08:30 解放路口岗", "明天 17:00–18:30", "退出 07:00", "找人替 17:00")
    count = wang.counts()
    stage.advance(minutes=1)
    tick(stage, "shift_reminders")
    assert wang.counts() == count

    stage.advance(hours=10, minutes=59)  # half past six in the morning
    tick(stage, "shift_reminders")
    wang.sees("快到点了", "今天 07:00–08:30")
    stage.advance(minutes=1)
    tick(stage, "shift_reminders")
    assert wang.counts() == count + 1


def test_what_was_slept_through_is_said_only_as_long_as_it_helps(stage: Stage):
    """Asleep over the evening and the morning's shift: of the afternoon's one still hears in time."""
    wang = serving(stage)
    stage.advance(hours=14)  # eleven at night: nobody is woken for tomorrow
    tick(stage, "shift_reminders")
    stage.advance(hours=8, minutes=1)  # a minute past seven
    tick(stage, "shift_reminders")
    wang.sees_nothing_of("明天的班次", "快到点了")

    stage.advance(hours=9, minutes=50)
    tick(stage, "shift_reminders")
    wang.sees("快到点了", "17:00–18:30")


def test_who_withdrew_or_signed_up_just_now_is_left_in_peace(stage: Stage):
    wang = serving(stage)
    stage.advance(hours=1)
    wang.sends("我的班次")
    wang.presses("退出 17:00")
    stage.advance(hours=10)
    wang.presses("还是报上")  # after the evening's reminder
    tick(stage, "shift_reminders")

    assert "17:00" not in wang.sees("明天的班次").text
