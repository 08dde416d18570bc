"""Parts add up to their whole, whatever the cases; rates are shown only where they say something."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reports.figures import by_kind, by_point, by_source, by_unit, is_open, turn
from bot.reports.period import Period
from bot.reports.tally import COLUMNS, Change, Ledger, Rate, Standing, Tally, standing
from tests.reports.generated import cases
from tests.reports.scenario import NOW, TODAY, ZONE, at

WEEK = Period(TODAY - timedelta(days=7), TODAY - timedelta(days=1), ZONE)
few = settings(max_examples=40)
PERIODS = st.builds(
    lambda back, days: Period(TODAY - timedelta(days=back), TODAY - timedelta(days=back - days), ZONE),
    st.integers(0, 40),
    st.integers(0, 31),
)


@few
@given(cases(), PERIODS, st.sampled_from([by_unit, by_source, by_kind, by_point]))
def test_groups_add_up_to_the_whole(cases, period, key):
    """Units with those that none has, sources, kinds, points with those at none: each case is in exactly one."""
    ledger = Ledger(cases)

    assert sum(ledger.by(key, period).values(), Tally()) == ledger.tally(period)


@few
@given(cases(), PERIODS)
def test_days_add_up_to_their_period(cases, period):
    ledger = Ledger(cases)

    assert sum((ledger.tally(day) for day in period.each_day()), Tally()) == ledger.tally(period)


@few
@given(cases())
def test_each_group_is_what_its_cases_are_alone(cases):
    groups = defaultdict(list)
    for case in cases:
        groups[case.unit].append(case)

    found = Ledger(cases).by(by_unit, WEEK)

    assert {unit: found.get(unit, Tally()) for unit in groups} == {
        unit: Ledger(each).tally(WEEK) for unit, each in groups.items()
    }


@few
@given(cases(), PERIODS)
def test_a_count_is_the_cases_whose_moment_lies_in_the_period(cases, period):
    """Written anew, case by case, as somebody would with pencil and paper."""
    tally = Ledger(cases).tally(period)
    valid = [case for case in cases if case.state not in {"void", "merged", "rejected"}]
    due = [case for case in valid if case.handle_due and period.holds(case.handle_due) and case.state != "suspended"]
    done = [case for case in due if case.state in {"closed", "forced"}]

    assert tally.due == len(due)
    assert tally.due_closed == len(done)
    assert tally.opened == sum(bool(case.opened_at and period.holds(case.opened_at)) for case in valid)
    assert tally.extended == sum(
        step.action == "grant_extension" and period.holds(step.at) for case in valid for step in case.steps
    )


@few
@given(cases(), PERIODS)
def test_what_was_done_in_time_is_part_of_what_was_closed_and_that_of_what_was_due(cases, period):
    tally = Ledger(cases).tally(period)

    assert tally.in_time <= tally.due_closed <= tally.due
    assert tally.satisfied <= tally.rated <= tally.closed


@few
@given(cases())
def test_how_things_stand_with_each_adds_up_to_how_they_stand(cases):
    midnight = at(1, 0)
    groups = defaultdict(list)
    for case in cases:
        if is_open(case):
            groups[turn(case)].append(case)
    whole = standing(cases, NOW, midnight)

    assert sum((standing(each, NOW, midnight) for each in groups.values()), Standing()) == whole
    assert whole.overdue + whole.due_today + whole.suspended <= whole.open == sum(map(is_open, cases))


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        (Rate(8, 10), 0.8),
        (Rate(0, 10), 0.0),
        (Rate(9, 9), None),
        (Rate(0, 0), None),
        (Rate(11, 10), None),
    ],
)
def test_a_rate_is_shown_of_enough_and_of_its_own_whole(rate, shown):
    assert rate.shown(10) == shown


@pytest.mark.parametrize(("change", "shown"), [(Change(15, 10), 0.5), (Change(5, 9), None), (Change(0, 10), -1.0)])
def test_a_change_is_shown_where_there_was_enough_before(change, shown):
    assert change.shown(10) == shown


def test_every_figure_and_rate_has_a_column():
    rates = {name for name, value in vars(Tally).items() if isinstance(value, property)}

    assert set(COLUMNS) == {*Tally.__slots__, *rates}
