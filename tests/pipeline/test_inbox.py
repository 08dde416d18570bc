"""The inbox: kept before anyone hears "OK", and once."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from bot.pipeline.inbox import Inbox, partition
from bot.port import Press
from storage.models.pipeline import PARTITIONS
from tests.pipeline.conftest import Rig


async def test_put_returns_after_the_commit(rig: Rig):
    inbox = Inbox(rig.keep)
    await inbox.put([rig.channel.says("wang", "hello")])

    (row,) = rig.inbox()
    assert (row.channel, row.chat, row.state) == ("memory", "memory:test:wang", "pending")
    assert 0 <= row.partition < PARTITIONS


async def test_a_redelivery_changes_nothing(rig: Rig):
    inbox = Inbox(rig.keep)
    envelope = rig.channel.says("wang", "hello", key="1")
    await inbox.put([envelope, envelope])
    rig.work()
    await inbox.put([envelope])

    assert [row.state for row in rig.inbox()] == ["done"]
    assert rig.work() == 0


async def test_an_id_that_is_taken_is_no_redelivery(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("storage.queries.inbox.new_id", lambda: 7)
    inbox = Inbox(rig.keep)
    await inbox.put([rig.channel.says("wang", "hello")])
    with pytest.raises(IntegrityError):
        await inbox.put([rig.channel.says("li", "hello")])


async def test_taps_are_told_as_soon_as_they_are_committed(rig: Rig):
    told = []
    inbox = Inbox(rig.keep, pressed=lambda taps: told.append((taps, len(rig.inbox()))))
    taps = [Press(token="x", press_id="p1"), Press(token="x"), "no tap"]
    await inbox.put([rig.channel.says("wang", each) for each in taps])

    assert told == [([(("memory", "test"), "p1")], 3)]


def test_a_chat_stays_in_its_partition():
    assert partition("telegram:1:42") == 4
    assert len({partition(f"telegram:1:{number}") for number in range(2000)}) == PARTITIONS
