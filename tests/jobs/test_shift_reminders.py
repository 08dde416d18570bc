"""Volunteers are reminded in the evening of all of tomorrow, and shortly before: once each, and never of the past."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, func, select

from bot.services.desk import Desk
from bot.services.volunteering import reminders
from storage.models import Shift, Trouble
from tests.dialogue import Actor, Stage
from tests.handlers.serving import join, open_shift, volunteer
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


def test_one_who_cannot_be_reminded_leaves_the_others_alone_and_is_not_tried_for_ever(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    wang, li = serving(stage), join(stage, "li")
    li.sends("/shifts")
    li.presses("明天")
    li.presses("明天 07:00–08:30 解放路口岗")
    broken, tell = wang.person.id, reminders._tell

    def fail(desk: Desk, person_id: int, *rest: Any) -> None:
        if person_id == broken:
            raise LookupError(person_id)
        tell(desk, person_id, *rest)

    monkeypatch.setattr(reminders, "_tell", fail)
    stage.advance(hours=10, minutes=30)
    tick(stage, "shift_reminders")
    li.sees("明天的班次", "带班：wang")
    with stage.reading() as session:
        assert session.get_one(Trouble, ("mishap", "")).facts["n"] == 1


def test_reminding_many_takes_few_statements(make_stage: Callable[..., Stage]):
    """A hundred persons of one shift: what they need is read at once, not for each."""
    stage = make_stage()
    shift_id = open_shift(stage, starts_in=60)
    for number in range(40):
        volunteer(stage, f"v{number}", shift_id)
    stage.advance(minutes=31)
    seen: list[str] = []
    event.listen(stage.database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    with stage.desk() as desk:
        assert reminders.remind_of_soon(desk, 100) == 40
        count = len(seen)
    assert count < 15, seen
