"""Those who put it right: 签收, 退回, 办结."""

from __future__ import annotations

import pytest

from bot.domain.case import State
from bot.port import DeliveryError, Media
from bot.services import history, tokens
from storage.models import Event
from tests.dialogue import Actor, Stage


def report(reporter: Actor, words: str = "东街农贸市场 路面破损") -> None:
    """Report by one photo and one tap."""
    reporter.sends_photo(caption=words)
    reporter.presses("提交")


def test_a_leader_takes_a_case_and_finishes_it_with_one_photo_and_a_caption(stage: Stage, reporter: Actor):
    leader = stage.staff("point_leader", unit="U-E", point="P-1", name="li")
    inspector = stage.staff("inspector", name="zhou")
    report(reporter)
    number = stage.case.number
    reporter.sees(number, "已交东街农贸市场点位长（东街街道）", "3月4日 09:00")
    leader.sees(number, "东街农贸市场", "路面破损", "签收", "退回", "2 个工作日")

    leader.presses("签收")
    leader.sees(number, "办结", "退回")
    reporter.sees(number, "已签收")

    leader.presses("办结")
    leader.sends_photo(caption="已修补")
    leader.presses("办结")
    leader.sees("等待核查")
    assert stage.case.state == State.PENDING_VERIFICATION

    inspector.sees(number, "已修补", "核查通过", "核查不通过", "无法核查")
    inspector.presses("核查通过")
    assert stage.case.state == State.CLOSED
    reporter.sees(number, "已办结", "已修补", "满意", "不满意", "5★")


def test_another_tap_on_the_case_card_loses_nothing_that_was_sent_and_hands_in_what_is_whole(
    stage: Stage, reporter: Actor
):
    leader = stage.staff("point_leader", unit="U-E", point="P-1", name="li")
    report(reporter)
    leader.presses("签收")
    on_the_card = leader.tap("办结")

    leader.presses("办结")
    leader.sends_photo()
    leader.presses("办结")
    assert "再写几个字" in leader.last.text
    leader.sends("已修补")
    leader.sees("没问题就点")
    stage.receives(on_the_card)

    leader.sees("等待核查")
    assert stage.case.state == State.PENDING_VERIFICATION


def test_the_handling_side_never_learns_who_reported(stage: Stage, reporter: Actor):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    group = stage.group("东街", unit="U-E")
    dispatcher = stage.staff("dispatcher")
    report(reporter)

    for place in (leader, group, dispatcher):
        place.sees_nothing_of("王某某", "wang", str(reporter.person.id))
    leader.sees("上报人代号", stage.case.pseudonym)
    with stage.reading() as session:
        assert all(str(reporter.person.id) not in event.actor for event in session.query(Event))


def test_of_two_who_take_it_at_once_one_gets_it_and_the_other_is_told_who(stage: Stage, reporter: Actor):
    first = stage.staff("point_leader", unit="U-E", point="P-1", name="li")
    second = stage.staff("point_leader", unit="U-E", point="P-2", name="zhao")
    group = stage.group("东街", unit="U-E")
    report(reporter)

    stage.receives(first.tap("签收"), second.tap("签收", on=group))

    assert stage.case.handler_id == first.person.id
    group.sees("由li签收")
    group.sees(stage.case.number, "签收人：li")


def test_a_case_is_claimed_in_the_units_group_by_one_tap_and_its_card_lives_on(stage: Stage, reporter: Actor):
    stage.staff("unit_head", unit="U-E", name="head")
    colleague = stage.staff("point_leader", unit="U-E", point="P-2", name="zhao")
    group = stage.group("东街", unit="U-E")
    report(reporter)
    assert group.counts() == 1

    colleague.presses("签收", on=group)

    assert group.counts() == 1
    group.sees("签收人：zhao")
    colleague.sees(stage.case.number, "办结")


