"""Giving back one's functions (交回岗位): what was in hand is sent on anew, and colleagues are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, delete, or_, select, update

from bot.domain.case import WORKING_STATES, Action, State
from bot.domain.roles import Role
from bot.port import Outgoing
from bot.services import people
from bot.services.casework import callees, cases, routing
from bot.services.casework.routing import Owner
from bot.services.desk import Desk
from bot.services.staffing import absences, invites
from bot.services.volunteering import shifts
from storage.models import Assignment, Card, Case, Nag, Person

_VIEWS = ("desk", "verifier", "overview")
"""What only a function lets one see: their cards follow no case any more."""
_INDISPENSABLE = (Role.DISPATCHER, Role.ADMINISTRATOR)


def is_indispensable(desk: Desk, person: Person) -> bool:
    """Tell whether somebody is the last at headquarters, or the last administrator: there must always be one."""
    own = people.roles_of(desk.session, person, desk.now)
    return any(role in own and _others(desk, person, role) == set() for role in _INDISPENSABLE)


def describe(desk: Desk, person: Person, language: str) -> str:
    """Return in words which functions somebody holds; nothing where they hold none."""
    held = dict.fromkeys((item.role, item.unit) for item in people.functions(desk.session, person.id, desk.now))
    return ", ".join(invites.describe(desk, language, role.value, unit, ()) for role, unit in held)


def in_hand(desk: Desk, person: Person) -> Sequence[Case]:
    """Return what waits for somebody to take it, and what they work on; headquarters takes up what is suspended."""
    ids = people.selves(desk.session, person)
    asked = and_(Case.state == State.PENDING_SIGNING.value, Case.owner_id.in_(ids))
    taken = and_(Case.state.in_([state.value for state in WORKING_STATES]), Case.handler_id.in_(ids))
    return desk.session.scalars(select(Case).where(or_(asked, taken)).order_by(Case.id)).all()


def resign(desk: Desk, person: Person) -> int:
    """Let somebody hold no function from now on; return how many cases were sent on to others."""
    ids = people.selves(desk.session, person)
    units = {item.unit for item in people.functions(desk.session, person.id, desk.now)} - {""}
    names = {each: describe(desk, person, each) for each in desk.words.languages}
    leave = absences.end(desk, person)
    stood_in_for = absences.absents(desk, person.id)
    held = update(Assignment).where(Assignment.person_id.in_(ids), people.current(desk.now))
    desk.session.execute(held.values(until=desk.now))
    people.forget_functions(desk.session)
    shifts.leave_all(desk, person.id)
    found = in_hand(desk, person)
    for case in found:
        cases.act(desk, case, Action.REASSIGN, None, owner=routing.choose(desk, case) or _nobody(case))
    desk.session.flush()
    seen = delete(Card).where(Card.person_id.in_(ids), Card.view.in_(_VIEWS))
    desk.session.execute(seen, execution_options={"synchronize_session": False})
    desk.session.execute(update(Nag).where(Nag.person_id.in_(ids)).values(stale=True))
    heads = (each for unit in units for each in people.holders(desk.session, [Role.UNIT_HEAD], desk.now, unit=unit))
    for each in stood_in_for:
        absences.tell(desk, people.merged(desk.session, each), "away.deputy_left", name=person.name)
    deputy = [leave.stand_in_id] if leave else []
    tell(desk, [*heads, *callees.dispatchers(desk), *deputy], "resign.told", person.name, names, len(found))
    return len(found)


def tell(desk: Desk, colleagues: Iterable[int], key: str, name: str, what: dict[str, str], n: int) -> None:  # noqa: PLR0917 -- what a sentence says
    """Tell colleagues, each once and in their language, whose functions (`what`, by language) and cases are free."""
    for each in dict.fromkeys(people.merged(desk.session, each).id for each in colleagues):
        chat = people.private_chat(desk.session, each)
        if chat is not None:
            language = desk.language_of(people.merged(desk.session, each))
            desk.post.send(chat, Outgoing(text=desk.words.say(language, key, name=name, what=what[language], n=n)))


def _nobody(case: Case) -> Owner:
    return Owner(case.unit, None, "dispatcher", "not_joined")


def _others(desk: Desk, person: Person, role: Role) -> set[int]:
    holders = people.holders(desk.session, [role], desk.now)
    return {people.merged(desk.session, each).id for each in holders} - {person.id}
