"""Those who look whether it is done, and the reporters' last word."""

from __future__ import annotations

import pytest

from bot.domain.case import State
from bot.services import tokens
from tests.dialogue import Actor, Stage


@pytest.fixture
def inspector(stage: Stage) -> Actor:
    return stage.staff("inspector", unit="U-E", name="zhou")


def report(reporter: Actor) -> None:
    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")


def finish(leader: Actor, words: str = "已修补") -> None:
    leader.presses("办结")
    leader.sends_photo(caption=words)
    leader.presses("办结")


def close(reporter: Actor, leader: Actor, inspector: Actor) -> None:
    report(reporter)
    leader.presses("签收")
    finish(leader)
    inspector.presses("核查通过")


def test_what_is_not_done_goes_back_with_the_reason_and_needs_a_new_photo(
    stage: Stage, reporter: Actor, leader: Actor, inspector: Actor
):
    report(reporter)
    leader.presses("签收")
    due = stage.case.handle_due
    finish(leader)
    inspector.presses("核查不通过")
    inspector.sends("只补了一半")

    assert stage.case.state == State.REWORK
    assert stage.case.handle_due == due, "rework goes on as it was"
    leader.sees(stage.case.number, "返工：只补了一半", "办结")
    assert "还没有办好" in reporter.last.text
    leader.presses("办结")
    leader.sends("都补好了")
    assert "还缺一张" in leader.last.text
    leader.sends_photo()
    leader.presses("办结")
    inspector.presses("核查通过")
    assert stage.case.state == State.CLOSED


def test_a_tap_of_before_never_hits_a_later_reply(stage: Stage, reporter: Actor, leader: Actor, inspector: Actor):
    report(reporter)
    leader.presses("签收")
    finish(leader)
    old = inspector.tap("核查通过")
    inspector.presses("核查不通过")
    inspector.presses("没有处理")
    finish(leader, "这次真的好了")

    stage.receives(old)

    assert stage.case.state == State.PENDING_VERIFICATION


def test_nobody_verifies_their_own_work(stage: Stage, reporter: Actor):
    both = stage.staff("unit_head", unit="U-E", name="chen")
    stage.staff("inspector", name="chen")
    stage.staff("dispatcher", name="sun")
    report(reporter)
    both.presses("签收")
    finish(both)
    both.sees_nothing_of("核查通过")
    both.presses_token(f"pass.{_base36(stage.case.id)}.1")
    assert stage.case.state == State.PENDING_VERIFICATION
    both.sees("核查要换一个人")
    stage.person("sun").presses("核查通过")
    assert stage.case.state == State.CLOSED


def test_where_headquarters_itself_has_handled_it_an_executive_verifies(stage: Stage, reporter: Actor):
    dispatcher, executive = stage.staff("dispatcher", name="hq"), stage.staff("executive", name="chief")
    report(reporter)
    dispatcher.presses("签收")
    finish(dispatcher)
    dispatcher.sees_nothing_of("核查通过")

    executive.presses("核查通过")
    assert stage.case.state == State.CLOSED


def test_what_cannot_be_told_goes_to_headquarters(stage: Stage, reporter: Actor, leader: Actor, inspector: Actor):
    dispatcher = stage.staff("dispatcher")
    report(reporter)
    leader.presses("签收")
    finish(leader)
    dispatcher.sees_nothing_of("核查通过")
    inspector.presses("无法核查")
    inspector.presses("现场被挡住，看不到")

    assert stage.case.state == State.PENDING_VERIFICATION
    dispatcher.sees("已修补", "无法核查：“现场被挡住，看不到”", "核查通过")
    dispatcher.presses("核查通过")
    assert stage.case.state == State.CLOSED


def test_why_it_could_not_be_told_is_over_with_the_next_reply(
    stage: Stage, reporter: Actor, leader: Actor, inspector: Actor
):
    dispatcher = stage.staff("dispatcher")
    report(reporter)
    leader.presses("签收")
    finish(leader)
    inspector.presses("无法核查")
    inspector.presses("现场被挡住，看不到")
    dispatcher.presses("核查不通过")
    dispatcher.presses("没有处理")
    finish(leader, "这次修好了")

    inspector.sees("这次修好了", "核查通过")
    assert "无法核查：" not in inspector.last.text


def test_an_inspector_of_another_area_is_not_asked(stage: Stage, reporter: Actor, leader: Actor):
    other = stage.staff("inspector", unit="U-W")
    dispatcher = stage.staff("dispatcher")
    report(reporter)
    leader.presses("签收")
    finish(leader)

    assert other.counts() == 0
    dispatcher.sees("核查通过", "核查不通过")


def test_satisfied_with_one_tap(stage: Stage, reporter: Actor, leader: Actor, inspector: Actor):
    close(reporter, leader, inspector)
    reporter.presses("满意")

    assert stage.case.rating == 5
    reporter.sees("★★★★★", "谢谢")
    reporter.presses("3★")
    assert stage.case.rating == 3


def test_not_satisfied_reopens_with_the_whole_limit(stage: Stage, reporter: Actor, leader: Actor, inspector: Actor):
    close(reporter, leader, inspector)
    first_due = stage.case.handle_due
    stage.advance(days=2)
    reporter.presses("不满意")
    reporter.sends_photo(caption="又裂开了")

    case = stage.case
    assert (case.state, case.reopened, case.round) == (State.REWORK, 1, 2)
    assert case.handle_due > first_due
    reporter.sees(case.number, "重新办理")
    leader.sees(case.number, "上报人不满意：又裂开了")
    finish(leader)
    inspector.sees("上报人不满意：“又裂开了”", "回复")
    inspector.presses("核查通过")
    assert stage.case.state == State.CLOSED
    reporter.sees("已办结", "满意", "不满意")


def test_a_follower_is_told_too_and_may_dispute(stage: Stage, reporter: Actor, leader: Actor, inspector: Actor):
    report(reporter)
    other = stage.person("zhao")
    other.sends_photo(caption="东街农贸市场 路面破损")
    other.presses("提交")
    other.presses("就是这个")
    assert len(stage.cases) == 1
    leader.presses("签收")
    other.sees(stage.case.number, "已签收")
    finish(leader)
    inspector.presses("核查通过")
    other.sees(stage.case.number, "已办结")

    other.presses("不满意")
    other.presses("没有处理")

    assert stage.case.state == State.REWORK


def test_whoever_handled_it_does_not_rate_it(stage: Stage, reporter: Actor, leader: Actor, inspector: Actor):
    report(reporter)
    leader.presses("签收")
    leader.sends_photo(caption="东街农贸市场 路面破损")
    leader.presses("提交")
    leader.presses("就是这个")
    finish(leader)
    inspector.presses("核查通过")
    case = stage.case

    leader.sees(case.number, "已办结")
    leader.sees_nothing_of("满意")
    leader.presses_token(tokens.write("rate", case.id, f"{case.round}:5"))
    leader.sees("您经手过")
    assert stage.case.rating is None
    reporter.presses("满意")
    assert stage.case.rating == 5


def test_after_the_days_of_the_pack_it_is_too_late(stage: Stage, reporter: Actor, leader: Actor, inspector: Actor):
    close(reporter, leader, inspector)
    tap = reporter.tap("不满意")
    stage.advance(days=8)
    stage.receives(tap)
    reporter.sends("没好")

    assert stage.case.state == State.CLOSED
    reporter.sees("时间已经过了")


def _base36(number: int) -> str:
    from bot.services import tokens

    return tokens.write("x", number).split(".")[1]
