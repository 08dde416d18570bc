"""Digests by themselves: on which days, of which days, to whom, and never twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.city.model import Digests
from bot.jobs import digest as job
from bot.jobs import timetable
from storage.models import BoundChat, Chore, Identity, Person, Subscription, Tally
from tests.dialogue import Actor, Stage
from tests.handlers.serving import open_shift, volunteer
from tests.jobs.conftest import tick
from tests.small_city import small_city

ZONE = ZoneInfo("Asia/Shanghai")
TUESDAY = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
"""Half past eight in the morning in China."""


def day(text: str) -> date:
    return date.fromisoformat(text)


pytestmark = pytest.mark.usefixtures("undrawn")
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""The database makes no difference here."""


@pytest.fixture
def morning(stage: Stage) -> Stage:
    """A case was reported on Monday; it is Tuesday morning."""
    stage.person("wang").sends_photo(caption="东街农贸市场 路面破损")
    stage.person("wang").presses("提交")
    stage.clock.move(TUESDAY - stage.now)
    return stage


def subscribe(actor: Actor, *kinds: str) -> None:
    with actor.stage.database.begin() as session:
        session.add_all(Subscription(person_id=actor.person.id, kind=kind) for kind in kinds)


# --- the days --------------------------------------------------------------------------------------------------------

# Weeks of 2026 in the national calendar: the Spring Festival lies on 15 to 23 February, the Saturdays before and after
# are worked (14 and 28 February); 4 to 6 April are Qingming, 1 to 5 May Labour Day, with Saturday the 9th worked.


@pytest.mark.parametrize(
    ("when", "first"),
    [
        ("2026-03-03", "2026-03-02"),  # an ordinary Tuesday: Monday
        ("2026-03-09", "2026-03-06"),  # a Monday: Friday to Sunday
        ("2026-02-24", "2026-02-14"),  # after the festival: all of it, and the Saturday that was worked
        ("2026-02-28", "2026-02-27"),  # a Saturday that is worked
        ("2026-03-02", "2026-02-28"),
    ],
)
def test_the_morning_covers_all_days_since_the_last(when: str, first: str):
    period = job.since_last(day(when), small_city(), ZONE)
    assert (period.first, period.last) == (day(first), day(when) - timedelta(days=1))


@pytest.mark.parametrize(
    ("when", "week", "month"),
    [
        ("2026-03-02", True, True),  # Sunday the 1st is off
        ("2026-03-03", False, False),
        ("2026-02-24", True, False),  # the Monday is off
        ("2026-02-28", False, False),
        ("2026-04-07", True, False),
        ("2026-05-06", True, True),  # the first working day of May, a Wednesday
        ("2026-05-07", False, False),
        ("2026-05-01", False, False),
    ],
)
def test_week_and_month_are_told_of_on_their_first_working_day(when: str, week: bool, month: bool):
    city = small_city()
    assert (job.begins_week(day(when), city), job.begins_month(day(when), city)) == (week, month)


def test_every_day_if_the_pack_says_so():
    city = small_city(digests=Digests(on_days_off=True))
    assert job.since_last(day("2026-02-20"), city, ZONE).days == 1
    assert job.begins_month(day("2026-05-01"), city)
    assert job.begins_week(day("2026-02-16"), city)


def test_near_a_test_there_are_no_days_off():
    city = small_city(digests=Digests(tests=(day("2026-03-10"),), test_days=3))
    near = [each for each in range(1, 15) if job.is_near_test(date(2026, 3, each), city)]
    assert near == [7, 8, 9, 10]
    assert job.goes_out(day("2026-03-07"), city)
    assert not job.goes_out(day("2026-03-01"), city)
    assert job.since_last(day("2026-03-09"), city, ZONE).days == 1


def test_a_week_that_is_off_altogether_has_no_digest():
    city = small_city(days_off=tuple(date(2026, 3, each) for each in range(9, 16)))
    assert not any(job.begins_week(date(2026, 3, each), city) for each in range(9, 16))
    assert job.begins_week(day("2026-03-16"), city)


def slot(name: str, now: str, **digests) -> datetime | None:
    city = small_city(digests=Digests(**digests))
    return timetable.jobs[name].rhythm.slot(datetime.fromisoformat(now).replace(tzinfo=ZONE), city)


