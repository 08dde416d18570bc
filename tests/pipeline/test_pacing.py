"""Pacing: never faster than allowed in any window, in order, and no slower than need be. Time is virtual."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pipeline.pacing import ROOM, Bucket, Pacer
from bot.port import Capabilities, Chat, ChatKind, Outgoing, Pacing, Receipt
from tests.pipeline.conftest import Rig

TELEGRAM = Pacing(overall_per_second=30, chat_per_second=1, group_per_minute=20)


@dataclass
class Tape:
    """What arrived when."""

    rig: Rig
    weight: int = 1
    at: list[tuple[float, Chat, str]] = field(default_factory=list)

    async def send(self, chat: Chat, message: Outgoing, context: object = None) -> Receipt:
        self.at.append((self.rig.clock.now().timestamp(), chat, message.plain))
        return Receipt(id=str(len(self.at)), messages=self.weight)

    def moments(self, of: object = None) -> list[float]:
        return [at for at, chat, _ in self.at if of is None or of in {chat.id, chat.kind}]


@pytest.fixture
def tape(make_rig, monkeypatch: pytest.MonkeyPatch) -> Tape:
    rig = make_rig(capabilities=Capabilities(pacing=TELEGRAM))
    tape = Tape(rig)
    monkeypatch.setattr(rig.channel, "send", tape.send)
    return tape


def most_in_a_window(moments: list[float], seconds: float) -> int:
    """The most that ever fell into one window of so many seconds."""
    return max(sum(start <= at < start + seconds for at in moments) for start in moments)


async def test_a_burst_keeps_all_three_limits_and_the_order(tape: Tape):
    rig = tape.rig
    for number in range(30):
        for group in range(3):
            rig.says("wang", str(number), chat=rig.channel.group(f"g{group}"))
    for number in range(4):
        for who in range(60):
            rig.says(f"p{who}", str(number))
    rig.work()
    started = rig.clock.now().timestamp()
    await rig.deliver_all()

    assert len(tape.at) == 330
    assert most_in_a_window(tape.moments(), 1) <= 30
    by_chat = defaultdict(list)
    for at, chat, words in tape.at:
        by_chat[chat.id].append((at, words))
    for chat, sent in by_chat.items():
        moments, words = zip(*sent, strict=True)
        assert list(words) == [str(number) for number in range(len(words))], chat
        limit, seconds = (20, 60) if chat.startswith("g") else (1, 1)
        assert most_in_a_window(list(moments), seconds) <= limit, chat
    took = tape.at[-1][0] - started
    assert took < 30 / 20 * 60 * 1.12, f"{took:.1f} s, the groups alone need {30 / 20 * 60:.0f}"


async def test_nothing_goes_at_once_after_a_start(tape: Tape):
    tape.rig.says("wang", "1")
    tape.rig.work()
    await tape.rig.deliver()
    assert tape.at == []

    await tape.rig.deliver_all()
    assert len(tape.at) == 1


async def test_an_answer_to_a_citizen_does_not_wait_for_the_groups(tape: Tape):
    rig = tape.rig
    for number in range(40):
        rig.says("wang", str(number), chat=rig.channel.group("g"))
    rig.says("li", "hello")
    rig.work()
    started = rig.clock.now().timestamp()
    await rig.deliver_all()

    assert tape.moments("li")[0] - started < 2


async def test_the_longest_group_queue_goes_first_where_it_decides(tape: Tape):
    rig = tape.rig
    for who in range(200):
        rig.says(f"p{who}", "hello")
    for number in range(10):
        rig.says("wang", str(number), chat=rig.channel.group("g"))
    rig.work()
    await rig.deliver_all()
    last_private = tape.moments(ChatKind.PRIVATE)[-1]
    first_in_group = tape.moments("g")[0]

    assert first_in_group < last_private, "it must not wait until all others are served"


async def test_an_album_counts_as_many(tape: Tape):
    rig = tape.rig
    photos = tuple("0123456789abcdef" * 4 for _ in range(5))
    rig.handler = lambda turn: turn.post.send(turn.chat, Outgoing(photos=photos))
    rig.says("wang", "1", "2")
    rig.work()
    await rig.deliver_all()
    first, second = tape.moments()

    assert second - first >= 5


async def test_what_became_several_messages_of_the_platform_counts_as_many(make_rig, monkeypatch: pytest.MonkeyPatch):
    rig = make_rig(capabilities=Capabilities(pacing=TELEGRAM))
    tape = Tape(rig, weight=4)
    monkeypatch.setattr(rig.channel, "send", tape.send)
    rig.says("wang", "1", "2")
    rig.work()
    await rig.deliver_all()
    first, second = tape.moments()

    assert second - first >= 4


def test_a_chat_has_limits_by_the_minute_and_by_the_hour():
    pacer, now, moments = Pacer(Pacing(chat_per_minute=30, chat_per_hour=400), 0.0), 1e4, []
    chat = Chat(channel="memory", account="test", id="wang")
    while len(moments) < 500:
        now = pacer.chat_ready(chat, now)
        pacer.end(chat, 1, now)
        moments.append(now)

    assert 20 <= most_in_a_window(moments, 60) <= 30
    assert 350 <= most_in_a_window(moments, 3600) <= 400
    assert pacer.chat_ready(chat.model_copy(update={"id": "li"}), now) == now, "it is another's"


async def test_without_limits_nobody_waits(rig: Rig):
    rig.says("wang", *(str(number) for number in range(50)))
    rig.work()
    await rig.deliver()

    assert len(rig.texts("wang")) == 50


@given(
    limit=st.integers(1, 40),
    seconds=st.sampled_from([1, 60]),
    gaps=st.lists(st.floats(0, 5), min_size=1, max_size=120),
)
def test_a_bucket_never_lets_more_through_than_a_window_allows(limit: int, seconds: float, gaps: list[float]):
    bucket = Bucket.of(limit, seconds, 0.0)
    now, moments = 0.0, []
    for gap in gaps:
        now = max(now + gap, bucket.ready(1, now + gap))
        assert bucket.ready(1, now) <= now
        bucket.spend(1, now)
        moments.append(now)

    assert most_in_a_window(moments, seconds) <= limit


def test_quiet_chats_are_forgotten_and_busy_ones_are_not():
    """Whoever writes once must not be remembered for ever; a chat that was just written to keeps its pause."""
    pacer = Pacer(TELEGRAM, now=0.0)
    for number in range(10 * ROOM):
        pacer.end(Chat(channel="memory", account="test", id=str(number)), 1, 100.0 + number)
    last = Chat(channel="memory", account="test", id=str(10 * ROOM - 1))

    assert len(pacer._chats) <= 2 * ROOM
    assert pacer.chat_ready(last, 99.0 + 10 * ROOM) > 99.0 + 10 * ROOM
