"""Shifts by tap: open ones near, in and out, never two at once, and the last place given once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from bot.domain.roles import Role
from bot.services.leaving import resignation
from bot.services.volunteering import shifts
from storage.models import Person, Shift
from tests.dialogue import Actor, Stage
from tests.handlers.serving import join, plan, standing
from tests.small_city import WEST


def test_one_tap_signs_up_and_one_signs_off(stage: Stage):
    plan(stage)
    wang = join(stage, "wang")
    wang.sends("/shifts")
    wang.presses("今天 17:00–18:30 解放路口岗")
    wang.sees("报上了", "今天 15:00 以前可以退出")
    wang.sends("我的班次")
    wang.sees("今天 17:00–18:30 解放路口岗", "您带班")

    wang.presses("退出")
    wang.sees("已退出 今天 17:00–18:30 解放路口岗")
    wang.presses("还是报上")
    wang.sees("报上了")
    assert standing(stage) == [wang.person.id]


def test_whoever_signs_up_at_the_last_moment_is_led_to_sign_in_and_not_to_withdraw(stage: Stage):
    plan(stage)
    wang = join(stage, "wang")
    wang.sends("/shifts")
    stage.advance(hours=8, minutes=45)
    wang.presses("今天 17:00–18:30 解放路口岗")
    assert wang.sees("报上了", "退出要提前 2 小时").labels == ["签到", "找人替", "我的班次"]

    wang.presses("签到")
    wang.sees("到岗后发送您的位置")


def test_too_late_to_withdraw_says_whom_to_call(stage: Stage):
    plan(stage)
    stage.staff(Role.UNIT_HEAD, unit="U-E", name="组织者")
    wang = join(stage, "wang")
    wang.sends("/shifts")
    wang.presses("今天 17:00–18:30 解放路口岗")
    stage.advance(hours=6, minutes=30)
    wang.presses("退出")

    wang.sees("请直接联系组织者：组织者（东街街道）", "找人替")
    assert standing(stage) == [wang.person.id]


def test_nobody_stands_in_two_places_at_once(stage: Stage):
    plan(stage)
    wang = join(stage, "wang")
    wang.sends("/shifts")
    wang.presses("明天")
    wang.presses("明天 07:00–08:30 解放路口岗")
    wang.sees_nothing_of("07:30–09:00")
    wang.presses("明天 07:30–09:00 西街口岗")  # as it still stands on an older list

    wang.sees("重叠")
    assert len(standing(stage)) == 1


def test_a_place_that_is_sent_while_the_list_stands_sorts_it(stage: Stage):
    plan(stage)
    wang = join(stage, "wang")
    wang.sends("/shifts")
    wang.presses("明天")
    assert wang.sees("明天还缺人").labels[0] == "明天 07:00–08:30 解放路口岗"
    wang.sends_location(*WEST)

    assert wang.sees("离您近的在前").labels[0] == "07:30–09:00 西街口岗 · 0 米"
    wang.sees_nothing_of("提交")
    assert "07:30–09:00" not in wang.last.text  # its choice says it

    stage.advance(minutes=40)
    wang.sends_location(*WEST)
    wang.sees("取消")  # long after it begins a report, as ever


def test_the_last_place_is_given_once(stage: Stage):
    """Two taps in one batch, and two transactions at once."""
    plan(stage)
    wang, li = join(stage, "wang"), join(stage, "li")
    for each in (wang, li):
        each.sends("/shifts")
        each.presses("明天")
    stage.receives(wang.tap("明天 07:30–09:00 西街口岗"), li.tap("明天 07:30–09:00 西街口岗"))
    assert len(standing(stage)) == 1
    assert sum("刚好报满" in each.transcript for each in (wang, li)) == 1

    with stage.reading() as session:
        west = session.scalars(select(Shift.id).where(Shift.post == "Z-W").order_by(Shift.begins)).all()
    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(lambda each: try_in(stage, each, west[1]), (wang, li)))
    assert sorted(taken) == [False, True]


def try_in(stage: Stage, actor: Actor, shift_id: int) -> bool:
    with stage.database.begin() as session:
        desk = stage.house.desk(session, stage.house.post(session, stage.now), stage.now)
        try:
            shifts.sign_up(desk, shift_id, session.get_one(Person, actor.person.id))
        except shifts.NoPlace:
            return False
    return True


def test_who_gives_back_their_functions_stands_in_no_shift(stage: Stage):
    plan(stage)
    wang = join(stage, "wang")
    wang.sends("/shifts")
    wang.presses("今天 17:00–18:30 解放路口岗")
    with stage.desk() as desk:
        resignation.resign(desk, desk.session.get_one(Person, wang.person.id))

    assert standing(stage) == []
