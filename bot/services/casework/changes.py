"""What an act changes on a case beside its state and clocks, and what of it the history keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete

from bot.domain.case import DECIDING, WORKING_STATES, Action, State
from bot.domain.roles import Stance
from bot.services import attachments
from bot.services.casework import clocks, followers, overlooked, routing
from bot.services.casework.demands import Deed
from bot.services.casework.stances import in_place_of, stances
from bot.services.desk import Desk
from storage.models import Case, WaitingCall

NEW_ROUND = frozenset({Action.RETURN, Action.REASSIGN, Action.FAIL, Action.DISPUTE})
"""After these the buttons of before are old, and photos of before prove nothing."""
_REQUESTS = {Action.ASK_EXTENSION: "extension", Action.ASK_SUSPENSION: "suspension"}
_ANSWERS_URGING = frozenset({Action.SIGN, Action.REPLY, Action.RESUME, Action.PASS, Action.FAIL, Action.FORCE_CLOSE})
"""After these nobody is urged any more."""

Facts = dict[str, Any]


def apply(desk: Desk, case: Case, deed: Deed) -> Facts:
    """Change what the deed changes; return the facts for the history."""
    absent = in_place_of(desk, case, deed.by) if deed.by else []
    facts = _CHANGES.get(deed.action, _nothing)(desk, case, deed)
    if deed.action in NEW_ROUND:
        case.round += 1
    if State(case.state) not in WORKING_STATES:
        case.request = ""  # it was about work that is over, or somebody else's now
    if deed.action in _ANSWERS_URGING and (case.urged_by or case.supervised):
        case.urged_by = ""
        desk.session.execute(delete(WaitingCall).where(WaitingCall.case_id == case.id))
    return facts | {"for": absent} if absent else facts


def _nothing(_desk: Desk, _case: Case, _deed: Deed) -> Facts:
    return {}


def _open(desk: Desk, case: Case, _deed: Deed) -> Facts:
    case.opened_at = desk.now
    clocks.set_limit(desk, case)
    case.overlooked_at = overlooked.when(desk, case)
    missed = {"overlooked": case.overlooked_at} if case.overlooked_at else {}
    return {"condition": case.condition, "limit": [case.limit_amount, case.limit_unit], **missed}


def _dispatch(desk: Desk, case: Case, deed: Deed) -> Facts:
    owner = deed.owner
    assert owner is not None  # noqa: S101 -- the row demands it
    if deed.action is Action.REASSIGN:
        case.transfers += 1
    case.dispatched_at = desk.now
    case.unit, case.owner_id = owner.unit, owner.person_id
    case.owner_kind, case.stepped_in = owner.kind, owner.stepped_in
    case.handler_id, case.signed_at = None, None
    return {"unit": owner.unit, "owner": owner.person_id, "kind": owner.kind, "stepped_in": owner.stepped_in}


def _sign(desk: Desk, case: Case, deed: Deed) -> Facts:
    case.handler_id = deed.by.id if deed.by else None
    case.signed_at = desk.now
    return {"unit": case.unit}


def _return(_desk: Desk, case: Case, deed: Deed) -> Facts:
    back = {"unit": case.unit, "kind": case.owner_kind}
    case.tried = routing.handed_back(case, [deed.by.id] if deed.by else [])
    case.transfers += 1
    case.unit, case.owner_id, case.owner_kind, case.stepped_in = "", None, "dispatcher", ""
    case.handler_id, case.signed_at = None, None
    return back


def _reply(desk: Desk, case: Case, _deed: Deed) -> Facts:
    case.replied_at = desk.now
    photos = attachments.of_case(desk.session, case.id, "after", round=case.round)
    return {"blobs": [photo.blob for photo in photos if photo.blob]}


def _close(desk: Desk, case: Case, _deed: Deed) -> Facts:
    case.closed_at = desk.now
    return {}


def _dispute(_desk: Desk, case: Case, _deed: Deed) -> Facts:
    case.reopened += 1
    case.extensions = 0  # the clock begins anew
    case.closed_at, case.rating = None, None  # the result is judged anew
    return {"reopened": case.reopened, "due": case.handle_due}


def _rate(desk: Desk, case: Case, deed: Deed) -> Facts:
    """The reporter's own rating counts; a follower's only where the reporter has given none."""
    if case.rating is None or Stance.REPORTER in stances(desk, case, deed.by):
        case.rating = deed.rating
    return {"rating": deed.rating}


def _follow(desk: Desk, case: Case, deed: Deed) -> Facts:
    if deed.by is not None:
        followers.add(desk, case, deed.by)
    return {}


def _ask(desk: Desk, case: Case, deed: Deed) -> Facts:
    case.request = _REQUESTS[deed.action]
    case.decide_due = clocks.due(desk, desk.city.settings.accept_limit)
    return {}


def _decide(_desk: Desk, case: Case, deed: Deed) -> Facts:
    case.request = ""
    if deed.action is not Action.GRANT_EXTENSION:
        return {}
    case.extensions += 1
    return {"due": case.handle_due, "extensions": case.extensions}


def _resume(_desk: Desk, case: Case, _deed: Deed) -> Facts:
    return {"due": case.handle_due}


def _urge(desk: Desk, case: Case, deed: Deed) -> Facts:
    stand = stances(desk, case, deed.by)
    by = next((each for each in (Stance.EXECUTIVE, Stance.DISPATCHER) if each in stand), Stance.REPORTER)
    case.urged_at, case.urged_by = desk.now, by.value
    return {}


def _supervise(_desk: Desk, case: Case, _deed: Deed) -> Facts:
    case.supervised = True
    return {}


_CHANGES: dict[Action, Callable[[Desk, Case, Deed], Facts]] = {
    Action.OPEN: _open,
    Action.DISPATCH: _dispatch,
    Action.REASSIGN: _dispatch,
    Action.SIGN: _sign,
    Action.RETURN: _return,
    Action.REPLY: _reply,
    Action.CLOSE: _close,
    Action.FORCE_CLOSE: _close,
    Action.DISPUTE: _dispute,
    Action.RATE: _rate,
    Action.FOLLOW: _follow,
    **dict.fromkeys(_REQUESTS, _ask),
    **dict.fromkeys(DECIDING, _decide),
    Action.RESUME: _resume,
    Action.URGE: _urge,
    Action.SUPERVISE: _supervise,
}
