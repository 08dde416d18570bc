"""What an operator is shown of each channel."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from bot.channels.memory import MemoryChannel
from bot.pipeline.channels import channels_command
from bot.port import Capabilities, DeliveryError
from bot.services.words import Words
from storage.models import ChannelUse, Identity, Lease, OutboxRow
from tests.dialogue import Stage

# Whatever the database, the figures are the same.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


class Checked(MemoryChannel):
    """A channel whose settings can be proven, or not."""

    mode = "stream"

    def __init__(self, name: str, trouble: Exception | None = None) -> None:
        super().__init__(name, capabilities=Capabilities(buttons=False))
        self.trouble = trouble

    async def check(self) -> str:
        if self.trouble:
            raise self.trouble
        return "the bot's name"


def say(key: str, facts: Mapping[str, str]) -> str:
    return Words().plain("en", key, **facts)


def test_each_channels_state_is_shown(stage: Stage, capsys: pytest.CaptureFixture[str]):
    wang = stage.person("wang")
    wang.sends("/help")
    later = stage.now.replace(year=2100)
    with stage.database.begin() as session:
        session.get_one(Identity, ("memory", "memory", "wang")).reachable = False
        session.add(Lease(name="sender:memory:test", holder="host-7", until=later))
        session.add(ChannelUse(channel="memory", account="test", month="2026-03", calls=4100, allowed=5000))
        last = session.query(OutboxRow).order_by(OutboxRow.id.desc()).first()
        last.state, last.expires_at = "pending", later
    code = channels_command(stage.database, [Checked("memory")], stage.now, say)

    said = capsys.readouterr().out
    assert code == 0
    told = ("memory test", "stream", "sender host-7", "1 waiting", "people: 1", "4100 of 5000", "the bot's name")
    assert [each for each in told if each not in said] == []


@pytest.mark.parametrize(
    ("reason", "advice"), [("credentials", "token or secret"), ("network", "firewall"), ("refused", "permissions")]
)
def test_what_fails_is_said_with_what_to_do(stage: Stage, capsys: pytest.CaptureFixture[str], reason: str, advice: str):
    trouble = DeliveryError(reason, permanent=True, detail="40013")
    code = channels_command(stage.database, [Checked("good"), Checked("bad", trouble)], stage.now, say)

    said = capsys.readouterr().out
    assert code == 1
    assert advice in said
    assert "40013" in said


def test_what_cannot_be_asked_is_not_said_to_be_proven_and_nothing_at_all_is_a_mistake(
    stage: Stage, capsys: pytest.CaptureFixture[str]
):
    robots = Checked("robots")
    robots.capabilities = robots.capabilities.model_copy(update={"hears": False})
    assert channels_command(stage.database, [robots], stage.now, say) == 0
    assert "the bot's name (robots only speak" in capsys.readouterr().out
    assert channels_command(stage.database, [], stage.now, say) == 1
    assert "No channel is set up" in capsys.readouterr().out


def test_it_speaks_the_language_of_the_terminal(stage: Stage, capsys: pytest.CaptureFixture[str]):
    trouble = DeliveryError("busy", permanent=False)
    channels_command(
        stage.database, [Checked("bad", trouble)], stage.now, lambda key, facts: Words().plain("zh_CN", key, **facts)
    )
    said = capsys.readouterr().out
    assert "没有通过：busy" in said
    assert not re.search(r"[a-z]{3,} [a-z]{3,}", said.replace("bad test", ""))