def test_a_stranger_in_the_group_cannot_take_it(stage: Stage, reporter: Actor):
    stage.staff("unit_head", unit="U-E")
    group = stage.group("东街", unit="U-E")
    report(reporter)

    stage.person("stranger").presses("签收", on=group)

    assert stage.case.state == State.PENDING_SIGNING


def test_handed_back_once_it_goes_on_by_itself_then_the_dispatcher_decides(stage: Stage, reporter: Actor):
    leader = stage.staff("point_leader", unit="U-E", point="P-1", name="li")
    office = stage.staff("unit_head", unit="D-CG", name="chen")
    dispatcher = stage.staff("dispatcher", name="sun")
    report(reporter)
    due = stage.case.handle_due

    leader.presses("退回")
    assert "已转办" not in leader.sees("为什么退回", "不在我的责任区", "取消").text
    leader.presses("不在我的责任区")
    assert stage.case.state == State.PENDING_SIGNING
    assert stage.case.transfers == 1
    assert stage.case.handle_due == due, "handing back moves no deadline"
    leader.sees("转由别处办理")

    office.sees(stage.case.number, "已转办 1 次", "退回原因：“不在我的责任区”")
    office.presses("退回")
    office.sends("这条路归街道管")
    assert stage.case.state == State.PENDING_DISPATCH
    dispatcher.sees(stage.case.number, "已转办 2 次", "退回原因：“这条路归街道管”", "派给东街街道")
    dispatcher.presses("其他单位")
    assert dispatcher.sees("写出名称").labels == ["取消"], "those on the card are not offered again"


def test_an_old_button_is_answered_kindly(stage: Stage, reporter: Actor):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    stage.staff("unit_head", unit="D-CG")
    report(reporter)
    old = leader.tap("签收")
    leader.presses("退回")
    leader.presses("不归我单位管")

    stage.receives(old)

    assert stage.case.state == State.PENDING_SIGNING
    assert stage.case.handler_id is None
    leader.sees("过时")


def test_a_reply_needs_words_and_a_photo(stage: Stage, reporter: Actor):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    report(reporter)
    leader.presses("签收")
    leader.presses("办结")
    leader.sends("修好了")
    assert "还缺一张" in leader.last.text
    assert "办结" not in leader.last.labels
    leader.sends_photo()
    assert "照片 1 张，“修好了”" in leader.last.text
    leader.presses("取消")
    assert stage.case.state == State.HANDLING


def test_a_question_that_was_answered_has_nothing_left_to_tap(stage: Stage, reporter: Actor):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    inspector = stage.staff("inspector")
    report(reporter)
    leader.presses("签收")
    leader.presses("办结")
    leader.sends("修好了")
    leader.sends_photo()
    said = leader.counts()
    leader.presses("办结")

    assert leader.counts() == said, "what came of it stands where it was tapped"
    assert "等待核查" in leader.last.text
    leader.sees_nothing_of("取消")
    leader.sees("还缺一张")

    inspector.presses("核查不通过")
    inspector.sends("只补了一半")
    inspector.sees_nothing_of("取消", "没有处理干净")
    assert "返工" in inspector.last.text


def test_answering_about_one_case_leaves_the_question_about_another_open(stage: Stage, reporter: Actor):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    report(reporter)
    report(reporter, "东街农贸市场 垃圾成堆")
    first, second = stage.cases
    leader.presses(tokens.write("return", first.id, 1))
    give = leader.last.choice("不归我单位管")
    leader.presses(tokens.write("return", second.id, 1))
    assert give is not None
    leader.presses_token(give.token)

    assert [case.transfers for case in stage.cases] == [1, 0]
    leader.sends("地点不对")
    assert [case.transfers for case in stage.cases] == [1, 1]


