"""催办 and 督办: whoever must act is called, now and then, and not at night."""

from __future__ import annotations

from bot.domain.case import State
from bot.jobs import ticks, timetable
from bot.services.casework import urging
from storage.models import WaitingCall
from tests.dialogue import Actor, Stage
from tests.small_city import small_city


def report(reporter: Actor) -> None:
    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")


def calls(stage: Stage) -> None:
    """Let the job of this minute run."""
    timetable.load()
    job = timetable.jobs["calls"]
    slot = job.rhythm.slot(stage.now, stage.city)
    assert slot is not None
    stage.receives(ticks.envelope("calls", slot))


def test_the_reporter_urges_with_one_tap_and_whoever_has_it_is_called(stage: Stage, reporter: Actor, leader: Actor):
    report(reporter)
    leader.presses("签收")
    seen = leader.counts()
    reporter.presses("催办")

    reporter.sees(f"已催办 {stage.case.number}", "会马上收到提醒", "期限：3月4日 09:00")
    assert leader.counts() == seen + 1
    leader.sees("上报人催办：今天 09:00", "办结")
    leader.sees_nothing_of("王某某")


def test_once_a_day_and_the_answer_says_from_when_again_and_by_when_it_has_to_be_done(
    stage: Stage, reporter: Actor, leader: Actor
):
    report(reporter)
    follower = stage.person("liu")
    reporter.presses("催办")
    stage.advance(hours=2)
    seen = leader.counts()
    reporter.presses("催办")
    assert leader.counts() == seen
    reporter.sees("已经催过了", "期限：3月4日 09:00", "明天 09:00 以后可以再催")
    follower.sends_photo(caption="东街农贸市场 路面破损")
    follower.presses("提交")
    follower.presses("就是这个")
    follower.presses("催办")
    assert leader.counts() == seen, "once a case, whoever asks"

    stage.advance(hours=22)
    reporter.presses("催办")
    assert leader.counts() == seen + 1


def test_at_night_it_waits_for_the_morning(stage: Stage, reporter: Actor, leader: Actor):
    report(reporter)
    stage.advance(hours=11)
    seen = leader.counts()
    reporter.presses("催办")
    reporter.sees("现在是休息时间，明天 08:00 提醒东街农贸市场点位长")
    calls(stage)
    assert leader.counts() == seen

    stage.advance(hours=12)
    calls(stage)
    assert leader.counts() == seen + 1
    leader.sees("上报人催办：3月2日 20:00")
    calls(stage)
    assert leader.counts() == seen + 1, "once"


def test_what_ended_in_the_night_calls_nobody_in_the_morning(stage: Stage, reporter: Actor, leader: Actor):
    report(reporter)
    stage.advance(hours=11)
    reporter.presses("催办")
    reporter.presses("撤回")
    reporter.presses("确定撤回")
    seen = leader.counts()
    stage.advance(hours=12)
    calls(stage)
    assert leader.counts() == seen
    with stage.reading() as session:
        assert session.query(WaitingCall).all() == []


def test_what_was_answered_in_the_night_calls_nobody_in_the_morning(stage: Stage, reporter: Actor, leader: Actor):
    dispatcher = stage.staff("dispatcher", name="sun")
    report(reporter)
    dispatcher.sends(f"/case {stage.case.number}")
    dispatcher.presses("督办")
    stage.advance(hours=13)
    reporter.presses("催办")
    leader.presses("签收")
    seen = leader.counts()
    stage.advance(hours=10)
    calls(stage)
    assert leader.counts() == seen


def test_what_is_urgent_calls_at_night(stage: Stage, reporter: Actor, leader: Actor):
    report(reporter)
    stage.advance(hours=11)
    with stage.database.begin() as session:
        session.get_one(type(stage.case), stage.case.id).urgent = True
    seen = leader.counts()
    reporter.presses("催办")
    reporter.sees("会马上收到提醒")
    assert leader.counts() == seen + 1


def test_an_urge_is_answered_by_acting(stage: Stage, reporter: Actor, leader: Actor):
    report(reporter)
    reporter.presses("催办")
    leader.sees("上报人催办", "签收")
    leader.presses("签收")
    assert "催办" not in leader.last.text


def test_headquarters_urges_whoever_has_it_as_often_as_it_must(stage: Stage, reporter: Actor, leader: Actor):
    dispatcher = stage.staff("dispatcher", name="sun")
    report(reporter)
    dispatcher.sends(f"/case {stage.case.number}")
    seen = leader.counts()
    dispatcher.presses("催办")
    dispatcher.presses("催办")
    assert leader.counts() == seen + 2
    leader.sees("创城办催办：今天 09:00")


def test_the_verifiers_are_urged_when_it_is_their_turn(stage: Stage, reporter: Actor, leader: Actor):
    inspector = stage.staff("inspector", name="zhou")
    report(reporter)
    leader.presses("签收")
    leader.presses("办结")
    leader.sends_photo(caption="已修补")
    leader.presses("办结")
    seen = inspector.counts(), leader.counts()
    reporter.presses("催办")
    assert (inspector.counts(), leader.counts()) == (seen[0] + 1, seen[1])
    inspector.sees("上报人催办", "核查通过")


def test_supervised_the_case_says_so_to_all_who_work_on_it_and_not_to_the_reporter(
    stage: Stage, reporter: Actor, leader: Actor
):
    executive = stage.staff("executive", name="zhao")
    report(reporter)
    leader.presses("签收")
    executive.sends(f"/case {stage.case.number}")
    seen = leader.counts()
    executive.presses("督办")

    executive.sees("已列为督办件")
    assert leader.counts() == seen + 1
    leader.sees("【督办】请优先办理", "办结")
    executive.sees("【督办】", "催办")
    reporter.sees_nothing_of("督办")
    executive.presses("督办")  # the button of before
    executive.sees("已经是督办件了")
    assert leader.counts() == seen + 1


def test_nobody_else_urges(stage: Stage, reporter: Actor, leader: Actor):
    stranger = stage.person("stranger")
    report(reporter)
    leader.presses("签收")
    token = reporter.sees("催办").choice("催办")
    assert token is not None
    seen = leader.counts()
    stranger.presses_token(token.token)
    assert leader.counts() == seen
    stranger.sees("不是给您的")


def test_the_pack_says_how_often(make_stage):
    stage = make_stage(city=small_city(urge_hours=48))
    stage.staff("point_leader", unit="U-E", point="P-1", name="li")
    reporter = stage.person("wang")
    report(reporter)
    reporter.presses("催办")
    with stage.desk() as desk:
        case = desk.session.get_one(type(stage.case), stage.case.id)
        assert urging.free_again(desk, case) is not None
    stage.advance(hours=47)
    reporter.presses("催办")
    reporter.sees("以后可以再催")
    assert stage.case.state == State.PENDING_SIGNING
