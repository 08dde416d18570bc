"""What counts as trouble, and what does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.jobs import timetable
from bot.pipeline.inbox import store
from bot.port import DeliveryError, Envelope
from bot.services.health import Finding
from storage.models import JobRun
from tests.dialogue import Actor, Stage
from tests.jobs.troubled import found, waiting

pytestmark = pytest.mark.usefixtures("calm")
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what hangs on no database."""


def test_a_message_that_nobody_delivers_is(stage: Stage):
    waiting(stage, age=timedelta(minutes=14))
    assert found(stage) == []
    waiting(stage, age=timedelta(minutes=16))
    waiting(stage, channel="other", age=timedelta(minutes=17))
    assert sorted(found(stage), key=lambda each: each.about) == [
        Finding("outbox", "gone/x", {"n": 1, "minutes": 16}), Finding("outbox", "other/x", {"n": 1, "minutes": 17}),
    ]  # fmt: skip


def test_a_message_for_later_or_one_that_has_expired_is_not(stage: Stage):
    waiting(stage, age=timedelta(hours=1), not_before=stage.now + timedelta(hours=1))
    waiting(stage, age=timedelta(days=3))
    assert found(stage) == []


def test_a_dead_token_is_and_stands_for_the_messages_that_wait_for_it(stage: Stage):
    waiting(stage, age=timedelta(minutes=16), reason="credentials", attempts=1)
    waiting(stage, chat="d", age=timedelta(minutes=16))
    assert found(stage) == [Finding("channel", "gone/x")]


def test_a_channel_on_which_everybody_refuses_is_but_not_one_where_some_do(stage: Stage):
    for number in range(5):
        waiting(stage, chat=str(number), state="failed", reason="blocked: Forbidden")
    assert found(stage) == [Finding("channel", "gone/x")]
    waiting(stage, chat="6", state="sent")
    assert found(stage) == []


@SQLITE
def test_a_real_dead_token_is_noticed(stage: Stage, admin: Actor):
    stage.channel.fail(*[DeliveryError("credentials", permanent=False, retry_after=900)] * 9)
    stage.person("wang").sends("你好")
    assert found(stage) == [Finding("channel", "memory/test")]


def test_an_inbox_that_nobody_works_is(stage: Stage):
    with stage.database.begin() as session:
        store(session, [Envelope(channel="m", account="t", key="1", chat="c", body="{}")], stage.now)
    stage.clock.move(timedelta(minutes=6))
    assert found(stage) == [Finding("inbox", "", {"n": 1, "minutes": 6})]


def test_a_job_whose_slot_was_not_worked_is(stage: Stage):
    slot = stage.now - timedelta(minutes=30)
    with stage.database.begin() as session:
        for name, at in (("late", slot - timedelta(hours=1)), ("fine", slot), ("early", stage.now)):
            session.add(JobRun(job=name, slot=at, part=1, worked_at=at))
    expected = dict.fromkeys(("late", "fine", "early", "never"), slot)
    assert found(stage, expected) == [Finding("clock", "late"), Finding("clock", "never")]


@SQLITE
def test_a_slot_may_be_worked_ten_minutes_late(stage: Stage):
    slot = stage.now.replace(minute=0)
    name = "health"
    assert timetable.expected(slot + timedelta(minutes=9), stage.city)[name] == slot - timedelta(minutes=5)
    assert timetable.expected(slot + timedelta(minutes=10), stage.city)[name] == slot
