"""Organisers see where hands are missing, call for them in one message a person, and plan posts and shifts in chat."""

from __future__ import annotations

from sqlalchemy import select

from bot.domain.roles import Role
from bot.services import tokens
from storage.models import Post, Rota, Shift, Volunteer
from tests.dialogue import Stage
from tests.handlers.serving import AT_POST, join, open_shift, plan, standing, volunteer


def test_gaps_stand_in_one_list_and_hands_are_called_for_once(stage: Stage):
    plan(stage)
    head = stage.staff(Role.UNIT_HEAD, unit="U-E")
    wang, li, zhao = join(stage, "wang"), join(stage, "li"), join(stage, "zhao")
    for each in (wang, li):
        each.presses("缺人时叫我：关")
    wang.sends("/shifts")
    wang.presses("今天 17:00–18:30 解放路口岗")
    head.sends("/posts")
    head.presses("今天")
    head.sees("今天 1 班：要 2 人，已报 1 人，1 班缺 1 人", "今天 17:00–18:30 解放路口岗 · 1/2")
    head.sees_nothing_of("西街口岗")

    head.presses("招募人手")
    head.sees("已给 1 位有空的志愿者发了消息")
    wang.sees_nothing_of("缺人：")  # is in it already
    zhao.sees_nothing_of("有 1 班缺人")  # has not asked for it
    head.presses("招募人手")
    head.sees("4 小时内已经招募过了")

    li.sees("有 1 班缺人")
    li.presses("今天 17:00–18:30 解放路口岗")
    assert standing(stage) == [wang.person.id, li.person.id]
    stage.advance(hours=14)
    head.sends("/posts")
    head.presses("招募人手")
    head.sees("免打扰时间")


def test_a_leader_is_named_and_a_cancelled_shift_is_told(stage: Stage):
    plan(stage)
    head, other = stage.staff(Role.UNIT_HEAD, unit="U-E"), stage.staff(Role.UNIT_HEAD, unit="U-W")
    wang, li = join(stage, "wang"), join(stage, "li")
    for each in (wang, li):
        each.sends("/shifts")
        each.presses("今天 17:00–18:30 解放路口岗")
    head.sends("/posts")
    head.presses("今天")
    head.presses("今天 17:00–18:30 解放路口岗 · 2/2")
    head.sees("wang、li", "带班：wang")
    head.presses("li 带班")
    li.sees("请您在 今天 17:00–18:30 解放路口岗 带班")

    other.presses_token(head.sees("带班：wang").choice("取消班次").token)
    other.sees("归该岗位的组织者")
    head.presses("取消班次")
    head.presses("取消班次")
    head.sees("已取消", "通知了 2 人")
    wang.sees("取消了，不用去了")
    wang.sends("我的班次")
    wang.sees("还没有报班次")


def test_a_post_and_its_rota_are_made_in_chat_whatever_comes_between(stage: Stage):
    plan(stage)
    head = stage.staff(Role.UNIT_HEAD, unit="U-E")
    head.sends("/posts")
    head.presses("新建岗位或排班")
    head.presses("新建岗位")
    head.sends("钟楼东岗")
    head.sends("/help")
    head.sends_location(31.0, 111.0)
    head.sees("不在本市")
    head.sends("钟楼")
    head.presses("100 米")
    head.sees("各角站谁")
    head.sends("东北角一人，\n看行人")
    head.sends("周一吧")
    head.sees("没看懂")
    head.presses("周一至周五")
    head.sends("12点到13点半")
    head.presses("3")
    head.sees("钟楼东岗", "周一至周五 12:00-13:30，每班 3 人，节假日不排")
    head.presses("改为节假日也排")
    head.presses("改为节假日不排")
    head.presses("改为节假日也排")
    head.sees("每班 3 人，节假日也排。对吗？")
    head.presses("确定")
    head.sees("排好了")
    wang = join(stage, "wang")
    wang.sends("/shifts")
    wang.presses("今天 12:00–13:30 钟楼东岗")
    wang.sees("报上了", "东北角一人， 看行人")

    head.sends("/posts")
    head.presses("今天 12:00–13:30 钟楼东岗 · 1/3")
    head.presses("停掉排班")
    head.presses("停掉排班")
    wang.sees("今天 12:00–13:30 钟楼东岗 取消了")
    with stage.reading() as session:
        [post] = session.scalars(select(Post).where(Post.made_by.is_not(None)))
        assert (post.unit, post.radius, post.corners) == ("U-E", 100, "东北角一人， 看行人")
        assert session.scalars(select(Rota.on_days_off).where(Rota.post == post.code)).all() == [True]