@pytest.mark.parametrize("way_out", ["/cancel", "取消"])
def test_leaving_a_question_about_a_case_keeps_the_report_that_lies_below(stage: Stage, reporter: Actor, way_out: str):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    report(reporter)
    leader.sends("东街小学 路面破损")
    leader.presses("退回")
    leader.sends(way_out)
    leader.sees("好的，不改了")
    leader.presses("提交")
    assert [case.reporter_id == leader.person.id for case in stage.cases] == [False, True]
    assert stage.cases[0].state == State.PENDING_SIGNING


async def busy(media: Media) -> bytes:
    """What a platform says that cannot give the photo just now."""
    raise DeliveryError("busy", permanent=False, retry_after=60, detail=media.ref)


def test_a_reply_whose_photo_is_on_its_way_takes_effect_when_it_arrives(
    stage: Stage, reporter: Actor, monkeypatch: pytest.MonkeyPatch
):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    report(reporter)
    leader.presses("签收")
    leader.presses("办结")
    with monkeypatch.context() as trouble:
        trouble.setattr(stage.channel, "fetch", busy)
        leader.sends_photo(caption="修好了")
        leader.presses("办结")
    leader.sees("照片传完就生效")
    assert stage.case.state == State.HANDLING

    stage.advance(minutes=30)

    assert stage.case.state == State.PENDING_VERIFICATION


def test_when_that_photo_turns_out_to_be_none_another_is_asked_for(
    stage: Stage, reporter: Actor, monkeypatch: pytest.MonkeyPatch
):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    report(reporter)
    leader.presses("签收")
    leader.presses("办结")
    with monkeypatch.context() as trouble:
        trouble.setattr(stage.channel, "fetch", busy)
        leader.sends_photo(b"not a photo", caption="修好了")
        leader.presses("办结")

    stage.advance(minutes=30)

    leader.sees("没能收到")
    assert stage.case.state == State.HANDLING
    leader.presses("办结")
    leader.sends_photo(caption="修好了")
    leader.presses("办结")
    assert stage.case.state == State.PENDING_VERIFICATION


def test_an_owner_who_has_not_joined_gives_way_to_the_head_and_the_card_says_so(stage: Stage, reporter: Actor):
    stage.staff("point_leader", unit="U-E", point="P-1", joined=False)
    head = stage.staff("unit_head", unit="U-E")
    report(reporter)

    head.sees(stage.case.number, "点位长联系不上，由单位负责人代接")


def test_where_nobody_has_joined_headquarters_stands_in(stage: Stage, reporter: Actor):
    dispatcher = stage.staff("dispatcher")
    report(reporter)

    dispatcher.sees(stage.case.number, "由创城办代接", "签收", "改派")
    reporter.sees(stage.case.number, "已交东街街道")
    dispatcher.presses("签收")
    assert stage.case.state == State.HANDLING


def test_a_reply_is_not_lost_when_a_report_is_open(stage: Stage, reporter: Actor):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    report(reporter)
    leader.presses("签收")
    leader.sends("西街农贸市场有人占道经营")
    leader.presses("办结")
    leader.sends_photo(caption="修好了")
    leader.presses("办结")
    assert stage.case.state == State.PENDING_VERIFICATION
    leader.presses("提交")
    assert len(stage.cases) == 2


def test_the_history_is_whole_after_a_whole_life(stage: Stage, reporter: Actor):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    stage.staff("inspector", name="zhou")
    report(reporter)
    leader.presses("签收")
    leader.presses("办结")
    leader.sends_photo(caption="修好了")
    leader.presses("办结")
    with stage.desk() as desk:
        history.seal(desk.session, desk.now)
    stage.person("zhou").presses("核查通过")
    with stage.desk() as desk:
        history.seal(desk.session, desk.now)
        assert history.seal(desk.session, desk.now) is None, "nothing has changed since"

    with stage.reading() as session:
        done = [event.action for event in session.query(Event).order_by(Event.seq)]
        assert done == ["report", "open", "dispatch", "sign", "reply", "pass", "close"]
        assert history.verify_all(session) == []
