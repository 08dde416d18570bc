"""More time, or none for now: 申请延期, 申请挂账, 批准, 不批准, 恢复办理."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.case import State
from bot.services import history, tokens
from storage.models import Event
from tests.dialogue import Actor, Stage

DUE = "3月4日 09:00"
LATER = "3月6日 09:00"


@pytest.fixture
def dispatcher(stage: Stage) -> Actor:
    return stage.staff("dispatcher", name="sun")


def in_hand(reporter: Actor, leader: Actor) -> None:
    """Report, and let the leader take it; it is due on Wednesday at nine."""
    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")
    leader.presses("签收")


def hand_in(leader: Actor) -> None:
    leader.presses("办结")
    leader.sends_photo(caption="已修补")
    leader.presses("办结")


def test_more_time_is_asked_for_with_one_tap_granted_with_one_and_the_reporter_hears_until_when_and_why(
    stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor
):
    in_hand(reporter, leader)
    leader.presses("申请延期")
    leader.sees("为什么要延期", "要等材料或设备", "要等其他单位配合", "取消")
    leader.presses("要等材料或设备")
    leader.sees("延期申请已送出")
    leader.sees(stage.case.number, "申请延期，等创城办批准：“要等材料或设备”")
    assert stage.case.state == State.HANDLING

    dispatcher.sees(stage.case.number, "申请延期，等创城办批准：“要等材料或设备”", "批准", "不批准")
    dispatcher.presses("批准")

    reporter.sees(stage.case.number, f"期限改到 {LATER}。原因：要等材料或设备")
    reporter.sees(f"最迟 {LATER} 办好")
    leader.sees(f"期限：{LATER}", "办结", "申请挂账")
    assert "批准" not in dispatcher.last.labels
    with stage.reading() as session:
        assert history.verify_all(session) == []


def test_words_for_colleagues_are_not_read_by_the_reporter(
    stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor
):
    in_hand(reporter, leader)
    leader.presses("申请延期")
    leader.sends("等某某同意")
    dispatcher.sees("“等某某同意”")
    dispatcher.presses("批准")

    reporter.sees(f"期限改到 {LATER}。原因：承办单位说明了情况，已经同意")
    reporter.sees_nothing_of("等某某同意")


def test_a_common_reason_is_told_in_the_readers_language(stage: Stage, leader: Actor, dispatcher: Actor):
    foreigner = stage.person("smith", language="en")
    foreigner.sends_photo(caption="东街农贸市场 路面破损")
    foreigner.presses("Submit")
    leader.presses("签收")
    leader.presses("申请延期")
    leader.presses("天气原因，暂时不能施工")
    dispatcher.presses("批准")
    foreigner.sees("is now due", "The weather does not allow it yet")


def test_not_granted_the_deadline_stands_and_the_handler_reads_why(
    stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor
):
    in_hand(reporter, leader)
    heard = reporter.counts()
    leader.presses("申请延期")
    leader.presses("要等其他单位配合")
    seen = leader.counts()
    dispatcher.presses("不批准")
    dispatcher.sees("为什么不批准延期")
    dispatcher.presses("可以按期办好")

    assert leader.counts() == seen + 1, "a message of its own, since the handler must act"
    leader.sees("申请没有批准：“可以按期办好”", f"期限：{DUE}", "申请延期")
    assert reporter.counts() == heard


def test_one_thing_at_a_time(stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor):
    in_hand(reporter, leader)
    other = leader.tap("申请挂账")
    leader.presses("申请延期")
    leader.presses("天气原因，暂时不能施工")
    assert "申请挂账" not in leader.sees(stage.case.number, "办结", "退回").labels

    stage.receives(other)

    leader.sees("一次只能申请一项")
    assert stage.case.request == "extension"
    dispatcher.sees("申请延期")


def test_after_the_deadline_there_is_nothing_to_extend(stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor):
    in_hand(reporter, leader)
    old = leader.tap("申请延期")
    stage.advance(days=3)
    stage.receives(old)
    leader.sees("期限已经过了，不能再申请延期")

    leader.sends(f"/case {stage.case.number}")
    assert "申请延期" not in leader.last.labels
    assert "申请挂账" in leader.last.labels
    assert stage.case.request == ""
    dispatcher.sees_nothing_of("申请延期，")


def test_what_is_granted_late_still_counts_from_the_old_deadline(
    stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor
):
    in_hand(reporter, leader)
    leader.presses("申请延期")
    leader.presses("要等材料或设备")
    stage.advance(days=3)
    dispatcher.presses("批准")
    reporter.sees("期限改到")
    assert stage.case.handle_due == (stage.now + timedelta(days=1)), "Friday at nine, not Monday"


def test_a_second_extension_is_for_an_executive(stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor):
    executive = stage.staff("executive", name="zhao")
    in_hand(reporter, leader)
    leader.presses("申请延期")
    leader.presses("要等材料或设备")
    executive.sees_nothing_of(stage.case.number)
    dispatcher.presses("批准")
    seen = dispatcher.counts()

    leader.presses("申请延期")
    leader.presses("天气原因，暂时不能施工")
    assert dispatcher.counts() == seen
    executive.sees(stage.case.number, "再次申请延期，等领导批准", "批准", "不批准")
    dispatcher.presses("批准")  # the one of before
    dispatcher.sees("再延期要由领导批准")
    dispatcher.sends("/queue")
    dispatcher.presses(f"{stage.case.number} 道路破损")
    assert "批准" not in dispatcher.last.labels

    executive.presses("批准")
    assert stage.case.extensions == 2
    reporter.sees("期限改到 3月10日 09:00。原因：天气原因")


def test_where_no_executive_has_joined_headquarters_decides_again(
    stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor
):
    in_hand(reporter, leader)
    for _ in range(2):
        leader.presses("申请延期")
        leader.presses("要等材料或设备")
        dispatcher.presses("批准")
    assert stage.case.extensions == 2


def test_nobody_grants_what_they_ask_for(stage: Stage, reporter: Actor, dispatcher: Actor):
    executive = stage.staff("executive", name="zhao")
    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")
    dispatcher.presses("签收")
    dispatcher.sends(f"/case {stage.case.number}")
    dispatcher.presses_token(tokens.write("ask_extension", stage.case.id, 1))
    dispatcher.presses("要等材料或设备")
    dispatcher.presses_token(tokens.write("grant_extension", stage.case.id, 1))

    dispatcher.sees("申请要别人来批")
    assert stage.case.request == "extension"
    executive.presses("批准")
    assert stage.case.extensions == 1


def test_suspended_the_clock_pauses_and_taken_up_again_it_goes_on_with_what_was_left(
    stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor
):
    in_hand(reporter, leader)
    stage.advance(hours=1)
    leader.presses("申请挂账")
    leader.presses("要列入工程计划")
    dispatcher.sees("申请挂账，等创城办批准", "批准", "不批准")
    dispatcher.presses("批准")

    assert stage.case.state == State.SUSPENDED
    reporter.sees(stage.case.number, "先挂账，期限暂停", "原因：要列入工程计划")
    reporter.sees("已挂账，东街农贸市场点位长（东街街道）会继续跟进")
    leader.sees("已挂账", "恢复办理")
    assert "办结" not in leader.last.labels

    stage.advance(days=14)
    leader.sends("/tasks")
    assert f"{stage.case.number} 道路破损 · 东街农贸市场 · 挂账" in leader.last.text
    assert "超期" not in leader.last.text
    leader.sends(f"/case {stage.case.number}")
    seen = leader.counts()
    leader.presses("恢复办理")
    assert stage.case.state == State.HANDLING
    assert leader.counts() == seen, "the card that was tapped will do"
    reporter.sees(stage.case.number, "恢复办理，东街农贸市场点位长（东街街道）最迟 3月18日 09:00 办好")
    hand_in(leader)
    assert stage.case.state == State.PENDING_VERIFICATION


def test_headquarters_takes_up_again_what_was_suspended_and_calls_the_handler(
    stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor
):
    in_hand(reporter, leader)
    leader.presses("申请挂账")
    leader.presses("季节原因，现在做不了")
    dispatcher.presses("批准")
    seen = leader.counts()
    dispatcher.presses("恢复办理")

    assert leader.counts() == seen + 1
    assert "办结" in leader.last.labels


def test_not_suspended_the_clock_goes_on(stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor):
    in_hand(reporter, leader)
    due = stage.case.handle_due
    leader.presses("申请挂账")
    leader.presses("权属不清，正在协调")
    dispatcher.presses("不批准")
    dispatcher.sends("先补一补")
    assert (stage.case.state, stage.case.handle_due, stage.case.request) == (State.HANDLING, due, "")
    leader.sees("申请没有批准：“先补一补”")


def test_what_was_suspended_while_it_was_redone_goes_back_to_that(
    stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor
):
    stage.staff("inspector", name="zhou")
    in_hand(reporter, leader)
    due = stage.case.handle_due
    hand_in(leader)
    stage.person("zhou").presses("核查不通过")
    stage.person("zhou").sends("只补了一半")
    assert stage.case.handle_due == due, "rework does not start it anew"
    leader.presses("申请挂账")
    leader.presses("要列入工程计划")
    dispatcher.presses("批准")
    leader.presses("恢复办理")

    assert (stage.case.state, stage.case.handle_due) == (State.REWORK, due)
    leader.sees("正在返工：只补了一半", "办结")


def test_a_request_ends_when_the_work_does(stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor):
    in_hand(reporter, leader)
    leader.presses("申请延期")
    leader.presses("要等材料或设备")
    grant = dispatcher.tap("批准")
    dispatcher.sends("/queue")
    dispatcher.sees(stage.case.number, "申请延期，等批准")
    hand_in(leader)

    assert stage.case.request == ""
    dispatcher.sends("/queue")
    dispatcher.sees("没有等您处理")
    stage.receives(grant)
    dispatcher.sees("后来有了变化，现在是“待核查”")
    assert stage.case.extensions == 0


def test_a_request_of_whoever_had_it_ends_when_it_goes_to_another(
    stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor
):
    stage.staff("unit_head", unit="U-W", name="chen")
    in_hand(reporter, leader)
    leader.presses("申请延期")
    leader.presses("要等材料或设备")
    dispatcher.presses("改派")
    dispatcher.sends("西街街道")
    dispatcher.presses("派给西街街道")
    assert (stage.case.state, stage.case.request) == (State.PENDING_SIGNING, "")


def test_a_dispute_begins_anew_with_the_whole_limit_and_the_first_extension(
    stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor
):
    in_hand(reporter, leader)
    leader.presses("申请延期")
    leader.presses("要等材料或设备")
    dispatcher.presses("批准")
    hand_in(leader)
    dispatcher.presses("核查通过")
    stage.advance(days=1)
    reporter.presses("不满意")
    reporter.presses("又出现了")
    assert stage.case.extensions == 0
    assert stage.case.handle_due == stage.now + timedelta(days=2)
    reporter.sees("重新办理", "最迟 3月5日 09:00 办好")


def test_the_history_tells_what_was_asked_and_granted(stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor):
    in_hand(reporter, leader)
    leader.presses("申请挂账")
    leader.presses("要列入工程计划")
    dispatcher.presses("批准")
    leader.presses("恢复办理")
    with stage.reading() as session:
        done = [event.action for event in session.query(Event).order_by(Event.seq)]
        assert done[-3:] == ["ask_suspension", "grant_suspension", "resume"]
        assert history.verify_all(session) == []


def test_nothing_is_asked_for_that_nobody_could_decide(stage: Stage, reporter: Actor):
    alone = stage.staff("dispatcher", name="sun")
    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")
    alone.presses("签收")
    alone.presses("申请延期")
    alone.sees("现在没有别的人能批准")
    alone.sees_nothing_of("为什么要延期")

    stage.staff("executive", name="zhou")
    alone.presses("申请延期")
    alone.sees("为什么要延期")


def test_headquarters_grants_a_further_extension_where_the_only_executive_has_handled_the_case(
    stage: Stage, reporter: Actor, leader: Actor, dispatcher: Actor
):
    executive = stage.staff("executive", name="zhou")
    stage.staff("unit_head", unit="D-CG", name="zhou")
    in_hand(reporter, leader)
    leader.presses("退回")
    leader.presses("不归我单位管")
    executive.presses("签收")
    for _ in range(2):
        executive.presses("申请延期")
        executive.presses("要等材料或设备")
        dispatcher.presses("批准")
    assert stage.case.extensions == 2
