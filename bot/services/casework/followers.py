"""Who is told of a case: the first reporter, and everybody who joined."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.services.desk import Desk
from storage.knowledge import is_new, known
from storage.models import Case, Follower, Person

_OF_CASES = select(Follower).where(Follower.case_id.in_(bindparam("cases", expanding=True))).order_by(Follower.since)


def of(desk: Desk, case: Case) -> list[Follower]:
    """Return the followers of a case, the longest first. `add` keeps the list true within a transaction."""
    if not is_new(desk.session, case.id):
        read_ahead(desk.session, [case.id])
    found: list[Follower] = known(desk.session, "followers").setdefault(case.id, [])
    return found


def read_ahead(session: Session, case_ids: Collection[int]) -> None:
    """Read the followers of these cases at once, before they are asked for one by one."""
    followers = known(session, "followers")
    unknown = [case_id for case_id in case_ids if case_id not in followers]
    if unknown:
        followers |= {case_id: [] for case_id in unknown}
        with session.no_autoflush:
            for follower in session.scalars(_OF_CASES, {"cases": unknown}):
                followers[follower.case_id].append(follower)


def add(desk: Desk, case: Case, person: Person, *, first: bool = False) -> None:
    """Let somebody be told from now on; twice changes nothing."""
    if not is_follower(desk, case, person):
        values = {"case_id": case.id, "person_id": person.id, "since": desk.now, "first": first}
        of(desk, case).append(Follower(**values))
        desk.session.append(Follower, **values)


def is_follower(desk: Desk, case: Case, person: Person) -> bool:
    """Tell whether somebody is told what the first reporter is told."""
    return any(follower.person_id == person.id for follower in of(desk, case))


def joined(desk: Desk, case: Case) -> int:
    """Return how many joined after the first reporter."""
    return sum(not follower.first for follower in of(desk, case))
