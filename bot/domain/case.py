"""The life of a case: one table of state × action × who may → next state, its demands, and what it does to the clocks.

States and actions are those of the city-management standards (GB/T 30428.8, seven steps: 信息收集, 案卷建立, 任务派遣,
任务处理, 处理反馈, 核查结案, 综合评价). The table is complete: what no conversation
offers yet is still here, and obeyed.

Errors::

    Refusal             an act that the table does not allow, with a locale key and facts
    ├── NotNow          not in this state (or an older round)
    ├── NotYours        not by this person
    └── Missing         a demand is not met
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.roles import Stance


class State(StrEnum):
    """Where a case stands."""

    PENDING_CHECK = "pending_check"  # 待核实
    PENDING_OPENING = "pending_opening"  # 待立案
    REJECTED = "rejected"  # 不予立案
    PENDING_DISPATCH = "pending_dispatch"  # 待派遣
    PENDING_SIGNING = "pending_signing"  # 待签收
    HANDLING = "handling"  # 处置中
    PENDING_VERIFICATION = "pending_verification"  # 待核查
    REWORK = "rework"  # 返工
    SUSPENDED = "suspended"  # 挂账
    PASSED = "passed"  # 核查通过，待结案
    CLOSED = "closed"  # 已结案
    FORCED = "forced"  # 强制结案
    VOID = "void"  # 作废
    MERGED = "merged"  # 重复件，已合并


class Action(StrEnum):
    """What may be done with a case."""

    REPORT = "report"  # 上报
    CONFIRM = "confirm"  # 核实：存在
    DENY = "deny"  # 核实：不存在
    OPEN = "open"  # 立案
    REJECT = "reject"  # 不予立案
    DISPATCH = "dispatch"  # 派遣
    SIGN = "sign"  # 签收
    RETURN = "return"  # 回退
    REASSIGN = "reassign"  # 改派
    ASSIST = "assist"  # 协办
    REPLY = "reply"  # 处置回复（办结）
    ASK_EXTENSION = "ask_extension"  # 申请延期
    GRANT_EXTENSION = "grant_extension"
    DENY_EXTENSION = "deny_extension"
    ASK_SUSPENSION = "ask_suspension"  # 申请挂账
    GRANT_SUSPENSION = "grant_suspension"
    DENY_SUSPENSION = "deny_suspension"
    RESUME = "resume"  # 挂账恢复
    PASS = "pass"  # 核查通过  # noqa: S105
    FAIL = "fail"  # 核查不通过
    UNABLE = "unable"  # 无法核查
    CLOSE = "close"  # 结案
    FORCE_CLOSE = "force_close"  # 强制结案
    VOID = "void"  # 作废
    WITHDRAW = "withdraw"  # 撤回
    MERGE = "merge"  # 合并
    DISPUTE = "dispute"  # 不满意
    RATE = "rate"  # 评价
    SUPPLEMENT = "supplement"  # 补充
    FOLLOW = "follow"  # 就是这个
    URGE = "urge"  # 催办
    SUPERVISE = "supervise"  # 督办
    ESCALATE = "escalate"  # 逾期升级
    INSTRUCT = "instruct"  # 批示
    APPEAL = "appeal"  # 申诉
    CALL_BACK = "call_back"  # 回访


class Demand(StrEnum):
    """What must come with an action."""

    REASON = "reason"
    WORDS = "words"
    AFTER_PHOTO = "after_photo"
    OWNER = "owner"
    RATING = "rating"
    OTHER_EYES = "other_eyes"  # not whoever handled it, nor their merged self
    IN_TIME = "in_time"  # within the pack's days after closing
    UNSIGNED = "unsigned"  # nobody has taken it yet
    NOTHING_ASKED = "nothing_asked"  # no request is open: one at a time
    SOMEBODY_DECIDES = "somebody_decides"  # there is somebody who may, beside whoever asks and has handled it
    EXTENSION_ASKED = "extension_asked"
    SUSPENSION_ASKED = "suspension_asked"
    BEFORE_DUE = "before_due"  # the handle clock has not run out
    FIRST_EXTENSION = "first_extension"  # a second one is granted higher up, if anybody can be reached there
    NOT_JUST_URGED = "not_just_urged"  # within the pack's hours
    UNSUPERVISED = "unsupervised"


class Clock(StrEnum):
    """The four clocks of a case, and that of a request which waits for a decision."""

    ACCEPT = "accept"
    ACKNOWLEDGE = "acknowledge"
    HANDLE = "handle"
    VERIFY = "verify"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table. `to=None` leaves the state as it is; `back_to` are states that it returns to, where it was
    one of them before the pause that now ends.
    """

    states: frozenset[State]
    action: Action
    who: frozenset[Stance]
    to: State | None
    demands: frozenset[Demand] = frozenset()
    starts: frozenset[Clock] = frozenset()
    stops: frozenset[Clock] = frozenset()
    pauses: frozenset[Clock] = frozenset()
    back_to: frozenset[State] = frozenset()

    def after(self, state: State, paused_in: State | None = None) -> State:
        """Return where a case goes from this state; `paused_in` is where it was when its clock was paused."""
        return paused_in if paused_in in self.back_to else self.to or state


