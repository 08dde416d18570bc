"""Which cases somebody has before them, and which face of a case they may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from bot.domain.case import ENDED_STATES, FINISHED_STATES, OPEN_STATES, WORKING_STATES, State
from bot.domain.roles import VERIFIERS, VERIFYING, Role, Stance
from bot.services import people
from bot.services.casework import cards
from bot.services.casework.stances import WORKERS, have_handled, stances
from bot.services.desk import Desk, Turn
from bot.services.post import View
from bot.services.staffing import absences
from storage.models import Assignment, BoundChat, Case, Follower, Nag, Person

SHOWN = 8
_PUT_OFF = State.SUSPENDED.value
_TAKEN = WORKING_STATES | {State.SUSPENDED}
_QUEUE = (State.PENDING_CHECK.value, State.PENDING_OPENING.value, State.PENDING_DISPATCH.value)


def mine(desk: Desk, person: Person) -> Sequence[Case]:
    """Return the cases that somebody reported or joined: open ones first, the newest first."""
    found = desk.session.scalars(
        select(Case).join(Follower, Follower.case_id == Case.id).where(Follower.person_id == person.id)
    ).all()
    return sorted(found, key=lambda case: (State(case.state) in ENDED_STATES, -case.reported_at.timestamp()))


def open_of(desk: Desk, person: Person) -> list[Case]:
    """Return those that go on."""
    return [case for case in mine(desk, person) if State(case.state) in OPEN_STATES]


def tasks(desk: Desk, person: Person) -> Sequence[Case]:
    """Return what waits for somebody, or for those they stand in for — to be taken, to be done, to be verified —, by
    deadline; what is put off (挂账) comes last.
    """
    acting = [person.id, *absences.absents(desk, person.id)]
    held = [item for each in acting for item in people.functions(desk.session, each, desk.now)]
    units = [item.unit for item in held if item.unit and item.role in {Role.LEADER, Role.UNIT_HEAD}]
    points = [Case.point.in_(people.points_of(each, desk.now)) for each in acting]
    signing = or_(Case.owner_id.in_(acting), Case.unit.in_(units), *points)
    wanted = [
        and_(Case.state == State.PENDING_SIGNING.value, signing),
        and_(Case.state.in_([state.value for state in _TAKEN]), Case.handler_id.in_(acting)),
    ]
    if any(item.role in VERIFIERS for item in held):
        wanted.append(Case.state == State.PENDING_VERIFICATION.value)
    if any(item.role == Role.DISPATCHER for item in held):
        wanted += [Case.state.in_(_QUEUE), and_(Case.state == State.PENDING_SIGNING.value, Case.owner_id.is_(None))]
    found = [case for case in desk.session.scalars(select(Case).where(or_(*wanted))) if _is_theirs(desk, case, person)]
    return sorted(found, key=lambda case: (case.state == _PUT_OFF, (_deadline(case) or desk.now).timestamp()))


def in_hand(desk: Desk, person: Person) -> int:
    """Return how many cases somebody was asked to take, or took and has not finished."""
    asked = and_(Case.state == State.PENDING_SIGNING.value, Case.owner_id == person.id)
    taken = and_(Case.state.in_([state.value for state in _TAKEN]), Case.handler_id == person.id)
    return desk.session.scalar(select(func.count()).select_from(Case).where(or_(asked, taken))) or 0


def queue(desk: Desk) -> Sequence[Case]:
    """Return what waits for headquarters: to be opened, sent on, or taken in place of others, left by whoever had it,
    or asked for more time; oldest first.
    """
    untaken = and_(Case.state == State.PENDING_SIGNING.value, Case.owner_id.is_(None))
    nobodys = and_(Case.state == State.REWORK.value, Case.handler_id.is_(None))  # disputed after a closing by order
    asked = and_(Case.state.in_([state.value for state in WORKING_STATES]), Case.request != "")
    query = select(Case).where(or_(Case.state.in_(_QUEUE), untaken, nobodys, asked, _may_be_left(desk)))
    found = desk.session.scalars(query.order_by(Case.reported_at, Case.id))
    return [case for case in found if case.handler_id is None or case.request or is_left(desk, case)]


def is_left(desk: Desk, case: Case) -> bool:
    """Tell whether whoever works on a case holds no function any more, so that it is in nobody's hands."""
    if State(case.state) not in _TAKEN or case.handler_id is None:
        return False
    handler = people.merged(desk.session, case.handler_id)
    return not WORKERS & people.roles_of(desk.session, handler, desk.now)