def test_a_single_day_is_planned_at_a_post_there_is(stage: Stage):
    plan(stage)
    head = stage.staff(Role.UNIT_HEAD, unit="U-E")
    head.sends("/posts")
    head.presses("新建岗位或排班")
    head.presses("解放路口岗")
    head.sends("3月8日")
    head.sends("9:00-10:00")
    head.presses("2")
    head.presses("确定")
    head.sees("排好了", "2026年3月8日 09:00-10:00")

    head.presses("确定")
    head.sees("已经过时")
    with stage.reading() as session:
        assert [shift.rota for shift in session.scalars(select(Shift).where(Shift.day == "2026-03-08"))] == [""]


def test_whoever_serves_with_any_unit_is_called_by_each(stage: Stage):
    plan(stage)
    head, wang = stage.staff(Role.UNIT_HEAD, unit="U-E"), join(stage, "wang", unit="不限单位")
    wang.presses("缺人时叫我：关")
    head.sends("/posts")
    head.presses("招募人手")

    wang.sees("缺人：", "您那时有空")


def test_what_cannot_be_planned_is_asked_anew_and_no_rota_takes_the_place_of_another(stage: Stage):
    plan(stage)
    head = stage.staff(Role.UNIT_HEAD, unit="U-E")
    head.sends("/posts")
    head.presses("新建岗位或排班")
    head.presses("解放路口岗")
    head.presses("周一至周五")
    head.presses("07:00–08:30")
    head.presses("3")
    head.presses("确定")
    head.sees("那一刻已经有班次了")

    head.presses("今天")
    head.presses("07:00–08:30")  # it is nine
    head.presses("确定")
    head.sees("已经过去了")
    head.presses("周末")
    head.presses("07:00–08:30")
    head.presses("确定")
    head.sees("排好了", "周末 07:00-08:30，每班 3 人")
    with stage.reading() as session:
        weekdays = select(Shift.crew).where(Shift.rota == "Z-E-A").distinct()
        assert session.scalars(weekdays).all() == [2]


def test_who_has_come_and_the_photo_of_the_post_are_seen_while_a_full_shift_goes_on_and_when_it_is_over(stage: Stage):
    """Organisers see all of it; the shift leader too, but reads of no child who it is and can change nothing."""
    head, shift_id = stage.staff(Role.UNIT_HEAD, unit="U-E"), open_shift(stage, starts_in=10)
    wang, li, child = (volunteer(stage, name, shift_id) for name in ("wang", "li", "child"))
    with stage.database.begin() as session:
        session.get_one(Volunteer, child.person.id).age = "10-13"
        session.get_one(Shift, shift_id).crew = 3
    head.sends("/posts")
    head.sees("7 天内 1 班：要 3 人，都报满了")
    head.presses("今天 09:10–10:40 解放路口岗 · 3/3")
    head.sees("已报 3 人：wang、li、child")
    head.sees_nothing_of("未签到", "没有在岗照片")

    stage.advance(minutes=10)
    wang.sends_location(*AT_POST)
    child.sends_location(AT_POST[0] + 0.0001, AT_POST[1])
    wang.sends_photo()
    wang.presses("这是在岗照片，不是上报")
    head.sends("/posts")
    head.presses("进行中")
    head.sees("正在进行 1 班：要 3 人，到了 2 人")
    head.presses("今天 09:10–10:40 解放路口岗 · 到 2/3")
    card = head.sees("到岗 2 人：wang 09:10、child 09:10", "未签到：li", "取消班次")
    assert len(card.message.photos) == 1
    wang.presses("谁到了")
    card = wang.sees("到岗 2 人：wang 09:10、一位小志愿者 09:10", "未签到：li")
    assert (len(card.message.photos), card.labels) == (1, [])
    li.presses_token(tokens.write("gap", shift_id))
    li.sees("归该岗位的组织者")

    wang.sends("签退")
    stage.advance(minutes=91)
    head.sends("/posts")
    head.sees("7 天内没有班次")
    head.presses("已结束")
    head.sees("今天已结束 1 班：要 3 人，到了 2 人")
    head.presses("今天 09:10–10:40 解放路口岗 · 到 2/3")
    assert head.sees("wang 09:10–09:10", "未签到：li").labels == []


def test_every_shift_is_reached_however_many_there_are(stage: Stage):
    plan(stage)
    head = stage.staff(Role.DISPATCHER)
    for minutes in range(9):
        open_shift(stage, starts_in=-minutes, post="Z-W")
    head.sends("/posts")
    head.presses("进行中")
    head.sees("正在进行 9 班")
    head.presses("更多")
    assert head.sees("正在进行 9 班").labels[0] == "今天 09:00–10:30 西街口岗 · 到 0/4"
