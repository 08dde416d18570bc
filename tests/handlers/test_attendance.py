"""签到, 签退 and 签到码: who is there, by what they send, and what is not believed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.roles import Role
from bot.jobs.attendance import close
from bot.jobs.timetable import Tick
from bot.port import Capabilities, Location, Text
from storage.models import Person, Pin, Shift, Volunteer
from tests.dialogue import Actor, Stage
from tests.handlers.serving import AT_POST, FAR, NEARBY, attendances, open_shift, volunteer
from tests.small_city import WEST


@pytest.fixture
def shift_id(stage: Stage) -> int:
    return open_shift(stage, starts_in=10)


@pytest.fixture
def wang(stage: Stage, shift_id: int) -> Actor:
    return volunteer(stage, "wang", shift_id)


def run_job(stage: Stage) -> None:
    with stage.desk() as desk:
        close(desk, Tick(slot=stage.now))


def test_a_position_signs_in_one_tap_signs_out_and_thanks(stage: Stage, wang: Actor):
    wang.sends("签到")
    wang.sees("解放路口岗", "发送您的位置")
    assert wang.last.message.ask_location

    wang.sends_location(*AT_POST)
    wang.sees("09:00 已签到", "签退")
    wang.sees("闯红灯", "劝导")
    stage.advance(minutes=40)
    wang.presses("签退")
    wang.sees("谢谢您！本次服务 30 分钟", "这是您第 1 次上岗")  # from when the slot began

    [row] = attendances(stage)
    assert (row.came_by, row.distance, row.left_by, row.pair) == ("pin", "at", "tap", 1)
    assert row.left_at is not None
    assert (row.left_at - row.came_at).total_seconds() == 40 * 60


def test_under_ten_is_signed_in_only_once_an_adult_is(stage: Stage, shift_id: int, wang: Actor):
    small = volunteer(stage, "small", shift_id)
    with stage.database.begin() as session:
        session.get_one(Volunteer, small.person.id).age = "6-9"
    lat, lon = AT_POST
    small.sends_location(lat, lon)
    small.sees("请大人先签到")
    assert attendances(stage) == []

    wang.sends_location(lat + 0.00001, lon)
    small.sends_location(lat, lon)
    small.sees("已签到")
    stage.advance(minutes=30)
    wang.sends("签退")
    small.sees("大人都签退了")
    small.sees("谢谢您！本次服务 20 分钟")
    assert [row.left_by for row in attendances(stage)] == ["tap", "alone"]


def test_leaving_and_coming_back_counts_what_was_served_up_to_three_times_a_day(stage: Stage, wang: Actor):
    stage.advance(minutes=10)
    for _ in range(3):
        wang.sends("签到")
        wang.sees("发送您的位置就签到了")
        wang.sends_location(*AT_POST)
        stage.advance(minutes=10)
        wang.sends("签退")
        stage.advance(minutes=10)
    wang.sees("本次服务 30 分钟")
    wang.sends_location(*AT_POST)
    wang.sees("今天已经签到 3 次")
    assert [row.pair for row in attendances(stage)] == [1, 2, 3]


def test_whoever_forgets_is_signed_out_at_the_end_of_the_slot_and_told_kindly(stage: Stage, wang: Actor):
    wang.sends_location(*AT_POST)
    stage.advance(minutes=130)
    run_job(stage)
    wang.sees_nothing_of("忘了签退")  # until 30 minutes after the end they may say it themselves
    stage.advance(minutes=1)
    run_job(stage)

    wang.sees("您忘了签退", "本次服务 1 小时 30 分")
    [row] = attendances(stage)
    assert row.left_by == "end"
    wang.presses("闯红灯")
    wang.sees("计数板已经收起")


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        (Location(lat=FAR[0], lon=FAR[1]), "还有大约 3 公里，不能签到"),
        (Location(lat=NEARBY[0], lon=NEARBY[1]), "还有大约 200 米。请走到岗位再发一次位置"),
        (Location(lat=AT_POST[0], lon=AT_POST[1], forwarded=True), "转发的位置，不能用来签到"),
    ],
)
def test_what_does_not_show_that_one_is_there_is_refused(stage: Stage, wang: Actor, payload: Location, answer: str):
    wang.sends(payload)
    wang.sees(answer)
    assert attendances(stage) == []
    with stage.reading() as session:
        assert session.query(Pin).count() == 0


def test_nobody_signs_in_by_the_position_that_a_colleague_has_shown(stage: Stage, shift_id: int, wang: Actor):
    li = volunteer(stage, "li", shift_id)
    wang.sends(Location(lat=AT_POST[0], lon=AT_POST[1], live=True))
    li.sends(Location(lat=AT_POST[0], lon=AT_POST[1], live=True))
    li.sees("有别人用过，一模一样")
    li.sends_location(AT_POST[0] + 0.00002, AT_POST[1])
    li.sees("已签到")


def test_a_live_position_signs_in_on_arrival_says_so_once_and_begins_no_report(stage: Stage, wang: Actor):
    for lat in (FAR[0], FAR[0] - 0.001, NEARBY[0]):
        wang.sends(Location(lat=lat, lon=AT_POST[1], live=True))
    assert wang.counts() == 1
    for _ in range(2):
        wang.sends(Location(lat=AT_POST[0], lon=AT_POST[1], live=True))
    assert [row.came_by for row in attendances(stage)] == ["live"]
    wang.sees_nothing_of("请说明问题")
    assert wang.counts() == 3  # refused once, the card, the board


def test_the_code_on_the_leaders_phone_signs_in_and_an_old_one_does_not(stage: Stage, shift_id: int, wang: Actor):
    li = volunteer(stage, "li", shift_id)
    wang.sends_location(*AT_POST)
    wang.presses("显示签到码")
    old = code_of(wang)
    stage.advance(minutes=1)
    li.sends(old)
    li.sees("这个签到码已经换了")
    shown = wang.counts()
    wang.presses("换成最新的签到码")
    assert wang.counts() == shown, "the code changes in place"
    li.sends(code_of(wang))
    li.sees("09:01 已签到")
    assert attendances(stage)[-1].came_by == "code"
    assert "显示签到码" not in li.transcript


def test_wrong_codes_and_those_of_another_shift_are_told_apart_and_few(stage: Stage, shift_id: int, wang: Actor):
    other = open_shift(stage, post="Z-W")
    head = stage.staff(Role.DISPATCHER, name="sun")
    head.sends("签到码")
    head.presses("西街口岗 今天 09:00–10:30")
    wang.sends(code_of(head))
    wang.sees("这是别的班次的签到码")
    wrong = "000 000" if code_of(head) != "000 000" else "111 111"
    for _ in range(4):
        wang.sends(wrong)
    wang.sees("还可以试 0 次")
    wang.sends(wrong)
    wang.sees("签到码输错太多次，今天 09:15")
    stage.advance(minutes=15)
    wang.sends("123-45６")
    wang.sees("还可以试 4 次")
    assert attendances(stage) == []
    assert other != shift_id


def test_a_code_is_shown_to_leaders_and_organisers_alone(stage: Stage, shift_id: int, wang: Actor):
    li = volunteer(stage, "li", shift_id)
    for actor in (wang, li):
        actor.sends_location(AT_POST[0] + actor.person.id % 9 * 0.00001, AT_POST[1])
    wang.sees("显示签到码")
    token = next(c.token for m in wang.messages for row in m.message.choices for c in row if c.label == "显示签到码")
    li.presses_token(token)
    li.sees_nothing_of("前有效")
    with stage.reading() as session:
        assert session.get_one(Shift, shift_id).secret == ""


def test_where_no_position_can_be_sent_the_named_leader_shows_the_code(make_stage: Any):
    stage: Stage = make_stage(capabilities=Capabilities(location_in=False))
    shift_id = open_shift(stage)
    wang, li = volunteer(stage, "wang", shift_id), volunteer(stage, "li", shift_id)
    with stage.database.begin() as session:
        session.get_one(Shift, shift_id).leader_id = li.person.id
    wang.sends("签到")
    wang.sees("输入带班手机上的 6 位签到码")
    li.sends("签到码")
    wang.sends(code_of(li))
    wang.sees("已签到")


def test_too_early_or_without_a_shift_it_says_from_when(stage: Stage):
    later = volunteer(stage, "wang", open_shift(stage, starts_in=120))
    later.sends("签到")
    later.sees("今天 10:30 起可以签到")
    free = volunteer(stage, "li")
    free.sends("签到")
    free.sees("没有要签到的班次")
    citizen = stage.person("zhao")
    citizen.sends("签到")
    citizen.sees("先加入志愿者：发 /volunteer")


def test_a_position_for_a_report_on_the_way_is_the_reports(stage: Stage, wang: Actor):
    wang.sends_photo(caption="路面破损")
    wang.sends_location(*AT_POST)
    wang.sees("提交")
    assert attendances(stage) == []


def test_going_on_at_the_next_post_ends_the_first(stage: Stage):
    first, second = open_shift(stage, minutes=60), open_shift(stage, starts_in=60, minutes=60)
    wang = volunteer(stage, "wang", first, second)
    wang.sends_location(*AT_POST)
    stage.advance(minutes=61)
    wang.sends_location(*AT_POST)
    wang.sees("本次服务 1 小时")
    wang.sees("10:01 已签到")
    assert [row.left_by for row in attendances(stage)] == ["moved", ""]


def test_of_two_shifts_that_follow_each_other_the_position_says_which(stage: Stage):
    first, second = open_shift(stage, minutes=60), open_shift(stage, starts_in=60, post="Z-W")
    wang = volunteer(stage, "wang", first, second)
    wang.sends_location(*AT_POST)
    stage.advance(minutes=50)
    wang.sends_location(*WEST)
    wang.sees("西街口岗", "09:50 已签到")
    assert [row.left_by for row in attendances(stage)] == ["moved", ""]


def test_what_is_not_believed_is_said_clearly_in_english(stage: Stage, shift_id: int, wang: Actor):
    smith, head = volunteer(stage, "smith", shift_id), stage.staff(Role.DISPATCHER, name="sun")
    with stage.database.begin() as session:
        session.get_one(Person, smith.person.id).language = "en"
    open_shift(stage, post="Z-W")
    wang.sends_location(*AT_POST)
    wang.presses("显示签到码")
    head.sends("签到码")
    head.presses("西街口岗 今天 09:00–10:30")
    for payload, answer in (
        (Location(lat=FAR[0], lon=FAR[1]), "You are about 3 km from “Jiefang corner”, so you cannot sign in yet"),
        (Location(lat=NEARBY[0], lon=NEARBY[1]), "about 200 m from “Jiefang corner”"),
        (Location(lat=AT_POST[0], lon=AT_POST[1], forwarded=True), "a forwarded position and cannot sign you in"),
        (Location(lat=AT_POST[0], lon=AT_POST[1], live=True), "Somebody else has just shown this very position"),
        (Text(text=code_of(head)), "the code of another shift and does not work here"),
    ):
        smith.sends(payload)
        assert answer in smith.last.text
    stage.advance(minutes=1)
    smith.sends(code_of(wang))
    assert "This code has changed" in smith.last.text
    assert [row.person_id for row in attendances(stage)] == [wang.person.id]


def test_whose_place_is_taken_over_meanwhile_has_gone_then(stage: Stage, shift_id: int, wang: Actor):
    stage.advance(minutes=10)
    wang.sends_location(*AT_POST)
    stage.advance(minutes=20)
    li = volunteer(stage, "li")
    wang.sends("我的班次")
    wang.presses("找人替")
    wang.presses("问全队")
    li.presses("我来替")
    wang.sees("您不用去了")
    wang.sees("谢谢您！本次服务 20 分钟")
    stage.advance(hours=3)
    run_job(stage)
    assert [row.left_by for row in attendances(stage)] == ["relieved"]


def code_of(actor: Actor) -> str:
    """The code that their newest card shows."""
    text = actor.sees("前有效").text
    return text.partition("签到码 ")[2].partition("\n")[0]
