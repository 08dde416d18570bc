"""The pace at which members are written to: below what WeCom takes, whatever a message becomes."""

from __future__ import annotations

import random

import pytest

from bot.channels.wecom.saying import CAPABILITIES
from bot.pipeline.pacing import Pacer
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
