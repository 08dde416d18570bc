"""Open deadlines when the calendar changes: a holiday announced late, other hours, another notice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import chinese_calendar
import pytest

from bot.city import calendar as city_calendar
from bot.city.model import City
from bot.city.model import Limit as SettingsLimit
from bot.domain.case import Action, Clock
from bot.services.casework import cases, clocks, demands
from bot.services.casework.cases import Filing
from bot.services.casework.routing import Owner
from bot.services.desk import Desk
from bot.services.nagging import recount
from storage.models import Case, MovedDeadline, Reckoning, new_id
from tests.dialogue import Actor, Stage, photo_of_result
from tests.small_city import ROAD_DAMAGE, small_city

TUESDAY = date(2026, 3, 3)


def count(stage: Stage) -> None:
    """Let the job work until nothing is left, each part in a transaction of its own."""
    more = True
    while more:
        with stage.desk() as desk:
            more = recount.go_on(desk)


def off(*days: date, **more: object) -> City:
    return small_city(days_off=days, **more)


@pytest.fixture
def leader(stage: Stage) -> Actor:
    return stage.staff("point_leader", unit="U-E", point="P-1", name="li")


def report(stage: Stage, name: str = "wang", words: str = "东街农贸市场 路面破损") -> Actor:
    reporter = stage.person(name)
    reporter.sends_photo(caption=words)
    reporter.presses("提交")
    return reporter


def test_nothing_happens_when_nothing_changed(stage: Stage, leader: Actor):
    reporter = report(stage)
    count(stage)
    before, version = reporter.counts(), stage.case.version
    stage.house.move_to(small_city(dispute_days=9))
    count(stage)
    assert (reporter.counts(), stage.case.version) == (before, version)


def test_a_holiday_announced_late_moves_what_is_open_and_the_reporter_hears_it_once(stage: Stage, leader: Actor):
    reporter = report(stage)
    report(stage, words="东街农贸市场 垃圾成堆")
    leader.presses("签收")
    count(stage)
    said = reporter.counts()
    due = stage.cases[0].handle_due
    assert due is not None

    stage.house.move_to(off(TUESDAY))
    count(stage)

    assert stage.cases[0].handle_due == due + timedelta(days=1)
    assert reporter.counts() == said + 1, "one message for all of theirs"
    heard = reporter.sees("工作日安排有调整")
    assert f"{stage.cases[0].number} 道路破损：3月4日 09:00 → 3月5日 09:00" in heard.text
    assert stage.cases[1].number not in heard.text, "four working hours of Monday are not moved by Tuesday"
    reporter.sees("最迟 3月5日 09:00 办好")
    leader.sees("期限：3月5日 09:00")
    count(stage)
    assert reporter.counts() == said + 1
    with stage.reading() as session:
        assert session.query(MovedDeadline).all() == []
        assert session.query(Reckoning).one().done


def test_everybody_who_follows_is_told_and_nobody_else(stage: Stage, leader: Actor):
    wang = report(stage)
    li = report(stage, "liu")
    li.presses("就是这个")
    other = report(stage, "zhou", "东街小学 路面破损")
    with stage.database.begin() as session:
        session.get_one(Case, stage.cases[-1].id).handle_due = None  # nothing to move
    count(stage)
    stage.house.move_to(off(TUESDAY))
    count(stage)
    wang.sees("工作日安排有调整")
    li.sees("工作日安排有调整")
    other.sees_nothing_of("工作日安排有调整")


def test_at_night_it_is_counted_and_told_in_the_morning(stage: Stage, leader: Actor):
    reporter = report(stage)
    count(stage)
    stage.advance(hours=12)
    stage.house.move_to(off(TUESDAY, date(2026, 3, 4)))
    count(stage)
    assert stage.case.handle_due == datetime(2026, 3, 6, 1, tzinfo=UTC)
    reporter.sees_nothing_of("工作日安排有调整")
    stage.advance(days=2, hours=12)  # Thursday morning: the first working day again
    count(stage)
    reporter.sees("工作日安排有调整", "3月4日 09:00 → 明天 09:00")


def test_what_has_run_out_stays_late(stage: Stage, leader: Actor):
    reporter = report(stage)
    count(stage)
    due = stage.case.handle_due
    stage.advance(days=3)
    stage.house.move_to(off(TUESDAY))
    count(stage)
    assert stage.case.handle_due == due
    reporter.sees_nothing_of("工作日安排有调整")


def test_nothing_is_moved_into_the_past(make_stage):
    stage: Stage = make_stage(city=off(TUESDAY))
    stage.staff("point_leader", unit="U-E", point="P-1", name="li")
    report(stage)
    count(stage)
    due = stage.case.handle_due
    stage.advance(days=2, hours=2)
    stage.house.move_to(small_city())
    count(stage)
    assert stage.case.handle_due == due, "by the other calendar it would have been due an hour ago"


def test_an_extension_and_a_suspension_are_counted_anew_with_it(stage: Stage, leader: Actor):
    dispatcher = stage.staff("dispatcher", name="sun")
    report(stage)
    leader.presses("签收")
    leader.presses("申请延期")
    leader.presses("要等材料或设备")
    dispatcher.presses("批准")
    count(stage)
    assert stage.case.handle_due == datetime(2026, 3, 6, 1, tzinfo=UTC)
    stage.house.move_to(off(TUESDAY, date(2026, 3, 5)))
    count(stage)
    assert stage.case.handle_due == datetime(2026, 3, 10, 1, tzinfo=UTC)

    leader.presses("申请挂账")
    leader.presses("要列入工程计划")
    dispatcher.presses("批准")
    stage.house.move_to(small_city())
    count(stage)
    assert stage.case.handle_due == datetime(2026, 3, 6, 1, tzinfo=UTC), "what is put off is ready for coming back"
    stage.advance(days=7)
    leader.presses("恢复办理")
    assert stage.case.handle_due == datetime(2026, 3, 13, 1, tzinfo=UTC)


def test_other_hours_and_another_limit_to_acknowledge_move_those_clocks(stage: Stage, leader: Actor):
    report(stage)
    count(stage)
    assert stage.case.acknowledge_due == datetime(2026, 3, 2, 3, tzinfo=UTC)
    stage.house.move_to(small_city(acknowledge_limit=SettingsLimit(amount=3, unit="work_hours")))
    count(stage)
    assert stage.case.acknowledge_due == datetime(2026, 3, 2, 4, tzinfo=UTC)
    stage.house.move_to(small_city(working_hours=((time(9), time(10)), (time(15), time(18)))))
    count(stage)
    assert stage.case.acknowledge_due == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_a_request_that_waits_is_to_be_decided_by_the_new_calendar(stage: Stage, leader: Actor):
    stage.staff("dispatcher", name="sun")
    report(stage)
    leader.presses("签收")
    count(stage)
    stage.advance(hours=8)  # an hour before closing: of the two hours to decide one is left for the next day
    leader.presses("申请挂账")
    leader.presses("要列入工程计划")
    assert stage.case.decide_due == datetime(2026, 3, 3, 1, tzinfo=UTC)
    stage.house.move_to(off(TUESDAY))
    count(stage)
    assert stage.case.decide_due == datetime(2026, 3, 4, 1, tzinfo=UTC)

    stage.advance(days=2)
    stage.house.move_to(off(TUESDAY, date(2026, 3, 4)))
    count(stage)
    assert stage.case.decide_due == datetime(2026, 3, 4, 1, tzinfo=UTC), "what has run out stays late"


def test_another_notice_of_the_state_council_is_noticed(stage: Stage, leader: Actor, monkeypatch: pytest.MonkeyPatch):
    report(stage)
    count(stage)
    due = stage.case.handle_due
    assert due is not None
    is_workday = chinese_calendar.is_workday
    monkeypatch.setattr(chinese_calendar, "is_workday", lambda day: day != TUESDAY and is_workday(day))
    kept = (city_calendar._notice, recount.counted_by, clocks.calendar)
    try:
        for cache in kept:
            cache.cache_clear()  # as in a process that was started anew
        count(stage)
    finally:
        monkeypatch.undo()
        for cache in kept:
            cache.cache_clear()
    assert stage.case.handle_due == due + timedelta(days=1)


STORIES = """
sign ask_extension grant_extension ask_suspension grant_suspension resume reply fail reply pass dispute reply pass
reassign sign ask_extension grant_extension ask_extension grant_extension reply fail reassign sign reply pass dispute
sign reply fail ask_suspension grant_suspension resume ask_extension deny_extension reply pass
sign return dispatch sign ask_suspension grant_suspension resume ask_suspension deny_suspension reply
force_close dispute sign ask_suspension grant_suspension force_close dispute reply pass
"""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("hours", [1, 60])
def test_by_the_same_calendar_a_replay_finds_what_acting_has_set(stage: Stage, hours: int):
    """However a case wandered, slowly or fast: extended, suspended, redone, handed on, disputed."""
    head = stage.staff("unit_head", unit="U-E", name="head")
    actors = [head, stage.staff("dispatcher"), stage.staff("inspector"), stage.staff("executive")]
    wang, chance, done = stage.staff("volunteer", name="wang"), Random(hours), []
    with stage.desk() as desk:
        for story in STORIES.strip().splitlines():
            case = _file(desk, wang)
            for action in map(Action, story.split()):
                desk.now += timedelta(hours=hours) * chance.random()
                done += [action] if _try(desk, case, action, [wang, *actors], head) else []
                dues = recount.recounted(desk, case, recount._acts(desk, [case.id])[case.id])
                assert dues.get(Clock.HANDLE) == case.handle_due
                assert dues.get(Clock.VERIFY) == case.verify_due
                assert dues.get(Clock.ACKNOWLEDGE) == case.acknowledge_due
                assert dues.get(Clock.DECIDE) == case.decide_due
                assert dues[Clock.ACCEPT] == case.accept_due
    assert {"resume", "fail", "reassign", "dispute", "grant_suspension"} <= set(done)
    assert hours > 1 or done.count(Action.GRANT_EXTENSION) >= 3


def _file(desk: Desk, wang: Actor) -> Case:
    person = desk.session.merge(wang.person)
    return cases.file(desk, Filing(new_id(), person, ROAD_DAMAGE, words="坑", point="P-1"))


def _try(desk: Desk, case: Case, action: Action, actors: list[Actor], head: Actor) -> bool:
    """Do it by whoever may; False where nobody may now."""
    persons = [desk.session.merge(actor.person) for actor in actors]
    person = next((each for each in persons if demands.may(desk, case, action, each)), None)
    if person is None:
        return False
    if action is Action.REPLY:
        photo_of_result(desk, case)
    owner = Owner("U-E", head.person.id, "unit_head")
    cases.act(desk, case, action, person, reason="因", words="词", owner=owner)
    return True
