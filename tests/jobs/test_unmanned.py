"""Where nobody has come ten minutes after a shift began, those concerned hear it once, and somebody steps in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import event

from bot.domain.roles import Role
from bot.services.volunteering import unmanned
from storage.models import Attendance, Post, Shift, Volunteer, new_id
from tests.dialogue import Actor, Stage
from tests.handlers.serving import AT_POST, open_shift, volunteer
from tests.jobs.conftest import tick


def on_call(stage: Stage, name: str, *, team: str = "U-E", last_at: str = "") -> Actor:
    """A volunteer who wants to be called; perhaps they last served at this post, yesterday."""
    actor = volunteer(stage, name)
    shift_id = open_shift(stage, starts_in=-24 * 60 + len(name), minutes=60, post=last_at) if last_at else 0
    with stage.database.begin() as session:
        own = session.get_one(Volunteer, actor.person.id)
        own.on_call, own.team = True, team
        if shift_id:
            begins = session.get_one(Shift, shift_id).begins
            session.add(
                Attendance(
                    id=new_id(), shift_id=shift_id, person_id=actor.person.id, pair=1, came_at=begins,
                    left_at=begins + timedelta(hours=1), came_by="pin", left_by="tap",
                )
            )  # fmt: skip
    return actor


def test_all_unmanned_posts_are_told_of_in_one_message_once(stage: Stage):
    east = open_shift(stage)
    open_shift(stage, post="Z-W")
    open_shift(stage, starts_in=0.5, post="Z-W", kind="training")
    wang, li = volunteer(stage, "wang", east), volunteer(stage, "li", east)
    head = stage.staff(Role.UNIT_HEAD, unit="U-E", name="head")
    stage.staff(Role.UNIT_HEAD, unit="U-W", name="head")
    stage.advance(minutes=9)
    tick(stage, "unmanned")
    assert head.counts() == 0

    stage.advance(minutes=1)
    tick(stage, "unmanned")
    told = head.sees(
        "2 个岗位没人到岗", "已过 10 分钟", "解放路口岗", "报了 2 人，没有签到：wang、li", "没有人报名"
    ).text
    assert told.count("西街口岗") == 1, "training is no post that stands empty"
    wang.sees("1 个岗位没人到岗", "签到")  # who signed up first leads
    assert (head.counts(), wang.counts(), li.counts()) == (1, 1, 0)
    stage.advance(minutes=1)
    tick(stage, "unmanned")
    assert (head.counts(), wang.counts()) == (1, 1)


def test_who_is_near_is_asked_by_one_tap_and_whoever_says_yes_is_in(stage: Stage):
    east = open_shift(stage)
    late, first = volunteer(stage, "late", east), volunteer(stage, "first", east)
    with stage.database.begin() as session:
        session.get_one(Shift, east).crew = 2  # both places are taken by those who are not there
    head = stage.staff(Role.UNIT_HEAD, unit="U-E", name="head")
    zhao = on_call(stage, "zhao", team="U-W", last_at="Z-W")  # a kilometre away
    sun = on_call(stage, "sunny", last_at="Z-E")
    qian = on_call(stage, "qian")  # of the same unit
    far = on_call(stage, "far", team="U-W")
    child = on_call(stage, "a-child", last_at="Z-E")
    with stage.database.begin() as session:
        own = session.get_one(Volunteer, child.person.id)
        own.age, own.guardian_at = "10-13", stage.now
    busy = on_call(stage, "busy")
    volunteer(stage, "busy", open_shift(stage, post="Z-W", starts_in=1))
    volunteer(stage, "silent")  # does not want to be called
    stage.advance(minutes=10)
    tick(stage, "unmanned")
    head.sees("可以问就近有空的：sunny、zhao、qian")

    head.presses("问 3 人来 解放路口岗")
    head.sees("已经问了 3 人")
    head.presses("问 3 人来 解放路口岗")
    head.sees("已经问过了")
    for each in (far, child):
        each.sees_nothing_of("您能马上去吗")
    busy.sees_nothing_of("您能马上去吗")
    zhao.presses_token(head.sees("没人到岗").choice("问 3 人来 解放路口岗").token)
    zhao.sees("归该岗位的组织者")

    for each in (sun, zhao, qian):
        each.sees("解放路口岗 现在没有人，您能马上去吗？")
    sun.presses("我去")
    sun.sees("就靠您了")
    head.sees("sunny 答应马上去")
    zhao.presses("我去")
    qian.presses("我去")
    qian.sees("刚好报满了")
    late.sends_location(*AT_POST)
    late.sees("已签到")
    first.sees_nothing_of("您能马上去吗")


def test_nothing_is_said_of_what_is_manned_cancelled_or_over_nor_at_night(stage: Stage):
    head = stage.staff(Role.UNIT_HEAD, unit="U-E", name="head")
    volunteer(stage, "wang", open_shift(stage)).sends_location(*AT_POST)
    open_shift(stage, starts_in=1, cancelled_at=stage.now)
    open_shift(stage, starts_in=2, minutes=5)
    open_shift(stage, starts_in=13.5 * 60, minutes=9.5 * 60)  # 22:30 until eight in the morning
    stage.advance(minutes=15)
    tick(stage, "unmanned")
    stage.advance(hours=14)
    tick(stage, "unmanned")
    assert head.counts() == 0
    stage.advance(hours=8)
    tick(stage, "unmanned")
    head.sees("1 个岗位没人到岗")


def test_telling_of_many_posts_takes_few_statements(make_stage: Callable[..., Stage]):
    """Whoever was to come, who leads, who is near and who hears it is read for all of them at once."""
    stage = make_stage()
    with stage.desk() as desk:
        for number in range(20):
            at = {"lat": 30 + number / 1000, "lon": 110, "radius": 50, "unit": ("U-E", "U-W")[number % 2]}
            desk.session.add(Post(code=f"E-{number}", name=f"岗{number}", **at))
    for unit in ("U-E", "U-W"):
        stage.staff(Role.UNIT_HEAD, unit=unit, name=f"head of {unit}")
    for number in range(20):
        volunteer(stage, f"v{number}", open_shift(stage, post=f"E-{number}"))
    for number in range(4):
        on_call(stage, f"near{number}", last_at=f"E-{number}")
    stage.advance(minutes=10)
    seen: list[str] = []
    event.listen(stage.database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    with stage.desk() as desk:
        assert unmanned.alarm(desk) == 20
        count = len(seen)
    assert count < 20, seen
