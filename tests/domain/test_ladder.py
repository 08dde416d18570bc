"""When a clock calls: its marks, what of them is said, and when nobody is spoken to."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import ladder
from bot.domain.case import OPEN_STATES, Clock, State
from bot.domain.ladder import Rules, Run
from bot.domain.workcalendar import WorkCalendar
from bot.domain.worktime import Limit, TimeUnit, add, elapsed, length, retreat

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOLIDAY = date(2026, 3, 6)
CALENDAR = WorkCalendar(
    SHANGHAI, ((time(8), time(12)), (time(14), time(18))), lambda day: day.weekday() < 5 and day != HOLIDAY
)
RUNGS = (Limit(0, "work_hours"), Limit(4, "work_hours"), Limit(1, "work_days"), Limit(2, "work_days"))
RULES = Rules(CALENDAR, (0.5, 0.8), RUNGS, (time(22), time(7)))
UNITS: tuple[TimeUnit, ...] = ("urgent_hours", "work_hours", "work_days", "calendar_days")
MINUTE = timedelta(minutes=1)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
limits = st.builds(Limit, st.integers(1, 9), st.sampled_from(UNITS))


@st.composite
def runs(draw: st.DrawFn) -> tuple[datetime, Run]:
    """A clock and when it started."""
    start, limit, urgent = draw(moments), draw(limits), draw(st.booleans())
    return start, Run(Clock.HANDLE, "0", limit, add(start, limit, CALENDAR), urgent)


def local(day: int, clock: str) -> datetime:
    """A moment of March 2026; the 2nd is a Monday."""
    return datetime.combine(date(2026, 3, day), time.fromisoformat(clock), SHANGHAI)


def run(limit: Limit, start: datetime, *, urgent: bool = False) -> Run:
    return Run(Clock.HANDLE, "0", limit, add(start, limit, CALENDAR), urgent)


def told(each: Run, begin: datetime, end: datetime, rules: Rules = RULES) -> list[tuple[str, str]]:
    """Live from look to look; return what was said when, in local time."""
    said: set[tuple[str, str, str]] = set()
    found: list[tuple[str, str]] = []
    now = begin
    while (now := ladder.next_look([each], rules, now) or end) < end:
        marks = ladder.reached([each], rules, now, said)
        assert marks, "nobody looks for nothing"
        said |= {(mark.clock.value, mark.reason, mark.name) for mark in marks}
        found += [(f"{now.astimezone(SHANGHAI):%d %H:%M}", mark.name) for mark in marks]
    return found


def test_a_case_of_four_working_hours_that_nobody_touches():
    start = local(2, "09:00")
    assert told(run(Limit(4, "work_hours"), start), start, local(10, "00:00")) == [
        ("02 11:00", "0.5"),
        ("02 14:12", "0.8"),
        ("02 15:00", "due"),
        ("02 15:00", "rung 1"),
        ("03 08:00", "2026-03-03"),
        ("03 09:00", "rung 2"),
        ("03 15:00", "rung 3"),
        ("04 08:00", "2026-03-04"),
        ("04 15:00", "rung 4"),
        ("05 08:00", "2026-03-05"),
        ("09 08:00", "2026-03-09"),  # the 6th is a holiday, the 7th and 8th are a weekend
    ]


def test_what_is_urgent_calls_at_night_and_on_days_off():
    start = local(6, "20:00")
    rules = Rules(CALENDAR, (0.5,), (Limit(1, "urgent_hours"),), (time(22), time(7)))
    assert told(run(Limit(4, "urgent_hours"), start, urgent=True), start, local(9, "12:00"), rules) == [
        ("06 22:00", "0.5"),
        ("07 00:00", "due"),
        ("07 01:00", "rung 1"),
        ("08 00:00", "2026-03-08"),
        ("09 00:00", "2026-03-09"),
    ]


def test_what_falls_outside_working_hours_is_said_when_work_begins_once():
    start = local(2, "14:00")
    assert told(run(Limit(20, "calendar_days"), local(2, "03:00")), start, local(31, "00:00"))[:4] == [
        ("12 08:00", "0.5"),
        ("18 08:00", "0.8"),
        ("23 08:00", "2026-03-23"),  # due on a Sunday: the daily nag of Monday says that, too
        ("23 08:00", "rung 1"),
    ]


def test_due_at_the_close_of_a_day_is_said_the_next_morning():
    start = local(2, "14:00")
    said = told(run(Limit(4, "work_hours"), start), start, local(3, "12:00"))
    assert said[-3:] == [("02 17:12", "0.8"), ("03 08:00", "2026-03-03"), ("03 08:00", "rung 1")]


def test_after_a_long_sleep_the_gravest_nag_is_said_and_every_rung():
    each = run(Limit(4, "work_hours"), local(2, "09:00"))
    names = [mark.name for mark in ladder.reached([each], RULES, local(10, "10:00"), [])]
    assert names == ["2026-03-10", "rung 1", "rung 2", "rung 3", "rung 4"]


def test_another_reason_says_everything_anew():
    said = {("handle", "0", name) for name in ("0.5", "0.8", "due", "rung 1")}
    again = Run(Clock.HANDLE, "1", Limit(4, "work_hours"), local(2, "15:00"))
    assert [mark.name for mark in ladder.reached([again], RULES, local(2, "15:00"), said)] == ["due", "rung 1"]


def test_rungs_reached_while_it_stood_still_are_said_with_the_next_mark_after_rework_not_at_once():
    each = run(Limit(2, "work_hours"), local(2, "08:00"))
    said = {(each.clock.value, each.reason, name) for name in ("due", "rung 1")}
    assert ladder.next_look([], RULES, local(2, "10:30")) is None, "it was replied to, and waits to be verified"

    failed = local(4, "15:00")
    looks = ladder.next_look([each], RULES, failed)
    assert looks == local(5, "08:00")
    marks = [mark.name for mark in ladder.reached([each], RULES, local(5, "08:00"), said)]
    assert sorted(marks) == ["2026-03-05", "rung 2", "rung 3", "rung 4"]


def test_a_share_counts_back_from_where_it_is_due_now():
    """So an extension, or a pause, moves the marks along with the deadline."""
    extended = Run(Clock.HANDLE, "0.1", Limit(4, "work_hours"), local(3, "11:00"))
    marks = {mark.name: mark.at for mark in ladder.marks(extended, RULES, local(2, "15:00"))}
    assert marks["0.5"] == local(3, "09:00")


def test_quiet_hours_hold_within_working_hours_too():
    early = WorkCalendar(SHANGHAI, ((time(6), time(23)),), lambda _day: True)
    rules = Rules(early, (), (), (time(22), time(7)))
    assert ladder.speaking(local(2, "06:30"), rules, urgent=False) == local(2, "07:00")
    assert ladder.speaking(local(2, "22:30"), rules, urgent=False) == local(3, "07:00")
    assert ladder.speaking(local(2, "22:30"), rules, urgent=True) == local(2, "22:30")
    assert ladder.may_speak(local(2, "21:59"), rules, urgent=False)


def test_quiet_hours_that_hold_all_day_stop_nothing_for_ever():
    rules = Rules(CALENDAR, (), (), (time(0), time(23, 59)))
    assert ladder.speaking(local(2, "09:00"), rules, urgent=False) < local(31, "09:00") + timedelta(days=30)


@pytest.mark.parametrize(
    ("sent", "presses", "urgent", "anew"),
    [
        (0, False, False, True),
        (1, False, False, False),
        (1, True, False, True),
        (2, True, False, False),
        (2, False, True, True),
        (9, True, True, True),
    ],
)
def test_a_nag_comes_anew_first_of_the_day_or_when_it_presses_or_is_urgent(sent, presses, urgent, anew):
    assert ladder.comes_anew(sent, 2, presses=presses, urgent=urgent) is anew


def test_every_state_that_is_open_and_waits_for_somebody_has_a_clock():
    silent = {state for state in OPEN_STATES if not ladder.running(state, dispatched=True)}
    assert silent == {State.SUSPENDED, State.PASSED}
    assert ladder.running(State.PENDING_DISPATCH, dispatched=False) == (Clock.ACCEPT,)
    assert not any(ladder.running(state, dispatched=True) for state in set(State) - OPEN_STATES)


@given(runs(), st.floats(0.01, 0.99))
def test_at_a_share_of_the_limit_the_rest_of_it_is_left(started, share):
    start, each = started
    rules = Rules(CALENDAR, (share,), (), (time(22), time(7)))
    mark = next(mark for mark in ladder.marks(each, rules, start) if not mark.presses)
    whole = length(each.limit, CALENDAR)
    assert elapsed(mark.at, each.due, each.limit.unit, CALENDAR) == whole * (1 - share)
    assert elapsed(start, mark.at, each.limit.unit, CALENDAR) == whole - whole * (1 - share)


@given(moments, st.timedeltas(timedelta(), timedelta(days=400)), st.sampled_from(UNITS))
def test_going_back_is_what_elapses(end, span, unit):
    begin = retreat(end, span, unit, CALENDAR)
    assert begin <= end
    assert elapsed(begin, end, unit, CALENDAR) == span
    assert not span or elapsed(begin - MINUTE / 60, end, unit, CALENDAR) > span, "it is the first such moment"


@given(runs(), st.timedeltas(timedelta(), timedelta(days=40)))
def test_looks_come_after_now_and_when_one_may_speak(started, passed):
    start, each = started
    now = start + passed
    look = ladder.next_look([each], RULES, now)
    assert look is not None
    assert look > now
    assert ladder.may_speak(look, RULES, urgent=each.urgent)


def test_what_was_reached_in_silence_is_not_lost_when_the_case_changes_before_it_is_said():
    each = run(Limit(2, "work_hours"), local(2, "10:00"))
    assert each.due == local(2, "12:00")
    assert ladder.next_look([each], RULES, local(2, "12:30")) == local(2, "14:00")


@given(runs(), st.lists(st.timedeltas(MINUTE, timedelta(days=9)), max_size=12))
def test_however_late_one_looks_nothing_is_said_twice_and_no_rung_is_missed(started, sleeps):
    start, each = started
    said: list[tuple[str, str, str]] = []
    now = start
    for sleep in sleeps:
        now = ladder.speaking(now + sleep, RULES, urgent=each.urgent)
        marks = ladder.reached([each], RULES, now, said)
        assert all(mark.at <= now for mark in marks)
        assert sum(not mark.rung for mark in marks) <= 1
        said += [(mark.clock.value, mark.reason, mark.name) for mark in marks]
    assert len(said) == len(set(said))
    climbed = [name for _, _, name in said if name.startswith("rung")]
    late = [number for number, after in enumerate(RUNGS, 1) if add(each.due, after, CALENDAR) <= now]
    assert climbed == [f"rung {number}" for number in (late if sleeps else [])]


@given(runs())
def test_whoever_is_on_it_is_left_in_peace_until_it_is_due(started):
    start, each = started
    peace = ladder.pressing_after([each], RULES, start)
    assert peace is not None
    assert peace >= each.due


def test_whoever_wants_to_be_reminded_later_chooses_among_working_moments():
    def choices(at: datetime, *, urgent: bool = False) -> list[tuple[str, str]]:
        return [
            (name, f"{when.astimezone(SHANGHAI):%d %H:%M}") for name, when in ladder.later(at, RULES, urgent=urgent)
        ]

    assert choices(local(2, "09:10")) == [("hour", "02 10:10"), ("afternoon", "02 14:00"), ("morning", "03 08:00")]
    assert choices(local(2, "11:30")) == [("afternoon", "02 14:00"), ("morning", "03 08:00")]
    assert choices(local(2, "15:00")) == [("hour", "02 16:00"), ("morning", "03 08:00")]
    assert choices(local(5, "17:30")) == [("morning", "09 08:00")]
    assert choices(local(5, "22:30"), urgent=True) == [("hour", "05 23:30"), ("morning", "09 08:00")]
