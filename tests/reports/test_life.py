"""A case that lives through it all, told by people in a chat, and what the figures make of it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.reports.digest import DISTRICT, Digest, Kind, collect
from bot.reports.period import period_of
from bot.reports.tally import Tally
from tests.dialogue import Actor, Stage

ZONE = ZoneInfo("Asia/Shanghai")


def asked(stage: Stage) -> Digest:
    """Return the digest of today so far."""
    period = period_of(Kind.ASKED, stage.now, ZONE)
    with stage.reading() as session:
        return collect(session, stage.city, period, DISTRICT, now=stage.now, kind=Kind.ASKED)


def hand_in(leader: Actor) -> None:
    leader.presses("办结")
    leader.sends_photo(caption="已修补")
    leader.presses("办结")


def test_what_happens_to_a_case_in_the_chat_is_what_is_counted(stage: Stage):
    reporter, dispatcher = stage.person("wang"), stage.staff("dispatcher", name="sun")
    leader = stage.staff("point_leader", unit="U-E", point="P-1", name="li")
    inspector = stage.staff("inspector", unit="U-E", name="zhou")

    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")
    stage.advance(minutes=10)
    made = asked(stage)
    assert made.block("totals").now == Tally(received=1, opened=1, dispatched=1)
    assert [(row.turn.unit, row.standing.open) for row in made.block("standing").owners] == [("U-E", 1)]

    leader.presses("签收")
    leader.presses("申请延期")
    leader.presses("要等材料或设备")
    dispatcher.presses("批准")
    hand_in(leader)
    stage.advance(minutes=10)
    assert [row.turn.function for row in asked(stage).block("standing").owners] == ["verifiers"]

    inspector.presses("核查不通过")
    inspector.sends("只补了一半")
    hand_in(leader)
    inspector.presses("核查通过")
    reporter.presses("满意")
    stage.advance(minutes=10)
    once = Tally(received=1, opened=1, dispatched=1, extended=1, reworked=1, closed=1, rated=1, satisfied=1)
    assert asked(stage).block("totals").now == once
    assert asked(stage).block("standing") is None

    reporter.presses("不满意")
    reporter.sends_photo(caption="又裂开了")
    stage.advance(minutes=10)
    again = Tally(received=1, opened=1, dispatched=1, extended=1, reworked=1, reopened=1)
    assert asked(stage).block("totals").now == again, "what was closed is open again, and its rating is void"
    assert asked(stage).block("reopened").rows == (("U-E", 1, 1),)

    stage.advance(days=9)
    assert asked(stage).block("standing").whole.overdue == 1
