"""Rounds that are left are said once in the afternoon, to whoever is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from storage.models import Absence, new_id
from tests.dialogue import Actor, Stage
from tests.jobs.conftest import tick
from tests.jobs.nagging import ZONE
from tests.walks import AT_MARKET, walked_city


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    return make_stage(city=walked_city())


def afternoon(stage: Stage, day: int, clock: str = "16:30") -> None:
    """Let it be that time of a day in March 2026 (the 2nd is a Monday), and the job be due."""
    hour, minute = map(int, clock.split(":"))
    then = stage.now.astimezone(ZONE).replace(day=day, hour=hour, minute=minute)
    stage.advance(seconds=(then - stage.now).total_seconds())
    tick(stage, "patrols")


def leader(stage: Stage, *points: str, name: str) -> Actor:
    for point in points:
        actor = stage.staff("point_leader", unit="U-E", point=point, name=name)
    return actor


def test_what_is_left_is_one_message_a_leader_with_a_way_to_set_out(stage: Stage):
    li, wu = leader(stage, "P-1", "P-2", "P-3", name="li"), leader(stage, "P-1", name="wu")
    afternoon(stage, 2)
    assert li.counts() == 0, "on their first day nothing is asked of them"

    afternoon(stage, 3, "16:00")
    wu.sends("/patrol")
    wu.sends_location(*AT_MARKET)
    wu.presses("一切正常")
    heard = wu.counts()
    afternoon(stage, 3)
    tick(stage, "patrols")
    assert (li.counts(), wu.counts()) == (1, heard)
    assert "本周" not in li.sees("今天还有 1 处没有巡查", "西街农贸市场（每日）").text
    li.presses("去巡查")
    li.sees("现在该巡查 2 处", "东街小学（每周）")


def test_on_the_last_working_day_of_the_week_its_rounds_are_said_too_and_on_days_off_nothing(stage: Stage):
    li, head = leader(stage, "P-1", "P-2", name="li"), stage.staff("unit_head", unit="U-E")
    afternoon(stage, 6)
    li.sees("今天还有 1 处没有巡查", "东街农贸市场", "本周还有 1 处没有巡查", "东街小学")
    head.sees("本周还有 1 处没有巡查", "东街市场点位圈（总点位长每周）")
    heard = li.counts()
    afternoon(stage, 7)
    assert li.counts() == heard


def test_whoever_stands_in_hears_it_and_in_the_evening_nobody_does(stage: Stage):
    li, zhao = leader(stage, "P-1", name="li"), leader(stage, "P-3", name="zhao")
    with stage.database.begin() as session:
        ids = {"person_id": li.person.id, "stand_in_id": zhao.person.id}
        session.add(Absence(id=new_id(), since=stage.now, until=stage.now + timedelta(days=9), **ids))
    afternoon(stage, 3)
    zhao.sees("今天还有 2 处没有巡查", "东街农贸市场", "西街农贸市场")
    assert (li.counts(), zhao.counts()) == (0, 1)
    afternoon(stage, 4, "20:00")
    assert zhao.counts() == 1
