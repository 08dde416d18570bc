"""Administrators hear of trouble once when it begins and once when it is over, and never in a flood."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.domain.roles import Role
from bot.jobs import timetable
from bot.pipeline.inbox import store
from bot.port import Envelope
from bot.services.mishaps import contained
from storage.models import Identity, InboxRow, Trouble
from storage.queries import uses
from tests.dialogue import Actor, Stage
from tests.jobs.conftest import tick
from tests.jobs.troubled import found, looks, waiting

DAY, NIGHT = timedelta(0), timedelta(hours=14)
"""From nine in the morning: nothing, or to eleven at night."""

pytestmark = pytest.mark.usefixtures("calm")
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what hangs on no database."""


def quarantined(stage: Stage, key: str) -> None:
    facts = {"channel": "memory", "account": "test", "chat": "c", "partition": 0, "body": "{}"}
    with stage.database.begin() as session:
        session.add(InboxRow(key=f"bad-{key}", state="quarantined", received_at=stage.now, **facts))


def mended(stage: Stage) -> None:
    with stage.database.begin() as session:
        session.execute(update(InboxRow).where(InboxRow.state == "quarantined").values(state="replayed"))


def test_trouble_is_said_once_and_so_is_its_end(stage: Stage, admin: Actor, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    quarantined(stage, "1")
    looks(stage)
    assert admin.counts() == 0
    assert "trouble=quarantine about=- facts={'n': 1}" in caplog.text

    looks(stage)
    admin.sees("系统需要您看一下", "有 1 条消息没能处理", "pointkeeper quarantine")
    quarantined(stage, "2")
    looks(stage, minutes=60)
    assert admin.counts() == 1

    mended(stage)
    looks(stage, minutes=15)
    assert admin.counts() == 1
    looks(stage)
    admin.sees("恢复正常：没能处理的消息（从今天 09:05起）")
    assert admin.counts() == 2
    assert "trouble=quarantine about=- is over" in caplog.text
    looks(stage, minutes=30)
    assert admin.counts() == 2


@SQLITE
def test_what_is_over_at_the_second_look_was_none(stage: Stage, admin: Actor):
    quarantined(stage, "1")
    looks(stage)
    mended(stage)
    looks(stage, minutes=60)

    assert admin.counts() == 0
    with stage.reading() as session:
        assert session.scalars(select(Trouble)).all() == []


@SQLITE
def test_what_comes_and_goes_is_one_trouble(stage: Stage, admin: Actor):
    for number in range(6):
        quarantined(stage, str(number))
        looks(stage, minutes=10)
        mended(stage)
        looks(stage)
    assert admin.counts() == 1


@SQLITE
def test_several_troubles_are_one_message_in_the_language_of_each(stage: Stage, admin: Actor):
    other = stage.staff(Role.ADMINISTRATOR, name="other")
    other.sends("/lang")
    other.presses("English")
    before = other.counts()
    quarantined(stage, "1")
    waiting(stage, age=timedelta(minutes=20))
    looks(stage, minutes=10)

    admin.sees("有 1 条消息没能处理", "gone/x 上有 1 条消息发不出去，最久的等了 30 分钟")
    other.sees("could not be handled", "1 messages cannot be sent on gone/x")
    assert (admin.counts(), other.counts()) == (1, before + 1)


@SQLITE
def test_at_night_only_what_silences_the_bot_is_said(stage: Stage, admin: Actor):
    stage.clock.move(NIGHT)
    quarantined(stage, "1")
    looks(stage, minutes=60)
    assert admin.counts() == 0

    waiting(stage, age=timedelta(minutes=20))
    looks(stage, minutes=10)
    assert admin.counts() == 1
    admin.sees("发不出去")
    admin.sees_nothing_of("没能处理")

    stage.clock.move(timedelta(hours=7))
    looks(stage)
    admin.sees("没能处理")
    assert admin.counts() == 2


@SQLITE
def test_what_was_said_by_day_and_ends_at_night_is_cleared_in_the_morning(stage: Stage, admin: Actor):
    quarantined(stage, "1")
    looks(stage, minutes=10)
    stage.clock.move(NIGHT)
    mended(stage)
    looks(stage, minutes=60)
    assert admin.counts() == 1
    stage.clock.move(timedelta(hours=7))
    looks(stage)
    admin.sees("恢复正常")


@SQLITE
def test_without_an_administrator_the_log_has_it(stage: Stage, caplog: pytest.LogCaptureFixture):
    quarantined(stage, "1")
    looks(stage, minutes=10)
    assert "no administrator can be told of 1 troubles" in caplog.text


@SQLITE
def test_whoever_has_another_chat_hears_there_of_a_channel_that_refuses(stage: Stage, admin: Actor):
    with stage.database.begin() as session:
        person = session.scalars(select(Identity.person_id)).one()
        session.add(
            Identity(
                channel="gone", realm="x", id="a", person_id=person, account="x", chat_id="a",
                seen_at=stage.now + timedelta(minutes=1),
            )
        )  # fmt: skip
    waiting(stage, reason="credentials", attempts=3)
    looks(stage, minutes=10)
    admin.sees("gone/x 不让我们发消息")


@SQLITE
def test_what_jobs_leave_out_is_gathered_and_over_after_a_day_without(stage: Stage, admin: Actor):
    for _ in range(12):
        with stage.desk() as desk, contained(desk, "case", 1):
            raise ValueError("somebody's name")
        looks(stage)
    admin.sees("有 1 次某个案件或某个人的处理出错")
    admin.sees_nothing_of("somebody")
    assert admin.counts() == 1

    stage.clock.move(timedelta(days=1))
    looks(stage, minutes=20)
    admin.sees("恢复正常：个别案件或人被跳过")
    assert admin.counts() == 2


@SQLITE
def test_after_a_long_sleep_no_job_is_late_before_it_had_its_chance(
    stage: Stage, admin: Actor, monkeypatch: pytest.MonkeyPatch
):
    class Never:
        def slot(self, now: datetime, _city: object) -> datetime:
            return now - timedelta(minutes=1)

        def between(self, *_: object) -> int:
            return 0

    job = timetable.Job("broken", Never(), lambda *_: None, catches_up=True)
    monkeypatch.setitem(timetable.jobs, "broken", job)
    for sleep in (5, 600):
        stage.clock.move(timedelta(minutes=sleep))
        tick(stage, "health")
        with stage.reading() as session:
            assert session.scalars(select(Trouble)).all() == []

    looks(stage, minutes=10)
    admin.sees("定时任务 broken 没有按时运行")


def test_what_a_chore_finds_is_trouble_until_it_finds_it_no_more(stage: Stage, admin: Actor):
    for faults in ([["database", "", {"why": "row 5 missing from index", "n": 2}]], []):
        with stage.database.begin() as session:
            body = f'{{"kind": "health", "looked_at": ["database"], "found": {str(faults).replace(chr(39), chr(34))}}}'
            row = Envelope(channel="pk", account="", key=f"upkeep:{len(faults)}", chat="chore:upkeep", body=body)
            store(session, [row], stage.now)
        stage.settle()
        assert [each.kind for each in found(stage)] == ["database"] * len(faults)
        looks(stage, minutes=30)
    admin.sees("数据库文件有损坏（2 处）：row 5 missing from index")
    admin.sees("恢复正常：数据库文件")


@SQLITE
def test_a_months_calls_are_told_when_most_are_made_and_when_all_are(stage: Stage, admin: Actor):
    def made(calls: int) -> None:
        with stage.database.begin() as session:
            uses.add(session, ("dingtalk", "robot"), uses.month_of(stage.now), calls, 5000)

    made(3999)
    looks(stage, minutes=15)
    admin.sees_nothing_of("5000")
    made(1)
    looks(stage, minutes=15)
    admin.sees("本月已调用接口 4000 次")
    made(1000)
    looks(stage, minutes=15)
    admin.sees("已用完")
