"""The life of a case: every state × action × stance against a table written for this test alone."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.case import (
    ENDED_STATES,
    FINISHED_STATES,
    OPEN_STATES,
    TABLE,
    Action,
    Clock,
    Demand,
    NotNow,
    NotYours,
    State,
    allowed,
    find,
    rows_from,
)
from bot.domain.roles import Stance

# State: {action: (who, next state)}. Letters: Reporter, Follower, Owner, Handler, Inspector, Dispatcher, Executive,
# Anyone, System. An equals sign stays in the state.
WHO = {
    "R": Stance.REPORTER, "F": Stance.FOLLOWER, "O": Stance.OWNER, "H": Stance.HANDLER, "I": Stance.INSPECTOR,
    "D": Stance.DISPATCHER, "E": Stance.EXECUTIVE, "A": Stance.ANYONE, "S": Stance.SYSTEM,
}  # fmt: skip
ANY_OPEN = (
    "force_close DE forced, supplement RF =, follow A =, urge RFDE =, supervise DE =, instruct E =, appeal H =, "
    "escalate S ="
)
UNSIGNED = "reject D rejected, void D void, withdraw R void, merge D merged"
WORKING = (
    "reply H pending_verification, assist D =, ask_extension H =, grant_extension DE =, deny_extension DE =, "
    "ask_suspension H =, grant_suspension DE suspended, deny_suspension DE =, reassign DS pending_signing"
)
FINISHED = "dispute RF rework, rate RF =, call_back D =, follow A =, appeal H ="
EXPECTED = {
    "pending_check": f"confirm ID pending_opening, deny ID rejected, open DS pending_dispatch, {UNSIGNED}, {ANY_OPEN}",
    "pending_opening": f"open DS pending_dispatch, {UNSIGNED}, {ANY_OPEN}",
    "rejected": "",
    "pending_dispatch": f"dispatch DS pending_signing, {UNSIGNED}, {ANY_OPEN}",
    "pending_signing": (
        f"sign O handling, return O pending_dispatch, reassign DS pending_signing, {UNSIGNED}, {ANY_OPEN}"
    ),
    "handling": f"return H pending_dispatch, {WORKING}, {ANY_OPEN}",
    "pending_verification": f"pass IDE passed, fail IDE rework, unable IDE =, {ANY_OPEN}",
    "rework": f"{WORKING}, {ANY_OPEN}",
    "suspended": f"resume HDS handling, {ANY_OPEN}",  # or back to rework
    "passed": f"close S closed, {ANY_OPEN}",
    "closed": FINISHED,
    "forced": FINISHED,
    "void": "",
    "merged": "",
}


def expectation(state: State) -> dict[Action, tuple[frozenset[Stance], State]]:
    entries = [entry.split() for entry in EXPECTED[state.value].split(", ") if entry]
    return {
        Action(action): (frozenset(WHO[letter] for letter in who), state if to == "=" else State(to))
        for action, who, to in entries
    }


def test_every_state_is_expected():
    assert EXPECTED.keys() == {state.value for state in State}


@pytest.mark.parametrize("state", State)
def test_the_table_says_what_is_expected(state: State):
    expected = expectation(state)
    for action, stance in product(Action, Stance):
        who, to = expected.get(action, (frozenset(), state))
        if not who:
            with pytest.raises(NotNow):
                find(state, action, {stance})
        elif not {stance, Stance.ANYONE} & who:
            with pytest.raises(NotYours):
                find(state, action, {stance})
        else:
            row = find(state, action, {stance})
            assert (row.to or state) is to, (state, action, stance)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("stance", Stance)
def test_what_is_offered_is_what_is_accepted(state: State, stance: Stance):
    expected = {action for action, (who, _) in expectation(state).items() if who & {stance, Stance.ANYONE}}
    assert allowed(state, {stance}) == expected


DEMANDS = {
    Action.DENY: {"reason"}, Action.REJECT: {"reason", "unsigned"}, Action.VOID: {"reason", "unsigned"},
    Action.WITHDRAW: {"unsigned"}, Action.DISPATCH: {"owner"}, Action.REASSIGN: {"owner"}, Action.RETURN: {"reason"},
    Action.REPLY: {"words", "after_photo"}, Action.ASSIST: {"owner"},
    Action.ASK_EXTENSION: {"reason", "nothing_asked", "somebody_decides", "before_due"},
    Action.ASK_SUSPENSION: {"reason", "nothing_asked", "somebody_decides"},
    Action.GRANT_EXTENSION: {"extension_asked", "other_eyes"},
    Action.DENY_EXTENSION: {"extension_asked", "other_eyes", "reason"},
    Action.GRANT_SUSPENSION: {"suspension_asked", "other_eyes"},
    Action.DENY_SUSPENSION: {"suspension_asked", "other_eyes", "reason"},
    Action.PASS: {"other_eyes"}, Action.FAIL: {"other_eyes", "reason"}, Action.UNABLE: {"other_eyes", "reason"},
    Action.FORCE_CLOSE: {"reason"}, Action.DISPUTE: {"reason", "in_time"},
    Action.RATE: {"rating", "in_time", "other_eyes"}, Action.SUPERVISE: {"unsupervised"},
    Action.INSTRUCT: {"words"}, Action.APPEAL: {"reason"},
}  # fmt: skip
DEMANDS_OF_SOME = {
    (Action.GRANT_EXTENSION, Stance.DISPATCHER): {"first_extension"},
    (Action.DENY_EXTENSION, Stance.DISPATCHER): {"first_extension"},
    (Action.URGE, Stance.REPORTER): {"not_just_urged"},
    (Action.URGE, Stance.FOLLOWER): {"not_just_urged"},
}


def test_every_row_demands_what_is_expected():
    for row in TABLE:
        for stance in row.who:
            expected = DEMANDS.get(row.action, set()) | DEMANDS_OF_SOME.get((row.action, stance), set())
            assert {demand.value for demand in row.demands} == expected, (row.action, stance)


def test_open_and_ended_states_part_all_states():
    assert set(State) == OPEN_STATES | ENDED_STATES
    assert not OPEN_STATES & ENDED_STATES


def test_what_has_ended_moves_only_when_a_reporter_disputes_it():
    leaving = {row.action for state in ENDED_STATES for row in rows_from(state) if row.to not in {None, state}}
    assert leaving == {Action.DISPUTE}


def test_no_state_and_action_has_two_rows_for_one_person():
    for state, action, stance in product(State, Action, Stance):
        rows = [row for row in rows_from(state) if row.action is action and row.who & {stance, Stance.ANYONE}]
        assert len(rows) <= 1, (state, action, stance)


def test_no_open_case_is_stuck():
    """From every open state somebody can bring the case to its proper end."""
    reached = set(FINISHED_STATES)
    while True:
        more = {s for s in OPEN_STATES - reached for row in rows_from(s) if row.to in reached and row.to is not s}
        if not more:
            break
        reached |= more
    assert reached >= OPEN_STATES


def test_only_other_eyes_end_the_verification():
    for row in rows_from(State.PENDING_VERIFICATION):
        if row.to in {State.PASSED, State.REWORK}:
            assert Demand.OTHER_EYES in row.demands
            assert not row.who & {Stance.HANDLER, Stance.OWNER, Stance.SYSTEM}


def test_a_case_closes_only_after_it_passed_or_by_order():
    into = {row.action for row in TABLE if row.to in FINISHED_STATES}
    assert into == {Action.CLOSE, Action.FORCE_CLOSE}
    assert {state for row in TABLE if row.to is State.CLOSED for state in row.states} == {State.PASSED}


def test_handing_on_stops_and_starts_no_handling_clock():
    for row in TABLE:
        if row.action in {Action.RETURN, Action.REASSIGN}:
            assert Clock.HANDLE not in row.starts | row.stops | row.pauses


def test_the_accept_clock_runs_until_the_case_is_sent_on_or_ends_unsigned():
    stops = {row.action for row in TABLE if Clock.ACCEPT in row.stops}
    ends = {Action.DENY, Action.REJECT, Action.VOID, Action.WITHDRAW, Action.MERGE, Action.FORCE_CLOSE}
    assert stops == {Action.DISPATCH, *ends}


def test_what_was_suspended_goes_back_to_where_it_was():
    row = find(State.SUSPENDED, Action.RESUME, {Stance.HANDLER})
    assert row.after(State.SUSPENDED, State.REWORK) is State.REWORK
    assert row.after(State.SUSPENDED, State.HANDLING) is State.HANDLING
    assert row.after(State.SUSPENDED) is State.HANDLING


def test_the_handling_clock_pauses_only_in_suspension():
    assert {row.to for row in TABLE if row.pauses} == {State.SUSPENDED}


@given(st.lists(st.tuples(st.sampled_from(Action), st.sampled_from(Stance)), max_size=40))
def test_whatever_is_tried_a_case_keeps_its_laws(attempts: list[tuple[Action, Stance]]):
    state, replied, passed = State.PENDING_OPENING, False, False
    for action, stance in attempts:
        try:
            row = find(state, action, {stance})
        except (NotNow, NotYours):
            continue
        before, state = state, row.to or state
        replied = replied or action is Action.REPLY
        passed = (passed or action is Action.PASS) and action is not Action.DISPUTE
        assert state is not State.PASSED or replied, "nothing passes that nobody replied to"
        assert state is not State.CLOSED or passed, "nothing closes that did not pass"
        assert before in OPEN_STATES or state is before or action is Action.DISPUTE