class Refusal(Exception):
    """An act that is not allowed; `key` names the sentence to say and `facts` fill it."""

    def __init__(self, key: str, **facts: str) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts


class NotNow(Refusal):
    """The case is not in a state for this."""


class NotYours(Refusal):
    """It is not for this person to do."""


class Missing(Refusal):
    """Something that this act demands is missing."""


_S, _A, _W, _D, _C = State, Action, Stance, Demand, Clock

OPEN_STATES = frozenset(
    {
        _S.PENDING_CHECK, _S.PENDING_OPENING, _S.PENDING_DISPATCH, _S.PENDING_SIGNING, _S.HANDLING,
        _S.PENDING_VERIFICATION, _S.REWORK, _S.SUSPENDED, _S.PASSED,
    }
)  # fmt: skip
ENDED_STATES = frozenset(State) - OPEN_STATES
UNSIGNED_STATES = frozenset({_S.PENDING_CHECK, _S.PENDING_OPENING, _S.PENDING_DISPATCH, _S.PENDING_SIGNING})
WORKING_STATES = frozenset({_S.HANDLING, _S.REWORK})
AWAITING_VERIFICATION = frozenset({_S.PENDING_VERIFICATION})
FINISHED_STATES = frozenset({_S.CLOSED, _S.FORCED})
HANDLING = frozenset({_A.SIGN, _A.REPLY})
"""Whoever does these has handled the case."""
ASKING = frozenset({_A.ASK_EXTENSION, _A.ASK_SUSPENSION})
DECIDING = frozenset({_A.GRANT_EXTENSION, _A.DENY_EXTENSION, _A.GRANT_SUSPENSION, _A.DENY_SUSPENSION})


def _row(
    states: Iterable[State],
    action: Action,
    who: Iterable[Stance],
    to: State | None,
    demands: Iterable[Demand] = (),
    *,
    starts: Iterable[Clock] = (),
    stops: Iterable[Clock] = (),
    pauses: Iterable[Clock] = (),
    back_to: Iterable[State] = (),
) -> Transition:
    return Transition(
        frozenset(states), action, frozenset(who), to, frozenset(demands),
        frozenset(starts), frozenset(stops), frozenset(pauses), frozenset(back_to),
    )  # fmt: skip


_HQ = {_W.DISPATCHER, _W.SYSTEM}
_EYES = {_W.INSPECTOR, _W.DISPATCHER, _W.EXECUTIVE}
_DECIDERS = {_W.DISPATCHER, _W.EXECUTIVE}
_ASKED = {_D.REASON, _D.NOTHING_ASKED, _D.SOMEBODY_DECIDES}
_EXTENSION, _SUSPENSION = {_D.EXTENSION_ASKED, _D.OTHER_EYES}, {_D.SUSPENSION_ASKED, _D.OTHER_EYES}