@pytest.mark.parametrize(
    ("name", "now", "at"),
    [
        ("digest_daily", "2026-03-03 08:00", "2026-03-03 08:00"),
        ("digest_daily", "2026-03-08 23:00", "2026-03-06 08:00"),
        ("digest_daily", "2026-02-23 12:00", "2026-02-14 08:00"),
        ("digest_weekly", "2026-03-02 08:09", "2026-02-24 08:10"),
        ("digest_weekly", "2026-03-02 08:10", "2026-03-02 08:10"),
        ("digest_monthly", "2026-03-31 08:10", "2026-03-02 08:20"),
    ],
)
def test_the_slots_lie_at_the_packs_times(name: str, now: str, at: str):
    assert slot(name, now) == datetime.fromisoformat(at).replace(tzinfo=ZONE)


def test_a_time_left_empty_turns_a_kind_off_and_without_a_test_there_is_no_flash():
    assert slot("digest_daily", "2026-03-03 12:00", daily=None) is None
    assert slot("digest_flash", "2026-03-03 13:00") is None
    assert slot("digest_flash", "2026-03-03 13:00", tests=(day("2026-03-05"),), flash=time(12, 30)) is not None


# --- to whom ---------------------------------------------------------------------------------------------------------


def test_groups_get_their_own_unit_and_the_leaders_group_the_district(morning: Stage, drawn):
    east, leaders = morning.group("东街", unit="U-E"), morning.group("领导", unit="")
    other = morning.group("别处")
    tick(morning, "digest_daily")

    east.sees("东街街道日报 3月2日", "受理 1", "完整表格")
    leaders.sees("小城区日报 3月2日", "受理 1")
    assert all(len(group.last.message.photos) == 1 for group in (east, leaders))
    assert (east.counts(), leaders.counts(), other.counts()) == (1, 1, 0)


def test_subscribers_get_in_private_what_they_chose(morning: Stage):
    head = morning.staff("unit_head", unit="U-E", name="head")
    executive, inspector = morning.staff("executive", name="executive"), morning.staff("inspector", name="inspector")
    subscribe(head, "daily")
    subscribe(executive, "daily", "weekly")
    subscribe(inspector, "weekly")
    tick(morning, "digest_daily")

    head.sees("东街街道日报", "订阅")
    executive.sees("小城区日报")
    assert [each.counts() for each in (head, executive, inspector)] == [1, 1, 0]


@on_sqlite
def test_whoever_lost_their_function_or_cannot_be_reached_gets_nothing(morning: Stage):
    former = morning.person("former")
    former.sends("/help")
    before = former.counts()
    away = morning.staff("executive", name="away", joined=False)
    subscribe(former, "daily")
    subscribe(away, "daily")
    tick(morning, "digest_daily")

    assert (former.counts(), away.counts()) == (before, 0)


def test_who_turned_out_to_be_one_person_gets_one_digest(morning: Stage):
    executive, once = morning.staff("executive", name="executive"), morning.staff("executive", name="once")
    subscribe(executive, "daily")
    subscribe(once, "daily")
    with morning.database.begin() as session:
        old = session.get_one(Person, once.person.id)
        old.merged_into = executive.person.id
        session.get_one(Identity, ("memory", "memory", "once")).reachable = False
    tick(morning, "digest_daily")

    assert executive.counts() == 1


@on_sqlite
def test_everyone_is_told_in_their_language(morning: Stage):
    leaders = morning.group("leaders", unit="")
    executive = morning.staff("executive", name="executive")
    subscribe(executive, "daily")
    with morning.database.begin() as session:
        session.execute(update(BoundChat).values(language="en"))
    tick(morning, "digest_daily")

    leaders.sees("Smalltown: daily report")
    executive.sees("小城区日报")


@on_sqlite
def test_a_group_of_all_units_gets_one_digest_of_the_district(morning: Stage):
    group = morning.group("全部")
    with morning.database.begin() as session:
        body, since = group.chat.model_dump_json(), morning.now - timedelta(days=1)
        for unit in morning.city.units:
            session.add(BoundChat(chat=group.chat.key, unit=unit, chat_body=body, bound_by=0, bound_at=since))
    tick(morning, "digest_daily")

    group.sees("小城区日报")
    assert group.counts() == 1


@on_sqlite
def test_a_group_that_was_bound_since_hears_the_next_one(morning: Stage):
    """As when the program is tried for the first time in the afternoon."""
    leaders = morning.group("领导")
    with morning.database.begin() as session:
        body = leaders.chat.model_dump_json()
        session.add(BoundChat(chat=leaders.chat.key, unit="", chat_body=body, bound_by=0, bound_at=morning.now))
    tick(morning, "digest_daily")
    assert leaders.counts() == 0

    morning.advance(days=1)
    tick(morning, "digest_daily")
    leaders.sees("小城区日报 3月3日")


# --- never twice, never stale ----------------------------------------------------------------------------------------


