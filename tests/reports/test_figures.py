"""What each figure counts, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.case import OPEN_STATES, Action, State
from bot.reports import figures
from bot.reports.figures import Turn
from tests.reports.scenario import NOW, at, case, closed, facts_of, waiting

MIDNIGHT = at(1, 0)
REPORTED = at(-3)
DUE = at(-1)


def told(*done, **facts):
    return facts_of(case(reported_at=REPORTED, handle_due=DUE) | facts, *done)


@pytest.mark.parametrize(
    ("state", "received", "opened"),
    [(State.HANDLING, 1, 1), (State.REJECTED, 1, 0), (State.VOID, 0, 0), (State.MERGED, 0, 0), (State.CLOSED, 1, 1)],
)
def test_rejected_cases_were_received_and_void_and_merged_ones_count_nowhere(state, received, opened):
    case = told(state=state.value)

    assert len(figures.received(case)) == received
    counted = (figures.opened(case), figures.dispatched(case), figures.due(case))
    assert [len(each) for each in counted] == [opened] * 3


def test_what_nobody_has_opened_or_sent_out_was_only_received():
    case = facts_of(waiting(reported_at=REPORTED))

    assert figures.received(case) == (REPORTED,)
    assert (figures.opened(case), figures.dispatched(case), figures.due(case)) == ((), (), ())


def test_a_case_is_dispatched_once_when_it_was_first_sent_out():
    again = told(
        (Action.DISPATCH, at(-3), "U-E"), (Action.REASSIGN, at(-2), "U-W"), dispatched_at=at(-2), round=2
    )  # fmt: skip

    assert figures.dispatched(again) == (at(-3),)
    assert figures.dispatched(told(dispatched_at=at(-2))) == (at(-2),)


def test_what_is_suspended_is_not_due():
    assert figures.due(told(state="suspended")) == ()
    assert figures.due(told()) == (DUE,)


@pytest.mark.parametrize(
    ("facts", "in_time"),
    [
        ({"state": "closed", "replied_at": DUE, "closed_at": DUE + timedelta(days=3)}, True),
        ({"state": "closed", "replied_at": DUE + timedelta(seconds=1), "closed_at": DUE + timedelta(days=3)}, False),
        ({"state": "forced", "replied_at": None, "closed_at": DUE}, True),
        ({"state": "forced", "replied_at": at(-2), "closed_at": DUE + timedelta(seconds=1)}, False),
    ],
)
def test_in_time_is_a_last_reply_no_later_than_the_deadline_or_a_closing_by_order(facts, in_time):
    case = told(**facts)

    assert figures.due_closed(case) == (DUE,)
    assert figures.in_time(case) == ((DUE,) if in_time else ())
    assert figures.closed(case) == (facts["closed_at"],)


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_what_is_replied_to_in_time_is_not_closed_in_time_before_it_is_closed(state):
    case = told(state=state.value, replied_at=at(-2), closed_at=None)

    assert (figures.due_closed(case), figures.in_time(case), figures.closed(case)) == ((), (), ())


def test_rework_is_each_failed_verification_after_which_the_same_unit_has_it_again():
    case = told(
        (Action.DISPATCH, at(-9), "U-E"), (Action.REPLY, at(-8)), (Action.FAIL, at(-7)), (Action.REPLY, at(-6)),
        (Action.FAIL, at(-5)),
    )  # fmt: skip

    assert figures.reworked(case) == (at(-7), at(-5))


def test_what_goes_to_another_unit_after_it_failed_is_no_rework():
    failed = (Action.DISPATCH, at(-9), "U-E"), (Action.REPLY, at(-8)), (Action.FAIL, at(-7))

    assert figures.reworked(told(*failed, (Action.REASSIGN, at(-6), "U-W"), (Action.REPLY, at(-5)))) == ()
    assert figures.reworked(told(*failed, (Action.DISPATCH, at(-6), "U-W"))) == ()
    assert figures.reworked(told(*failed, (Action.REASSIGN, at(-6), "U-E"))) == (at(-7),)
    assert figures.reworked(told(*failed, (Action.REPLY, at(-6)), (Action.REASSIGN, at(-5), "U-W"))) == (at(-7),)


def test_extensions_and_disputes_count_each_time_at_their_moment():
    case = told((Action.GRANT_EXTENSION, at(-4)), (Action.DISPUTE, at(-3)), (Action.GRANT_EXTENSION, at(-2)))

    assert figures.extended(case) == (at(-4), at(-2))
    assert figures.reopened(case) == (at(-3),)
    assert figures.extended(case._replace(state="void")) == ()


@pytest.mark.parametrize(("rating", "rated", "content"), [(None, 0, 0), (1, 1, 0), (3, 1, 0), (4, 1, 1), (5, 1, 1)])
def test_four_stars_or_more_are_content(rating, rated, content):
    case = facts_of(closed(rating=rating))

    assert (len(figures.rated(case)), len(figures.satisfied(case))) == (rated, content)


def test_the_rating_of_what_is_open_again_counts_no_more():
    assert figures.rated(told(state="rework", rating=5)) == ()


@pytest.mark.parametrize(
    ("facts", "turn", "deadline"),
    [
        ({}, Turn("unit", "U-E"), DUE),
        ({"state": "rework"}, Turn("unit", "U-E"), DUE),
        ({"state": "suspended"}, Turn("unit", "U-E"), None),
        ({"state": "pending_verification", "verify_due": at(0)}, Turn("verifiers"), at(0)),
        ({"state": "pending_dispatch", "unit": ""}, Turn("headquarters"), DUE),
        (
            {"state": "pending_opening", "unit": "", "handle_due": None},
            Turn("headquarters"),
            REPORTED + timedelta(hours=2),
        ),
    ],
)
def test_whose_turn_it_is_and_by_when_follow_from_the_state(facts, turn, deadline):
    case = told(**facts)

    assert (figures.turn(case), figures.deadline(case)) == (turn, deadline)
    assert figures.is_overdue(case, NOW) == (deadline is not None and deadline < NOW)


@pytest.mark.parametrize(
    ("due", "overdue", "due_today"),
    [
        (NOW - timedelta(seconds=1), True, False),
        (NOW, False, True),
        (MIDNIGHT - timedelta(seconds=1), False, True),
        (MIDNIGHT, False, False),
    ],
)
def test_what_is_due_today_is_not_overdue_yet(due, overdue, due_today):
    case = told(handle_due=due)

    assert figures.is_overdue(case, NOW) == overdue
    assert figures.is_due(case, NOW, MIDNIGHT) == due_today


def test_what_has_ended_is_neither_open_nor_overdue():
    case = told(state="closed")

    assert not figures.is_open(case)
    assert not figures.is_overdue(case, NOW)
