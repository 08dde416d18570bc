"""Two persons who turn out to be one: what is going on moves to who they are now, what has happened stays as it was.

Every column that refers to a person moves, in whatever table, so that none is forgotten when one is added. Read through
`merged_into` instead: who acted in a case's history or handed it back, bound a group, made an invitation, a post or a
shift, decided about an attendance. A case keeps its pseudonym, so that nobody learns whose it is.

What both have and may be there once is kept as the survivor has it; counts are added up, and of service nothing is
dropped: where hours are counted it is seen to that no minute counts twice (`hours`). Alarms, waiting calls and moved
deadlines hang on the case alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Column,
    Delete,
    PrimaryKeyConstraint,
    UniqueConstraint,
    Update,
    and_,
    delete,
    exists,
    func,
    select,
    update,
)

from bot.domain.roles import Role
from bot.services import people
from bot.services.desk import Desk
from storage.knowledge import known
from storage.models import (
    Absence,
    Attendance,
    Base,
    Card,
    Case,
    Follower,
    Hearer,
    Invite,
    Link,
    Nag,
    Person,
    Reminder,
    Shift,
    Signup,
    Tally,
    Volunteer,
)

_BY_NUMBER = (
    Card.person_id, Hearer.person_id, Invite.used_by, Nag.person_id, Reminder.person_id, Shift.leader_id,
    Signup.offered_to,
)  # fmt: skip
"""What moves though it is no foreign key."""
_LEFT = (Link.other_id, Link.person_id, Person.merged_into)
"""Foreign keys that do not: a code for linking is over when it has been used."""
_STATED = ("private chats", "roles", "holders", "functions", "absences", "followers", "reported")
"""What a transaction knows about persons, and has to read anew."""


def merge(desk: Desk, one: Person, other: Person) -> Person:
    """Make one person of two and return who they are now: whoever holds a function, else whoever was here first.

    Everybody who was either of them is the survivor from now on. Merging somebody with themselves changes nothing.
    """
    desk.session.flush()
    ids = {people.merged(desk.session, each.id).id for each in (one, other)}
    locked = select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()
    both = desk.session.scalars(locked.execution_options(populate_existing=True)).all()
    if len({people.merged(desk.session, each.id).id for each in both}) == 1:
        return people.merged(desk.session, one.id)
    survivor, gone = sorted(both, key=lambda each: (not _is_staff(desk, each), each.created_at, each.id))
    _take_over(survivor, gone)
    desk.session.flush()
    for statement in _statements(survivor.id, gone.id):
        desk.session.execute(statement, execution_options={"synchronize_session": False})
    desk.session.expire_all()
    for about in _STATED:
        known(desk.session, about).clear()
    return survivor


def moved() -> list[Column[Any]]:
    """Return the columns that move."""
    by_number, left = ({each.property.columns[0] for each in some} for some in (_BY_NUMBER, _LEFT))
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    return [each for each in columns if (each in by_number or _refers(each)) and each not in left]


def _refers(column: Column[Any]) -> bool:
    return any(key.column is Person.__table__.c.id for key in column.foreign_keys)


def _is_staff(desk: Desk, person: Person) -> bool:
    return people.roles_of(desk.session, person, desk.now) != {Role.CITIZEN}


def _take_over(survivor: Person, gone: Person) -> None:
    survivor.name = survivor.name or gone.name
    survivor.informed_at = survivor.informed_at or gone.informed_at
    survivor.banned_until = max(filter(None, (survivor.banned_until, gone.banned_until)), default=None)
    gone.name, gone.merged_into = "", survivor.id


def _statements(new: int, old: int) -> Iterator[Update | Delete]:
    yield from (_add_up(new, old), _renumber(new, old), _stand(new, old), _honour(new, old))
    for column in moved():
        yield from (_drop_doubles(column, others, new, old) for others in _once(column))
        yield _move(column, new, old)
    reported = select(Case.id).where(Case.reporter_id == new)
    yield update(Follower).where(Follower.person_id == new, Follower.case_id.in_(reported)).values(first=True)
    yield delete(Absence).where(Absence.person_id == new, Absence.stand_in_id == new)
    yield delete(Card).where(Card.subject == f"nag:{old}")  # the survivor has one of their own
    yield update(Hearer).where(Hearer.person_id == new).values(changed=True)
    yield update(Person).where(Person.merged_into == old).values(merged_into=new)


def _move(column: Column[Any], new: int, old: int) -> Update:
    """Where rows have versions it is another one: whoever has such a case in hand now begins anew, and finds them."""
    values: dict[str, Any] = {column.name: new}
    if column.table is Case.__table__:
        values["version"] = column.table.c.version + 1
    return update(column.table).where(column == old).values(values)


def _once(column: Column[Any]) -> Iterator[list[str]]:
    """Yield with which other columns this one may be there only once."""
    for constraint in column.table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint) and column in set(constraint.columns):
            yield [each.name for each in constraint.columns if each is not column]


def _drop_doubles(column: Column[Any], others: list[str], new: int, old: int) -> Delete:
    table, twin = column.table, column.table.alias()
    same = (twin.c[name] == table.c[name] for name in others)
    return delete(table).where(column == old, exists().where(twin.c[column.name] == new, *same))


def _add_up(new: int, old: int) -> Update:
    twin = Tally.__table__.alias()
    same = and_(*(twin.c[name] == getattr(Tally, name) for name in ("shift_id", "quarter", "behaviour")))
    theirs = select(twin.c.count).where(twin.c.person_id == old, same)
    both = (Tally.person_id == new, theirs.exists())
    return update(Tally).where(*both).values(count=Tally.count + theirs.scalar_subquery())


def _renumber(new: int, old: int) -> Update:
    """Give whoever came to one shift as both new numbers, higher than all that are given there."""
    twin = Attendance.__table__.alias()
    given = select(func.max(twin.c.pair)).where(
        twin.c.shift_id == Attendance.shift_id, twin.c.person_id.in_((new, old))
    )
    both = exists().where(twin.c.shift_id == Attendance.shift_id, twin.c.person_id == new)
    values = {"pair": Attendance.pair + given.scalar_subquery()}
    return update(Attendance).where(Attendance.person_id == old, both).values(values)


def _stand(new: int, old: int) -> Delete:
    """Let a place that one of them has outlast one that the other gave back."""
    twin = Signup.__table__.alias()
    stands = (twin.c.shift_id == Signup.shift_id, twin.c.person_id == old, twin.c.withdrawn_at.is_(None))
    return delete(Signup).where(Signup.person_id == new, Signup.withdrawn_at.is_not(None), exists().where(*stands))


def _honour(new: int, old: int) -> Update:
    """Nobody is congratulated on a star again."""
    twin = Volunteer.__table__.alias()
    star = select(twin.c.star).where(twin.c.person_id == old).scalar_subquery()
    return update(Volunteer).where(Volunteer.person_id == new, Volunteer.star < star).values(star=star)