def _may_be_left(desk: Desk) -> ColumnElement[bool]:
    """Return the condition that whoever took a case holds nothing now, or has become another person."""
    holding = select(Assignment.person_id).where(Assignment.role.in_(WORKERS), people.current(desk.now))
    taken = Case.state.in_([state.value for state in _TAKEN])
    return and_(taken, Case.handler_id.is_not(None), Case.handler_id.not_in(holding))


def is_late(desk: Desk, case: Case) -> bool:
    """Tell whether the deadline that counts now has passed."""
    deadline = _deadline(case)
    return State(case.state) in OPEN_STATES and deadline is not None and deadline < desk.now


def show(turn: Turn, case: Case) -> bool:
    """Show the face of a case that this person may see here; False if there is none for them."""
    if not turn.is_private:
        return _show_to_group(turn, case)
    name = face_for(turn, case, turn.person)
    if not name:
        return False
    turn.post.show(*cards.faced(turn, case, View(cards.subject(case), turn.chat, name, turn.person.id)), anew=True)
    return True


def face_for(desk: Desk, case: Case, person: Person) -> str:
    """Return the name of the face that somebody may see: by their function first, then as a reporter; else nothing."""
    stand = stances(desk, case, person)
    if case.state == State.PENDING_VERIFICATION and stand & VERIFYING:
        return "verifier" if person.id not in have_handled(desk, case) else "owner"
    for stance, name in _BY_STANCE:
        if stance in stand:
            return name
    if stand & {Stance.REPORTER, Stance.FOLLOWER}:
        return own_face(case)
    is_administrator = Role.ADMINISTRATOR in people.roles_of(desk.session, person, desk.now)
    return "overview" if is_administrator or _is_told(desk, case, person) else ""


def _is_told(desk: Desk, case: Case, person: Person) -> bool:
    """Tell whether somebody was asked to see to a case, as on a rung of the ladder, and still is."""
    nag = desk.session.get(Nag, (person.id, case.id))
    return nag is not None and nag.rung is not None


def own_face(case: Case) -> str:
    """Return the name of the face that reporters and followers see: how it goes on, or what came of it."""
    return "feedback" if State(case.state) in FINISHED_STATES else "reporter"


_BY_STANCE = (
    (Stance.DISPATCHER, "desk"),
    (Stance.HANDLER, "owner"),
    (Stance.OWNER, "owner"),
    (Stance.INSPECTOR, "verifier"),
    (Stance.EXECUTIVE, "overview"),
)


def _show_to_group(turn: Turn, case: Case) -> bool:
    if not case.unit or turn.session.get(BoundChat, (turn.chat.key, case.unit)) is None:
        return False
    turn.post.show(*cards.faced(turn, case, View(cards.subject(case), turn.chat, "group")), anew=True)
    return True


def _is_theirs(desk: Desk, case: Case, person: Person) -> bool:
    stand = stances(desk, case, person)
    if case.state == State.PENDING_VERIFICATION:
        return bool(stand & VERIFYING) and person.id not in have_handled(desk, case)
    return bool(stand & {Stance.OWNER, Stance.HANDLER, Stance.DISPATCHER})


def _deadline(case: Case) -> datetime | None:
    """The deadline that counts now; none counts while a case is put off."""
    if case.state == _PUT_OFF:
        return None
    return case.verify_due if case.state == State.PENDING_VERIFICATION else case.handle_due or case.accept_due
