"""Each hour platforms are asked whether they still take the settings; administrators hear once when they do not."""

from __future__ import annotations

import pytest

from bot.channels.memory import MemoryChannel
from bot.port import DeliveryError
from bot.services.health import Finding
from tests.dialogue import Actor, Stage
from tests.jobs.troubled import found, looks, waiting

pytestmark = pytest.mark.usefixtures("calm")

DEAD = DeliveryError("credentials", permanent=False, detail="40001")
AWAY = DeliveryError("network", permanent=False)
ABOUT = "other/test"


def answers(stage: Stage, trouble: DeliveryError | None) -> None:
    """Let another channel be asked at the next full hour, and answer so."""

    async def check() -> str:
        if trouble:
            raise trouble
        return "the bot's name"

    asked = MemoryChannel("other")
    asked.mode, asked.check = "stream", check
    stage.house.channels["other", "test"] = asked
    looks(stage, minutes=60)


def fails(stage: Stage) -> None:
    """Let a message have found the credentials dead."""
    waiting(stage, channel="other", account="test", reason="credentials", attempts=1)


def test_dead_credentials_are_told_once_though_nothing_is_to_be_said_and_so_is_their_end(stage: Stage, admin: Actor):
    answers(stage, DEAD)
    assert found(stage) == [Finding("credentials", ABOUT)]
    looks(stage)
    admin.sees(f"{ABOUT} 的口令或设置通不过平台的检查", "pointkeeper channels")
    answers(stage, AWAY)
    assert found(stage) == [Finding("credentials", ABOUT)], "no answer does not mean that it is over"
    assert admin.counts() == 1

    answers(stage, None)
    looks(stage, minutes=15)
    admin.sees(f"恢复正常：{ABOUT} 的口令和设置")
    assert admin.counts() == 2


def test_no_answer_is_no_trouble(stage: Stage):
    answers(stage, AWAY)
    assert found(stage) == []


def test_one_dead_token_is_one_trouble_whichever_finds_it(stage: Stage, admin: Actor):
    fails(stage)
    answers(stage, DEAD)
    assert found(stage) == [Finding("channel", ABOUT)]
    looks(stage)
    assert admin.counts() == 1


def test_what_the_check_found_first_is_not_told_again_when_sending_fails(stage: Stage, admin: Actor):
    answers(stage, DEAD)
    fails(stage)
    looks(stage, minutes=60)
    assert found(stage) == [Finding("credentials", ABOUT)]
    assert admin.counts() == 1
