"""Several channels in one process: each is spoken to by its own means, and every answer finds its chat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.channels.degrade import size
from bot.domain.case import State
from bot.domain.roles import Role
from bot.port import Capabilities, Chat, DeliveryError, Media
from bot.services.digesting import digests
from tests.dialogue import Actor, Stage

BARE = Capabilities(buttons=False, max_buttons=0, edits=False, location_in=False, location_out=False)
DEAF = BARE.model_copy(update={"hears": False, "text_limit": 500, "text_unit": "utf8"})
"""A robot that speaks in one group, little at a time."""


@pytest.fixture
def stage(make_stage: Any) -> Stage:
    return make_stage(more={"bare": BARE, "robots": DEAF})


def answers(actor: Actor, label: str, *, write: str = "{}") -> None:
    """Answer with the number that the newest message gives this label, in some way of writing it."""
    before = actor.sees(f". {label}").text.rsplit(f". {label}", 1)[0]
    actor.sends(write.format(before.rsplit("\n", 1)[-1]))


def test_a_citizen_here_a_leader_there_and_the_digest_in_a_group_that_only_listens(stage: Stage):
    wang = stage.person("wang", shown_as="王某某")
    leader = stage.staff(Role.LEADER, unit="U-E", point="P-1", name="li", on="bare")
    inspector = stage.staff(Role.INSPECTOR, name="zhou", on="bare")
    group, leaders = stage.group("东街", unit="U-E", on="robots"), stage.group("全体", unit="", on="robots")
    wang.sends_photo(caption="东街农贸市场 路面破损")
    wang.presses("提交")
    number = stage.case.number
    group.sees(number)
    group.sees_nothing_of("签收", "1.")
    leader.sees_nothing_of("王某某")
    assert leader.last.labels == []

    answers(leader, "签收")
    wang.sees(number, "已签收")
    answers(leader, "办结")
    leader.sends_photo(caption="已修补")
    answers(leader, "办结")
    answers(inspector, "核查通过")
    assert stage.case.state == State.CLOSED
    wang.presses("不满意")
    wang.sends("又坏了")
    leader.sees(number, "又坏了")

    stage.advance(hours=1)
    order_a_digest(stage, leaders.chat)
    leaders.sees("小城区日报")
    leaders.sees_nothing_of("其余内容见表格")
    assert all(size(shown.text, "utf8") <= DEAF.text_limit for shown in leaders.messages)
    assert not any(shown.labels or "1." in shown.text for shown in leaders.messages)


def order_a_digest(stage: Stage, chat: Chat) -> None:
    today = stage.now.toordinal()
    what = digests.read(f"d{today}-{today}.", stage.city)
    assert what is not None
    with stage.desk() as desk:
        ordered = digests.Order(what, "zh_CN", (chat,), "key", stage.now + timedelta(hours=1))
        digests.order(desk, ordered, digests.room(DEAF))


def test_a_photo_that_came_late_comes_alone_to_whom_the_card_cannot_be_shown_anew(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    wang = stage.person("wang")
    leader = stage.staff(Role.LEADER, unit="U-E", point="P-1", on="bare")
    group = stage.group("东街", unit="U-E", on="robots")
    with monkeypatch.context() as patch:
        patch.setattr(stage.channel, "fetch", busy)
        wang.sends_photo(caption="东街农贸市场 路面破损")
        wang.presses("提交")
    card, seen_in_group = leader.last, group.counts()
    assert card.message.photos == ()
    stage.advance(minutes=10)
    assert leader.messages[-2:] == [card, leader.last]
    assert len(leader.last.message.photos) == 1
    assert leader.last.text == f"{stage.case.number} 道路破损", "the card stands above"
    assert group.counts() == seen_in_group, "nobody there need see it to act"

    answers(leader, "签收")
    answers(leader, "办结")
    leader.sends_photo(caption="已修补")
    answers(leader, "办结")
    assert stage.case.state == State.PENDING_VERIFICATION


async def busy(_media: Media) -> bytes:
    raise DeliveryError("busy", permanent=False, retry_after=60)


def test_whoever_is_only_where_nothing_runs_any_more_is_not_reached(make_stage: Any):
    """The leader had joined on a channel that was switched off: the unit's head is asked, and the card says why."""
    make_stage(more={"bare": BARE}).staff(Role.LEADER, unit="U-E", point="P-1", name="li", on="bare")
    stage = make_stage()
    head = stage.staff(Role.UNIT_HEAD, unit="U-E")
    wang = stage.person("wang")
    wang.sends_photo(caption="东街农贸市场 路面破损")
    wang.presses("提交")

    assert stage.case.owner_id == head.person.id
    assert stage.case.stepped_in == "unreachable"


def test_from_report_to_close_by_numbers_alone_however_they_are_written(stage: Stage):
    wang = stage.person("wang", on="bare")
    leader = stage.staff(Role.LEADER, unit="U-W", point="P-3", name="li", on="bare")
    inspector = stage.staff(Role.INSPECTOR, name="zhou", on="bare")
    wang.sends_photo(caption="西街农贸市场 路面破损")
    wang.sends("三")
    wang.sees("请重新告诉我地点", "返回")
    wang.sends("西街农贸市场")
    answers(wang, "提交", write="第{}个")
    answers(leader, "签收", write="({})")
    answers(leader, "办结", write="{}。")
    leader.sends_photo(caption="已修补")
    answers(leader, "办结", write="选{}")
    answers(inspector, "核查通过", write="{}️⃣")
    assert stage.case.state == State.CLOSED
    wang.sends("５★")

    assert stage.case.rating == 5
