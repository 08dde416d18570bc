"""The handle clock of a case: begun, extended, paused and taken up again; whatever else is done leaves it alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import worktime
from bot.domain.case import Action
from bot.domain.deadlines import Act, HandleClock, replayed, wound
from bot.domain.workcalendar import WorkCalendar
from bot.domain.worktime import Limit

MOVING = {Action.DISPUTE, Action.GRANT_EXTENSION, Action.GRANT_SUSPENSION, Action.RESUME}
CHINA = timezone(timedelta(hours=8))


def is_weekday(day: date) -> bool:
    return day.weekday() < 5


CALENDAR = WorkCalendar(CHINA, ((time(8), time(12)), (time(14), time(18))), is_weekday)
LIMIT = Limit(4, "work_hours")
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(0), timedelta(days=9))


@given(moments, spans, spans)
def test_a_pause_leaves_as_much_time_as_there_was(start: datetime, worked: timedelta, paused: timedelta):
    begun = wound(HandleClock(), Act(Action.DISPATCH, start), LIMIT, CALENDAR)
    assert begun.due is not None
    left = worktime.remaining(start + worked, begun.due, "work_hours", CALENDAR)
    asleep = wound(begun, Act(Action.GRANT_SUSPENSION, start + worked), LIMIT, CALENDAR)
    again = wound(asleep, Act(Action.RESUME, start + worked + paused), LIMIT, CALENDAR)
    assert again.due is not None
    if left > timedelta():
        assert worktime.remaining(start + worked + paused, again.due, "work_hours", CALENDAR) == left
    else:
        assert again.due == begun.due, "what was late then stays as late"
    assert again.paused_at is None


@given(moments, spans)
def test_an_extension_is_one_limit_more_from_the_old_deadline_whenever_it_is_granted(start: datetime, later: timedelta):
    acts = [Act(Action.DISPATCH, start), Act(Action.GRANT_EXTENSION, start + later)]
    whole = worktime.add(start, Limit(8, "work_hours"), CALENDAR)
    assert replayed(acts, LIMIT, CALENDAR).due == whole


@pytest.mark.parametrize("action", sorted(set(Action) - MOVING))
def test_nothing_else_moves_the_handle_clock(action: Action):
    clock = HandleClock(datetime(2026, 3, 2, tzinfo=UTC))
    assert wound(clock, Act(action, datetime(2026, 3, 9, tzinfo=UTC)), LIMIT, CALENDAR) == clock
