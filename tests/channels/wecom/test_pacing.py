"""The pace at which members are written to: below what WeCom takes, whatever a message becomes."""

from __future__ import annotations

import random

import pytest

from bot.channels.dingtalk import DingTalkRobots
from bot.channels.wecom import WeComGroups
from bot.channels.wecom.saying import CAPABILITIES
from bot.pipeline.pacing import Pacer
from bot.port import ChatKind
from tests.channels.surroundings import Shelf
from tests.channels.wecom.test_delivering import ALICE
from tests.fakes.wecom import Chat
from tests.fakes.wecom.rules import MEMBER

MOST = 8
"""WeCom's messages that one of ours becomes: a photo each, pages, the card."""


@pytest.mark.parametrize("costs", [[1], [MOST], range(1, MOST + 1)], ids=["small", "big", "mixed"])
@pytest.mark.parametrize("begin", [0.0, 1e5], ids=["after a start", "long after"])
def test_nothing_ever_vanishes(costs: list[int], begin: float):
    chance, pacer, now = random.Random(7), Pacer(CAPABILITIES.pacing, 0.0), begin
    chat, written = Chat(), 0
    while now - begin < 1.5 * 3600:
        now = pacer.chat_ready(ALICE, now)
        cost = chance.choice(costs)
        pacer.end(ALICE, cost, now)
        for _ in range(cost):
            chat.is_full(now, MEMBER)
        written += cost
    assert chat.dropped == 0
    assert written > 1200, "and it is not slow for that"


@pytest.mark.parametrize(("robots", "most"), [(WeComGroups({}, Shelf()), 6), (DingTalkRobots({}), 5)])
def test_no_robot_says_more_than_twenty_things_a_minute(robots, most: int):
    """More is refused for a minute, or for ten."""
    pacer, now, said = Pacer(robots.capabilities.pacing, 0.0), 1e5, []
    group = ALICE.model_copy(update={"kind": ChatKind.GROUP})
    chance = random.Random(7)
    while now < 1e5 + 1800:
        now = pacer.chat_ready(group, now)
        cost = chance.choice([1, most])
        pacer.end(group, cost, now)
        said += [now] * cost
    assert max(sum(at - 60 < each <= at for each in said) for at in said) <= 20