def test_a_slot_is_sent_once_however_many_clocks_tick(morning: Stage):
    leaders = morning.group("领导", unit="")
    for _ in range(3):
        tick(morning, "digest_daily")
    morning.advance(hours=3)
    tick(morning, "digest_daily")

    assert leaders.counts() == 1


def test_a_digest_made_twice_is_sent_once(morning: Stage):
    """As after a crash between the making and its record."""
    leaders = morning.group("领导", unit="")
    tick(morning, "digest_daily")
    with morning.database.begin() as session:
        session.execute(update(Chore).where(Chore.kind == "digest").values(state="pending"))
    morning.settle()

    assert leaders.counts() == 1


@on_sqlite
def test_whoever_slept_gets_the_newest_alone(morning: Stage):
    leaders = morning.group("领导", unit="")
    tick(morning, "digest_daily")
    morning.advance(days=3)
    tick(morning, "digest_daily")

    assert [shown.text.splitlines()[0] for shown in leaders.messages][1:] == ["小城区日报 3月5日周四"]


@on_sqlite
def test_no_daily_digest_is_older_than_its_day(morning: Stage, caplog):
    leaders = morning.group("领导", unit="")
    morning.clock.move(timedelta(hours=23))  # Wednesday, half past seven: the newest slot is Tuesday's
    tick(morning, "digest_daily")

    assert leaders.counts() == 0
    assert "too old" in caplog.text


@on_sqlite
@pytest.mark.parametrize(("late", "count"), [(0, 1), (3, 1), (4, 0)])
def test_a_weekly_digest_is_news_for_some_days(morning: Stage, late: int, count: int):
    leaders = morning.group("领导", unit="")
    morning.clock.move(timedelta(days=6 + late))  # the Monday after, and so many days late
    tick(morning, "digest_weekly")

    assert leaders.counts() == count
    if count:
        leaders.sees("小城区周报 3月2日至8日", "受理 1")


@on_sqlite
def test_what_was_ordered_and_not_made_in_time_is_not_sent(morning: Stage, caplog):
    leaders = morning.group("领导", unit="")
    tick_without_chores(morning)
    morning.clock.move(timedelta(days=1))
    morning.settle()

    assert leaders.counts() == 0
    assert "came too late" in caplog.text


def tick_without_chores(stage: Stage) -> None:
    """Let it be ordered, and the process die before anything is made."""
    chores, stage.chores = stage.chores, Idle()
    tick(stage, "digest_daily")
    stage.chores = chores
    with stage.reading() as session:
        assert session.scalars(select(Chore.state).where(Chore.kind == "digest")).all() == ["pending"]


class Idle:
    """Does no chores."""

    async def do_due(self) -> int:
        return 0


@on_sqlite
def test_the_flash_tells_of_today_so_far_to_groups_and_daily_subscribers(make_stage):
    stage = make_stage(city=small_city(digests=Digests(tests=(day("2026-03-05"),))))
    leaders, executive = stage.group("领导", unit=""), stage.staff("executive", name="executive")
    subscribe(executive, "daily")
    stage.person("wang").sends_photo(caption="东街农贸市场 路面破损")
    stage.person("wang").presses("提交")
    stage.clock.move(timedelta(hours=3, minutes=1))
    tick(stage, "digest_flash")

    leaders.sees("午间快报 3月2日", "受理 1")
    executive.sees("午间快报 3月2日")


@on_sqlite
def test_the_month_is_told_of_with_its_name(morning: Stage):
    leaders = morning.group("领导", unit="")
    morning.clock.move(datetime(2026, 4, 1, 1, tzinfo=UTC) - morning.now)
    tick(morning, "digest_monthly")

    leaders.sees("小城区月报 2026年3月", "受理 1")


@on_sqlite
def test_the_week_brings_the_heat_table_as_a_picture_of_its_own(stage: Stage):
    shift_id = open_shift(stage)
    wang = volunteer(stage, "wang", shift_id)
    with stage.database.begin() as session:
        session.add(Tally(shift_id=shift_id, person_id=wang.person.id, quarter=stage.now, behaviour="P01", count=3))
    dispatcher = stage.staff("dispatcher")
    subscribe(dispatcher, "weekly")
    stage.advance(days=7)
    tick(stage, "digest_weekly")
    told = dispatcher.sees("小城区周报", "应有 1 班", "空岗 1", "闯红灯 3")
    assert told.message.photos == ()
    shown = dispatcher.sees("不文明行为：岗位与时段")
    [address] = shown.message.photos
    assert stage.blobs.get(address).startswith(b"\x89PNG")
