"""The counting board: each tap counts once, in its quarter of an hour; undo takes it back; reports go on beside."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.port import Capabilities
from bot.services import attachments, tokens
from storage.models import Attachment, Board, Shift, Tally
from tests.dialogue import Actor, Stage, jpeg
from tests.handlers.serving import AT_POST, open_shift, tallies, volunteer


@pytest.fixture
def shift_id(stage: Stage) -> int:
    return open_shift(stage)


@pytest.fixture
def wang(stage: Stage, shift_id: int) -> Actor:
    wang = volunteer(stage, "wang", shift_id)
    wang.sends_location(*AT_POST)
    return wang


def test_taps_count_by_quarter_and_the_message_follows_in_place(stage: Stage, wang: Actor):
    shown = wang.counts()
    wang.presses("闯红灯")
    wang.sees("闯红灯 1", "刚才：闯红灯 +1")
    stage.advance(minutes=15)
    for label in ("闯红灯 1", "行人经过 +1", "+10", "劝导", "听从"):
        wang.presses(label)
        stage.advance(seconds=2)

    wang.sees("不文明行为 2 · 劝导 1 · 听从 1 · 不听 0", "过路：行人 11")
    assert wang.counts() == shown
    with stage.reading() as session:
        quarters = [(row.quarter.minute, row.count) for row in session.query(Tally).filter_by(behaviour="P01")]
    assert sorted(quarters) == [(0, 1), (15, 1)]


def test_pages_turn_and_stay_where_one_counts(stage: Stage, wang: Actor):
    for label in ("非机动车 ▸", "不戴头盔", "劝导", "非机动车经过 +1", "其他 ▸"):
        wang.presses(label)
        stage.advance(seconds=2)
    assert "乱扔" in wang.last.labels
    assert "不戴头盔" not in wang.last.labels
    assert tallies(stage) == {"B06": 1, "persuaded": 1, "passers:bike": 1}


def test_undo_takes_back_what_was_tapped_last_and_no_more_than_there_is(stage: Stage, wang: Actor):
    for label in ("闯红灯", "+5", "↩ 撤销", "↩ 撤销", "↩ 撤销"):
        wang.presses(label)
        stage.advance(seconds=2)
    assert tallies(stage) == {"P01": 0, "passers:pedestrian": 0}
    wang.sees("看到一次点一下")


def test_taps_that_arrive_together_or_twice_are_neither_lost_nor_doubled(stage: Stage, wang: Actor):
    taps = [wang.tap("闯红灯") for _ in range(20)]
    stage.receives(*taps, *taps[:5])
    assert tallies(stage) == {"P01": 20}


def test_what_nobody_counts_here_is_not_counted(stage: Stage, shift_id: int, wang: Actor):
    for extra in ("pedestrian:+7", "other:+1", "pedestrian:passers:bike", "pedestrian:X99"):
        wang.presses_token(tokens.write("tally", shift_id, extra))
    li = volunteer(stage, "li", shift_id)
    li.presses_token(tokens.write("tally", shift_id, "pedestrian:P01"))
    li.sees("计数板已经收起")
    assert tallies(stage) == {}


def test_a_report_from_within_the_shift_leaves_the_board_alive(stage: Stage, wang: Actor):
    for label in ("非机动车 ▸", "不戴头盔", "劝导"):
        wang.presses(label)
        stage.advance(seconds=2)
    wang.sends_photo(caption="东街农贸市场 路面破损")
    wang.presses("提交")
    wang.sees("已受理", stage.case.number)
    assert "不戴头盔 1" in wang.last.labels, "the board is at hand again, as it was"
    wang.presses("不戴头盔 1")
    assert tallies(stage) == {"B06": 2, "persuaded": 1}


def test_signing_out_puts_the_board_away_and_says_what_the_crew_achieved(stage: Stage, shift_id: int, wang: Actor):
    li = volunteer(stage, "li", shift_id)
    li.sends_location(AT_POST[0] + 0.0001, AT_POST[1])
    li.presses("劝导")
    wang.presses("闯红灯")
    stage.advance(minutes=20)
    wang.presses("签退")
    wang.sees("这一班共劝导 1 次，记录不文明行为 1 次")
    assert "闯红灯" not in [label for message in wang.messages for label in message.labels]
    wang.sends("计数")
    wang.sees("签到以后才能计数")


def test_training_has_no_board(stage: Stage):
    wang = volunteer(stage, "wang", open_shift(stage, kind="training"))
    wang.sends_location(*AT_POST)
    wang.sees("培训开始")
    wang.sends("计数")
    wang.sees("不用计数")
    with stage.reading() as session:
        assert session.query(Shift).one().kind == "training"


def test_a_photo_without_words_may_show_the_post_in_duty_by_one_tap(stage: Stage, wang: Actor):
    wang.sends_photo()
    wang.presses("这是在岗照片，不是上报")
    wang.sees("在岗照片已存好")
    assert "闯红灯" in wang.last.labels, "the board is at hand again"
    stage.advance(days=2)
    with stage.desk() as desk:
        attachments.forget_dead(desk.session, stage.now, 100)
    with stage.reading() as session:
        [photo] = session.query(Attachment)
        assert (photo.purpose, photo.state, photo.draft_id) == ("duty", "stored", None)
        assert session.query(Board).one().photo == photo.id
    assert stage.cases == []


def test_any_other_photo_begins_a_report_as_ever(stage: Stage, wang: Actor):
    wang.sends_photo(caption="东街农贸市场 路面破损")
    wang.sees_nothing_of("这是在岗照片")
    wang.presses("提交")
    wang.sends_photo(jpeg((10, 20, 30)))
    wang.sends("东街小学 垃圾成堆")
    wang.sees_nothing_of("这是在岗照片")
    wang.presses("提交")
    assert len(stage.cases) == 2
    wang.presses("签退")
    wang.sends_photo(jpeg((30, 20, 10)))
    wang.sees_nothing_of("这是在岗照片")


def test_what_was_seen_can_be_said_by_its_name_where_nothing_can_be_tapped(make_stage: Callable[..., Stage]):
    few = Capabilities(max_buttons=6, button_columns=2, edits=False)
    stage = make_stage(capabilities=few)
    wang = volunteer(stage, "wang", open_shift(stage))
    wang.sends("不戴头盔")
    wang.sees("您要上报的问题")  # whoever is not there does not count
    wang.sends("取消")
    wang.sends_location(*AT_POST)
    for said in ("闯红灯", "闯红灯", "2", "不戴头盔", "劝导"):
        wang.sends(said)
        stage.advance(seconds=2)

    assert tallies(stage) == {"P01": 2, "B06": 1, "persuaded": 1, "passers:pedestrian": 1}
    wang.sees("不文明行为 3 · 劝导 1")