TABLE: tuple[Transition, ...] = (
    # 案卷建立
    _row({_S.PENDING_CHECK}, _A.CONFIRM, {_W.INSPECTOR, _W.DISPATCHER}, _S.PENDING_OPENING),
    _row({_S.PENDING_CHECK}, _A.DENY, {_W.INSPECTOR, _W.DISPATCHER}, _S.REJECTED, {_D.REASON}, stops={_C.ACCEPT}),
    _row({_S.PENDING_CHECK, _S.PENDING_OPENING}, _A.OPEN, _HQ, _S.PENDING_DISPATCH),
    _row(UNSIGNED_STATES, _A.REJECT, {_W.DISPATCHER}, _S.REJECTED, {_D.REASON, _D.UNSIGNED},
         stops={_C.ACCEPT, _C.ACKNOWLEDGE, _C.HANDLE}),
    _row(UNSIGNED_STATES, _A.VOID, {_W.DISPATCHER}, _S.VOID, {_D.REASON, _D.UNSIGNED},
         stops={_C.ACCEPT, _C.ACKNOWLEDGE, _C.HANDLE}),
    _row(UNSIGNED_STATES, _A.WITHDRAW, {_W.REPORTER}, _S.VOID, {_D.UNSIGNED},
         stops={_C.ACCEPT, _C.ACKNOWLEDGE, _C.HANDLE}),
    # 任务派遣
    _row({_S.PENDING_DISPATCH}, _A.DISPATCH, _HQ, _S.PENDING_SIGNING, {_D.OWNER},
         starts={_C.ACKNOWLEDGE, _C.HANDLE}, stops={_C.ACCEPT}),
    _row({_S.PENDING_SIGNING, _S.HANDLING, _S.REWORK}, _A.REASSIGN, _HQ, _S.PENDING_SIGNING, {_D.OWNER},
         starts={_C.ACKNOWLEDGE}),
    _row({_S.PENDING_SIGNING}, _A.SIGN, {_W.OWNER}, _S.HANDLING, stops={_C.ACKNOWLEDGE}),
    _row({_S.PENDING_SIGNING}, _A.RETURN, {_W.OWNER}, _S.PENDING_DISPATCH, {_D.REASON}, stops={_C.ACKNOWLEDGE}),
    _row({_S.HANDLING}, _A.RETURN, {_W.HANDLER}, _S.PENDING_DISPATCH, {_D.REASON}, stops={_C.ACKNOWLEDGE}),
    # 任务处理与反馈
    _row(WORKING_STATES, _A.REPLY, {_W.HANDLER}, _S.PENDING_VERIFICATION, {_D.WORDS, _D.AFTER_PHOTO},
         starts={_C.VERIFY}, stops={_C.HANDLE}),
    _row(WORKING_STATES, _A.ASSIST, {_W.DISPATCHER}, None, {_D.OWNER}),
    _row(WORKING_STATES, _A.ASK_EXTENSION, {_W.HANDLER}, None, {*_ASKED, _D.BEFORE_DUE}),
    _row(WORKING_STATES, _A.GRANT_EXTENSION, {_W.EXECUTIVE}, None, _EXTENSION),
    _row(WORKING_STATES, _A.GRANT_EXTENSION, {_W.DISPATCHER}, None, {*_EXTENSION, _D.FIRST_EXTENSION}),
    _row(WORKING_STATES, _A.DENY_EXTENSION, {_W.EXECUTIVE}, None, {*_EXTENSION, _D.REASON}),
    _row(WORKING_STATES, _A.DENY_EXTENSION, {_W.DISPATCHER}, None, {*_EXTENSION, _D.FIRST_EXTENSION, _D.REASON}),
    _row(WORKING_STATES, _A.ASK_SUSPENSION, {_W.HANDLER}, None, _ASKED),
    _row(WORKING_STATES, _A.GRANT_SUSPENSION, _DECIDERS, _S.SUSPENDED, _SUSPENSION, pauses={_C.HANDLE}),
    _row(WORKING_STATES, _A.DENY_SUSPENSION, _DECIDERS, None, {*_SUSPENSION, _D.REASON}),
    _row({_S.SUSPENDED}, _A.RESUME, {_W.HANDLER, _W.DISPATCHER, _W.SYSTEM}, _S.HANDLING,
         starts={_C.HANDLE}, back_to={_S.REWORK}),
    # 核查结案
    _row(AWAITING_VERIFICATION, _A.PASS, _EYES, _S.PASSED, {_D.OTHER_EYES}, stops={_C.VERIFY}),
    _row(AWAITING_VERIFICATION, _A.FAIL, _EYES, _S.REWORK, {_D.OTHER_EYES, _D.REASON},
         starts={_C.HANDLE}, stops={_C.VERIFY}),
    _row(AWAITING_VERIFICATION, _A.UNABLE, _EYES, None, {_D.OTHER_EYES, _D.REASON}),
    _row({_S.PASSED}, _A.CLOSE, {_W.SYSTEM}, _S.CLOSED),
    _row(OPEN_STATES, _A.FORCE_CLOSE, _DECIDERS, _S.FORCED, {_D.REASON},
         stops={_C.ACCEPT, _C.ACKNOWLEDGE, _C.HANDLE, _C.VERIFY}),
    # 综合评价
    _row(FINISHED_STATES, _A.DISPUTE, {_W.REPORTER, _W.FOLLOWER}, _S.REWORK, {_D.REASON, _D.IN_TIME},
         starts={_C.HANDLE}),
    _row(FINISHED_STATES, _A.RATE, {_W.REPORTER, _W.FOLLOWER}, None, {_D.RATING, _D.OTHER_EYES, _D.IN_TIME}),
    _row(FINISHED_STATES, _A.CALL_BACK, {_W.DISPATCHER}, None),
    # beside the path
    _row(OPEN_STATES, _A.SUPPLEMENT, {_W.REPORTER, _W.FOLLOWER}, None),
    _row(OPEN_STATES | FINISHED_STATES, _A.FOLLOW, {_W.ANYONE}, None),
    _row(OPEN_STATES, _A.URGE, _DECIDERS, None),
    _row(OPEN_STATES, _A.URGE, {_W.REPORTER, _W.FOLLOWER}, None, {_D.NOT_JUST_URGED}),
    _row(OPEN_STATES, _A.SUPERVISE, _DECIDERS, None, {_D.UNSUPERVISED}),
    _row(OPEN_STATES, _A.ESCALATE, {_W.SYSTEM}, None),
    _row(OPEN_STATES, _A.INSTRUCT, {_W.EXECUTIVE}, None, {_D.WORDS}),
    _row(OPEN_STATES | FINISHED_STATES, _A.APPEAL, {_W.HANDLER}, None, {_D.REASON}),
    _row(UNSIGNED_STATES, _A.MERGE, {_W.DISPATCHER}, _S.MERGED, stops={_C.ACCEPT, _C.ACKNOWLEDGE, _C.HANDLE}),
)  # fmt: skip


def rows_from(state: State) -> Iterator[Transition]:
    """Every row that leaves this state, or stays in it."""
    return (row for row in TABLE if state in row.states)


def allowed(state: State, stances: Iterable[Stance]) -> set[Action]:
    """Return the actions open to somebody who stands so to a case in this state (demands not yet looked at)."""
    mine = {*stances, Stance.ANYONE}
    return {row.action for row in rows_from(state) if row.who & mine}


def find(state: State, action: Action, stances: Iterable[Stance]) -> Transition:
    """Return the row for this act. Raises `NotNow` or `NotYours`."""
    rows = [row for row in rows_from(state) if row.action is action]
    if not rows:
        raise NotNow("refused.not_now", state=state.value, action=action.value)
    mine = {*stances, Stance.ANYONE}
    for row in rows:
        if row.who & mine:
            return row
    raise NotYours("refused.not_yours", action=action.value)
