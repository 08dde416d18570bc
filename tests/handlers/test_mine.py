"""One's own cases: /my, /tasks, /case, and 撤回."""

from __future__ import annotations

from bot.domain.case import State
from tests.dialogue import Actor, Stage


def report(stage: Stage, words: str = "东街农贸市场 路面破损", name: str = "wang") -> Actor:
    reporter = stage.person(name, shown_as="王某某")
    reporter.sends_photo(caption=words)
    reporter.presses("提交")
    return reporter


def test_my_shows_the_only_report_as_a_track(stage: Stage):
    stage.staff("point_leader", unit="U-E", point="P-1")
    reporter = report(stage)
    reporter.sends("/my")
    assert "✅ 已受理" in reporter.last.text
    assert "⏳ 处理中" in reporter.last.text
    assert reporter.last.labels == ["补充", "催办", "撤回"]


def test_my_lists_several_and_opens_the_one_that_is_tapped(stage: Stage):
    report(stage)
    reporter = report(stage, "西街农贸市场 路面破损")
    first, second = stage.cases
    reporter.sends("我的")
    reporter.sees(first.number, second.number, "您的上报（2 件）")
    reporter.presses(f"{first.number} 道路破损")
    assert first.number in reporter.last.text
    assert "▫️ 已办结" in reporter.last.text


def test_my_says_kindly_that_there_is_nothing(stage: Stage):
    citizen = stage.person("new")
    citizen.sends("/my")
    citizen.sees("还没有上报过")


def test_withdrawn_while_nobody_has_taken_it(stage: Stage):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    reporter = report(stage)
    reporter.presses("撤回")
    reporter.presses("确定撤回")
    assert stage.case.state == State.VOID
    reporter.sees(stage.case.number, "已撤回")
    assert all("确定撤回" not in shown.labels for shown in reporter.messages)
    leader.sees("已作废：上报人已撤回")
    assert leader.last.labels == []


def test_not_withdrawn_once_it_is_taken(stage: Stage):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    reporter = report(stage)
    old = reporter.tap("撤回")
    leader.presses("签收")
    stage.receives(old)
    assert stage.case.state == State.HANDLING
    reporter.sees(stage.case.number, "现在是“处置中”")


def test_tasks_are_sorted_by_deadline(stage: Stage):
    leader = stage.staff("point_leader", unit="U-E", point="P-1", name="li")
    stage.staff("point_leader", unit="U-E", point="P-2", name="li")
    report(stage)
    stage.advance(hours=1)
    report(stage, "东街小学 路面破损")
    leader.sends("/tasks")
    first, second = stage.cases
    text = leader.last.text
    assert text.index(first.number) < text.index(second.number)
    stage.advance(days=7)
    leader.sends("/tasks")
    leader.sees("⚠️", "已超期")


def test_a_number_shows_to_each_what_they_may_see(stage: Stage):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    dispatcher, executive = stage.staff("dispatcher"), stage.staff("executive")
    reporter = report(stage)
    spoken = stage.case.number.replace("-", " ").lower()
    leader.sends(f"/case {spoken}")
    assert "签收" in leader.last.labels
    dispatcher.sends("/case " + stage.case.number.translate(str.maketrans("0123456789", "０１２３４５６７８９")))
    assert "改派" in dispatcher.last.labels
    executive.sends(f"/case {stage.case.number}")
    assert stage.case.pseudonym in executive.last.text
    assert executive.last.labels == ["催办", "督办"]
    reporter.sends(f"/case {stage.case.number}")
    assert "撤回" in reporter.last.labels


def test_the_running_number_alone_is_ones_own_newest_case_of_that_number(stage: Stage):
    reporter = report(stage)
    first = stage.case
    stage.advance(days=1)
    other = stage.person("other")
    other.sends("解放路与西街口 垃圾没人收")
    other.presses("提交")
    newer = stage.case
    assert first.number.split("-")[1] == newer.number.split("-")[1] == "001"
    dispatcher = stage.staff("dispatcher")

    for spoken in ("001", "1"):
        reporter.sends(f"/case {spoken}")
        assert first.number in reporter.last.text
        dispatcher.sends(f"/case {spoken}")
        assert newer.number in dispatcher.last.text
    reporter.sends("/case 037")
    reporter.sees("没有查到")


def test_for_a_stranger_a_case_is_not_there(stage: Stage):
    report(stage)
    stranger = stage.person("stranger")
    stranger.sends(f"/case {stage.case.number}")
    stranger.sees("没有查到")
    stranger.sends("/case")
    stranger.sees("请写上编号")


def test_a_forged_tap_tells_nothing(stage: Stage):
    report(stage)
    stranger = stage.person("stranger")
    stranger.presses_token("sign.zzzz.1")
    stranger.sees("过时")
    stranger.presses_token("look.zzzz.")
    stranger.sees("过时")


def test_what_came_of_a_closed_case_is_shown_again_and_can_still_be_judged(stage: Stage):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    inspector = stage.staff("inspector")
    reporter = report(stage)
    leader.presses("签收")
    leader.presses("办结")
    leader.sends_photo(caption="已修补")
    leader.presses("办结")
    inspector.presses("核查通过")

    for asking in ("/my", f"/case {stage.case.number}"):
        reporter.sends(asking)
        assert "已修补" in reporter.last.text
        assert {"满意", "不满意"} <= set(reporter.last.labels)


def test_a_list_names_no_deadline_for_what_is_over(stage: Stage):
    reporter = report(stage)
    reporter.presses("撤回")
    reporter.presses("确定撤回")
    reporter.sends_photo(caption="东街小学 路面破损")
    reporter.presses("提交")
    reporter.sends("/my")
    open_, over = reporter.last.text.splitlines()[1:]
    assert "3月4日" in open_
    assert over.endswith("已作废")
