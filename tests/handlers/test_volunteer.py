"""Becoming a volunteer: by band of age, for a unit; the young with a guardian's consent and beside an adult."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.roles import Role
from bot.services.staffing import absences
from storage.models import Attendance, Person, Shift, Volunteer, new_id
from tests.dialogue import Stage
from tests.handlers.serving import join, open_shift, plan, volunteer


def test_a_citizen_becomes_a_volunteer_in_two_taps_and_has_shifts_to_choose(stage: Stage):
    plan(stage)
    wang = join(stage, "wang")
    wang.sees("您是志愿者了", "成年")
    wang.sees("东街街道")
    wang.presses("缺人时叫我：关")
    wang.sees("缺人时叫我：开")
    wang.presses("计入团队榜：关")
    wang.sees("计入团队榜：开", "缺人时叫我：开")

    wang.presses("看班次")
    wang.sees("今天还缺人的班次：1", "今天 17:00–18:30 解放路口岗")


def test_under_six_is_refused_kindly(stage: Stage):
    plan(stage)
    child = stage.person("child")
    child.sends("/volunteer")
    child.presses("6 岁以下")

    child.sees("6 岁以下还不能上岗")
    child.sends("/shifts")
    child.sees("先加入志愿者")


def test_under_fourteen_waits_for_an_organiser_to_record_a_guardians_consent(stage: Stage):
    plan(stage)
    head, other = stage.staff(Role.UNIT_HEAD, unit="U-E"), stage.staff(Role.UNIT_HEAD, unit="U-W")
    child = join(stage, "child", "10–13 岁")
    child.sees("监护人同意：等组织者登记")
    child.presses("看班次")
    child.presses("今天 17:00–18:30 解放路口岗")
    child.sees("14 岁以下要先由组织者登记")
    other.presses_token(head.sees("child", "确认监护人同意").message.choices[0][0].token)
    other.sees("归该岗位的组织者")

    head.presses("已登记 child 的监护人同意")
    child.sees("可以报名了")
    child.presses("今天 17:00–18:30 解放路口岗")
    child.sees("报上了")


def test_under_ten_stands_only_beside_an_adult_and_goes_when_they_go(stage: Stage):
    plan(stage)
    head = stage.staff(Role.UNIT_HEAD, unit="U-E")
    small, adult = join(stage, "small", "6–9 岁"), join(stage, "adult")
    head.presses("已登记 small 的监护人同意")
    for each in (small, adult):
        each.sends("/shifts")
    small.presses("今天 17:00–18:30 解放路口岗")
    small.sees("请同行的成年志愿者先报")

    adult.presses("今天 17:00–18:30 解放路口岗")
    small.presses("今天 17:00–18:30 解放路口岗")
    small.sees("报上了")

    adult.presses("退出")
    small.sees("没有成年人同岗")


def test_who_serves_can_change_their_unit_and_every_unit_can_be_reached(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.handlers.volunteer._OFFERED", 1)
    plan(stage)
    wang = join(stage, "wang")
    wang.presses("改年龄段或单位")
    wang.presses("成年")
    wang.presses("更多")
    wang.presses("西街街道")

    wang.sees("志愿者 · 西街街道 · 成年")


def test_somebody_answers_for_volunteers_though_the_head_is_away_or_there_is_none(stage: Stage):
    plan(stage)
    administrator, head = stage.staff(Role.ADMINISTRATOR), stage.staff(Role.UNIT_HEAD, unit="U-E")
    deputy = stage.staff(Role.LEADER, unit="U-E", point="P-1", name="deputy")
    with stage.desk() as desk:
        away = desk.session.get_one(Person, head.person.id), desk.session.get_one(Person, deputy.person.id)
        absences.begin(desk, *away, stage.now, stage.now + timedelta(days=2))
    child = join(stage, "child", "10–13 岁")
    head.sees_nothing_of("监护人同意")
    deputy.presses("已登记 child 的监护人同意")
    child.sees("可以报名了")

    join(stage, "other", "10–13 岁", unit="西街街道")
    administrator.sees("other", "确认监护人同意")


def test_the_board_ranks_the_teams_of_last_week_and_nobody_in_them(stage: Stage):
    names = {"U-E": ("a", "b", "c", "d"), "U-W": ("e", "f", "g")}
    shift_id = open_shift(stage, starts_in=-3 * 24 * 60)
    for team, people in names.items():
        for number, name in enumerate(people):
            person_id = volunteer(stage, name).person.id
            with stage.database.begin() as session:
                own, begins = session.get_one(Volunteer, person_id), session.get_one(Shift, shift_id).begins
                own.team, own.listed = team, name != "d"  # who does not want to be counted
                came = {"came_at": begins, "left_at": begins + timedelta(minutes=30 * (number + 1))}
                session.add(
                    Attendance(id=new_id(), shift_id=shift_id, person_id=person_id, pair=1, came_by="pin", **came)
                )
    wang = join(stage, "wang")
    wang.presses("团队榜")
    wang.sees("1. 东街街道 3.0 小时，3 人", "1. 西街街道 3.0 小时，3 人", "2月23日至3月1日")
    stage.advance(days=7)
    wang.presses("团队榜")
    wang.sees("还排不出团队榜")
