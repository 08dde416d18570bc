"""A shift over midnight is one shift, of the day on which it begins."""

from __future__ import annotations

from datetime import date

from bot.domain.roles import Role
from bot.jobs.attendance import close
from bot.jobs.timetable import Tick
from bot.reports import duty, observed
from bot.reports.period import Period
from bot.services.volunteering import backfills
from storage.models import Attendance, Shift
from tests.dialogue import Stage
from tests.handlers.serving import AT_POST, join, plan


def test_new_years_eve_is_planned_served_and_counted_to_the_minute(stage: Stage):
    plan(stage)
    head = stage.staff(Role.UNIT_HEAD, unit="U-E")
    head.sends("/posts")
    head.presses("新建岗位或排班")
    head.presses("解放路口岗")
    head.presses("今天")
    head.sends("17:00-8:30")
    head.sees("跨零点的写成 22:00-1:00，最长 12 小时")
    head.sends("22:00-1:00")
    head.presses("1")
    head.sees("22:00-次日01:00，每班 1 人")
    head.presses("确定")

    wang = join(stage, "wang")
    wang.sends("/shifts")
    stage.advance(hours=14, minutes=45)  # a quarter to midnight
    wang.presses("今天 22:00–01:00 解放路口岗")
    wang.sends_location(*AT_POST)
    wang.sees("23:45 已签到")
    stage.advance(minutes=45)
    wang.presses("闯红灯")
    head.sends("/posts")
    head.presses("今天")
    head.sees("3月2日 22:00–01:00 解放路口岗 · 到 1/1")

    stage.advance(minutes=61)
    with stage.desk() as desk:
        close(desk, Tick(slot=stage.now))
    wang.sees("本次服务 1 小时 15 分")
    with stage.desk() as desk:
        row = desk.session.query(Attendance).one()
        shift = desk.session.get_one(Shift, row.shift_id)
        assert backfills.at(desk, shift, "22:10") < backfills.at(desk, shift, "00:10") < shift.ends
        monday, tuesday = (Period(date(2026, 3, day), date(2026, 3, day), desk.words.zone) for day in (2, 3))
        minutes = [duty.whole(duty.read(desk.session, each, None, desk.now)).minutes for each in (monday, tuesday)]
        assert minutes == [75, 0]
        assert [each.n for each in observed.read(desk.session, tuesday, None)] == [1]
