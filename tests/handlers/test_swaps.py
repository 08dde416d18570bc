"""Who cannot come finds somebody: the first to take it gets it, both are told, and it can be taken back."""

from __future__ import annotations

from bot.domain.roles import Role
from bot.services.volunteering import unmanned
from tests.dialogue import Actor, Stage
from tests.handlers.serving import join, plan, standing
from tests.jobs.conftest import tick

SLOT = "今天 17:00–18:30 解放路口岗"


def offering(stage: Stage) -> Actor:
    plan(stage)
    wang = join(stage, "wang")
    wang.sends("/shifts")
    wang.presses(SLOT)
    return wang


def test_the_first_of_the_team_takes_it_even_past_the_cut_off(stage: Stage):
    wang = offering(stage)
    li, zhao, far = join(stage, "li"), join(stage, "zhao"), join(stage, "far", unit="西街街道")
    stage.advance(hours=7)
    wang.presses("找人替")
    wang.presses("问全队")
    wang.sees("已经问了 2 人")
    far.sees_nothing_of("能替吗")
    stage.receives(li.tap("我来替"), zhao.tap("我来替"))

    li.sees("您接下了", SLOT)
    wang.sees("li", "接下了", "您不用去了")
    zhao.sees("已经有人接了")
    assert standing(stage) == [li.person.id]


def test_one_colleague_is_asked_and_it_is_taken_back(stage: Stage):
    wang = offering(stage)
    li, zhao = join(stage, "li"), join(stage, "zhao")
    wang.presses("找人替")
    wang.presses("li")
    zhao.sees_nothing_of("能替吗")
    zhao.presses_token(li.sees("能替吗").message.choices[0][0].token)
    zhao.sees("请别人替的")

    wang.presses("不用替了，我去")
    li.presses("我来替")
    li.sees("对方不用替了")
    assert standing(stage) == [wang.person.id]


def test_at_night_nobody_is_written_to_but_in_the_morning_and_the_list_shows_it_meanwhile(stage: Stage):
    plan(stage)
    wang, li, zhao, sun = (join(stage, name) for name in ("wang", "li", "zhao", "sun"))
    wang.sends("/shifts")
    wang.presses("明天")
    wang.presses("明天 17:00–18:30 解放路口岗")
    stage.advance(hours=14)
    wang.presses("找人替")
    wang.presses("zhao")
    wang.sees("早上再发消息问")
    tick(stage, "attendance")
    zhao.sees_nothing_of("能替吗")
    zhao.sends("/shifts")
    zhao.sees("替 明天 17:00–18:30 解放路口岗")
    wang.presses("找人替")
    wang.presses("问全队")

    stage.advance(hours=9)
    for _ in range(2):
        tick(stage, "attendance")
        stage.advance(minutes=1)
    for each in (li, zhao, sun):
        assert sum("能替吗" in shown.text for shown in each.messages) == 1
    zhao.presses("我来替")
    wang.sees("zhao", "接下了")


def test_the_team_is_not_written_to_again_and_again(stage: Stage):
    wang = offering(stage)
    li = join(stage, "li")
    for _ in range(2):
        wang.presses("找人替")
        wang.presses("问全队")
        wang.presses("不用替了，我去")
    wang.sees("现在不再打扰大家")

    assert sum("能替吗" in shown.text for shown in li.messages) == 1


def test_nobody_under_fourteen_is_named_to_others_or_leads(stage: Stage):
    plan(stage)
    head = stage.staff(Role.UNIT_HEAD, unit="U-E")
    child, other, li = join(stage, "child", "10–13 岁"), join(stage, "other", "10–13 岁"), join(stage, "li")
    for each in ("child", "other"):
        head.presses(f"已登记 {each} 的监护人同意")
    for each in (child, li):
        each.sends("/shifts")
        each.presses(SLOT)
    child.sends("/myshifts")
    child.sees_nothing_of("您带班")
    li.sends("/myshifts")
    li.sees("您带班")
    head.sends("/posts")
    head.presses("今天")
    head.presses(f"{SLOT} · 2/2")
    head.sees("child、li", "带班：li")
    head.sees_nothing_of("child 带班")

    li.presses("找人替")
    li.sees_nothing_of("other", "child")
    child.presses("找人替")
    child.presses("问全队")
    other.sees("一位小志愿者 去不了")
    other.presses("我来替")
    child.sees("一位小志愿者 接下了")

    stage.advance(hours=8, minutes=15)
    with stage.desk() as desk:
        unmanned.alarm(desk)
    head.sees("没有签到：li、other")
    li.sees("没有签到：li、一位小志愿者")
