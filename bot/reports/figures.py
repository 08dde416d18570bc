"""Every figure once: what it counts, and at which moment each case counts, so that parts always add up to their whole.

A figure is a function from a case to the moments at which it counts the case. It lies in a period (whole days of the
district's zone, the end not counted) if that moment does. So each is a plain sum: over days, units (with those that no
unit has), sources and kinds. A case counts for the unit that has it now, with all that befell it, and as it is known
now: what was voided, opened again or extended later is seen when the figure is made anew.

"Counted cases" below are all but these: 作废 (void, also what was withdrawn) and 重复件 (merged: it counts with the
case it joined). "Valid cases" are counted cases that were not 不予立案 (rejected) either. Formulas follow the indices
of the trade (GB/T 30428.4 and the bulletins of the cities); 应结案 has the deadlines that fall in the period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from bot.domain.case import FINISHED_STATES, OPEN_STATES, Action, State
from bot.reports.cases import CaseFacts, Step

Moments = tuple[datetime, ...]
Figure = Callable[[CaseFacts], Moments]

_UNCOUNTED = frozenset({State.VOID.value, State.MERGED.value})
_INVALID = _UNCOUNTED | {State.REJECTED.value}
_OPEN = frozenset(state.value for state in OPEN_STATES)
_FINISHED = frozenset(state.value for state in FINISHED_STATES)
_WITH_VERIFIERS = frozenset({State.PENDING_VERIFICATION.value, State.PASSED.value})
_SATISFIED = 4
"""Stars (of five) from which a reporter is content."""


# --- figures of a period ---------------------------------------------------------------------------------------------


def is_valid(case: CaseFacts) -> bool:
    """Tell whether a case counts as a real trouble: not void, merged or rejected."""
    return case.state not in _INVALID


def received(case: CaseFacts) -> Moments:
    """受理: counted cases, those rejected later among them, when they were reported."""
    return (case.reported_at,) if case.state not in _UNCOUNTED else ()


def opened(case: CaseFacts) -> Moments:
    """立案: valid cases, when they were opened. 立案率 = 立案 / 受理."""
    return (case.opened_at,) if case.opened_at and is_valid(case) else ()


def dispatched(case: CaseFacts) -> Moments:
    """派遣: valid cases, once each, when they were first sent to somebody. 派遣率 = 派遣 / 立案."""
    if not is_valid(case) or case.dispatched_at is None:
        return ()
    first = (step.at for step in case.steps if step.action == Action.DISPATCH)
    return (next(first, case.dispatched_at) if case.steps else case.dispatched_at,)


def due(case: CaseFacts) -> Moments:
    """应结案: valid cases that were sent out and are not 挂账 now, at their deadline for handling as it now stands.

    An extension, a dispute or coming out of 挂账 moves the deadline and with it the case; rework does not.
    """
    if case.handle_due is None or not is_valid(case) or case.state == State.SUSPENDED:
        return ()
    return (case.handle_due,)


def due_closed(case: CaseFacts) -> Moments:
    """应结案 that is closed now (结案 or 强制结案), at its deadline. 结案率 = 应结案 closed / 应结案."""
    return due(case) if case.state in _FINISHED else ()


def in_time(case: CaseFacts) -> Moments:
    """按期结案: 应结案 closed, done no later than its deadline, at that deadline. 按期结案率 = 按期结案 / 应结案.

    It is done at the last reply of its handler; when those who verify come to it is not the handler's delay. What was
    closed by order (强制结案) is done at its closing.
    """
    done = case.closed_at if case.state == State.FORCED else case.replied_at
    return tuple(deadline for deadline in due_closed(case) if done is not None and done <= deadline)


def closed(case: CaseFacts) -> Moments:
    """结案: cases that are closed now (结案 or 强制结案), when they were closed, whenever they were due."""
    return (case.closed_at,) if case.closed_at and case.state in _FINISHED else ()


def reworked(case: CaseFacts) -> Moments:
    """返工: each failed verification of a valid case after which the same unit had it again, when it failed.

    Not counted when it went to another unit before the next reply (错误派遣). 返工率 = 返工 / 应结案.
    """
    return tuple(_reworks(case.steps)) if is_valid(case) else ()


def extended(case: CaseFacts) -> Moments:
    """延期: each extension granted to a valid case, when it was granted. 延期率 = 延期 / 应结案."""
    return _when(case, Action.GRANT_EXTENSION)


def reopened(case: CaseFacts) -> Moments:
    """重开: each time a reporter was not satisfied with a closed case, when they said so. 重开率 = 重开 / 结案."""
    return _when(case, Action.DISPUTE)


def rated(case: CaseFacts) -> Moments:
    """评价: closed cases that have a rating now, at their closing. 满意率 = rated with four stars or more / 评价."""
    return closed(case) if case.rating is not None else ()


def satisfied(case: CaseFacts) -> Moments:
    """满意: closed cases rated with four stars or more, at their closing."""
    return closed(case) if case.rating is not None and case.rating >= _SATISFIED else ()


def _when(case: CaseFacts, action: Action) -> Moments:
    return tuple(step.at for step in case.steps if step.action == action) if is_valid(case) else ()


def _reworks(steps: Sequence[Step]) -> Iterable[datetime]:
    unit, failed = "", None
    for step in steps:
        if step.unit and step.action in {Action.DISPATCH, Action.REASSIGN}:
            failed = failed if step.unit == unit else None
            unit = step.unit
        elif failed and step.action in {Action.REPLY, Action.CLOSE, Action.FORCE_CLOSE}:
            yield failed
            failed = None
        if step.action == Action.FAIL:
            failed = step.at
    if failed:
        yield failed


def by_unit(case: CaseFacts) -> str:
    """The unit that has it now; empty where none has, as at headquarters: units and "none" are all there is."""
    return case.unit


def by_source(case: CaseFacts) -> str:
    """The function of who reported it (bot.domain.roles.Role)."""
    return case.source


def by_kind(case: CaseFacts) -> str:
    """Its category."""
    return case.category


def by_point(case: CaseFacts) -> str:
    """The inspected point it lies at; empty where it lies at none."""
    return case.point


# --- how things stand ------------------------------------------------------------------------------------------------


class Turn(NamedTuple):
    """Whose turn it is, by function: a unit, headquarters (to open, to dispatch), or those who verify."""

    function: Literal["unit", "headquarters", "verifiers"]
    unit: str = ""


def is_open(case: CaseFacts) -> bool:
    """在办: every case that has not ended, 挂账 among them."""
    return case.state in _OPEN


def is_suspended(case: CaseFacts) -> bool:
    """挂账: its clock stands still."""
    return case.state == State.SUSPENDED


def turn(case: CaseFacts) -> Turn:
    """Return whose turn an open case is."""
    if case.state in _WITH_VERIFIERS:
        return Turn("verifiers")
    return Turn("unit", case.unit) if case.unit else Turn("headquarters")


def deadline(case: CaseFacts) -> datetime | None:
    """Return the deadline that counts now: to verify once it is done, else to handle, else to open; 挂账 has none."""
    if is_suspended(case):
        return None
    return case.verify_due if case.state in _WITH_VERIFIERS else case.handle_due or case.accept_due


def is_overdue(case: CaseFacts, now: datetime) -> bool:
    """超期: open, and the deadline that counts now has passed."""
    at = deadline(case) if is_open(case) else None
    return at is not None and at < now


def is_due(case: CaseFacts, now: datetime, midnight: datetime) -> bool:
    """今日到期: open, and the deadline that counts now lies between now and the end of today."""
    at = deadline(case) if is_open(case) else None
    return at is not None and now <= at < midnight
