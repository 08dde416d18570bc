"""Who somebody is, what functions they hold, and where they can be reached."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, case, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.domain.letters import line
from bot.domain.roles import Role
from bot.port import Chat, ChatKind, Sender
from storage.knowledge import is_new, known, learn
from storage.models import Assignment, Identity, Person, new_id
from storage.session import BatchSession

_CITIZEN = frozenset({Role.CITIZEN})

_EXACTLY = timedelta(seconds=30)
"""When somebody came last is kept as exactly as that: who sends five messages in a row is written down once."""
NOBODY = 0
"""The id of nobody: whoever reported a case, once that is erased."""


def recognise(session: Session, channel: str, account: str, sender: Sender, *, language: str, now: datetime) -> Person:
    """Return the person behind a sender, making one at first sight; merged persons lead to who they are now."""
    identity = session.get(Identity, (channel, sender.realm, sender.id))
    if identity is None:
        person = Person(id=new_id(), name=line(sender.name)[:128], language=language, created_at=now)
        session.add(person)
        session.add(
            Identity(
                channel=channel, realm=sender.realm, id=sender.id, person_id=person.id, account=account, seen_at=now
            )
        )
        return person
    return merged(session, identity.person_id)


def merged(session: Session, person_id: int) -> Person:
    """Return who this person is now. Raises `LookupError` for an unknown id."""
    person = session.get(Person, person_id)
    while person is not None and person.merged_into is not None:
        person = session.get(Person, person.merged_into)
    if person is None:
        raise LookupError(person_id)
    return person


def selves(session: Session, person: Person) -> set[int]:
    """Return a person's id, and the ids of all who turned out to be them."""
    ids, fresh = {person.id}, {person.id}
    while fresh := set(session.scalars(select(Person.id).where(Person.merged_into.in_(fresh)))) - ids:
        ids |= fresh
    return ids


def nobody(session: Session, now: datetime) -> Person:
    """Return who stands for those of whom nothing is known any more."""
    person: Person | None = session.get(Person, NOBODY)
    if person is None:
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        row = {"id": NOBODY, "name": "", "language": "", "created_at": now}
        session.execute(insert(Person).values(row).on_conflict_do_nothing(index_elements=["id"]))
        person = session.get_one(Person, NOBODY)
    return person


def opened_private(session: Session, sender: Sender, chat: Chat, now: datetime) -> None:
    """Note that this person can be reached in this private chat."""
    identity = session.get(Identity, (chat.channel, sender.realm, sender.id))
    if identity is None or chat.kind is not ChatKind.PRIVATE:
        return
    identity.chat_id, identity.account, identity.reachable = chat.id, chat.account, True
    if now - identity.seen_at > _EXACTLY:
        identity.seen_at = now
    known(session, "private chats")[merged(session, identity.person_id).id] = chat


def reach_by(session: Session, accounts: Collection[tuple[str, str]]) -> None:
    """Let only these accounts (channel, account) count in this transaction: what was switched off reaches nobody."""
    session.info["accounts"] = frozenset(accounts)


def is_live(session: Session, channel: str, account: str) -> bool:
    """Tell whether an account can reach anybody."""
    accounts: frozenset[tuple[str, str]] | None = session.info.get("accounts")
    return accounts is None or (channel, account) in accounts


def private_chat(session: Session, person_id: int) -> Chat | None:
    """Return where to write to a person: the private chat they used last; None when they cannot be reached."""
    if person_id not in known(session, "private chats"):
        read_chats(session, [person_id])
    found: Chat | None = known(session, "private chats")[person_id]
    return found


def read_chats(session: Session, ids: Collection[int]) -> None:
    """Read where to write to these persons at once, before it is asked for one by one."""
    chats = known(session, "private chats")
    unknown = {each: None for each in ids if each not in chats}
    if unknown:
        rows = session.connection().execute(_CHATS, {"ids": list(unknown)})
        used = {
            person_id: Chat(channel=channel, account=account, id=id_)
            for person_id, channel, account, id_ in rows
            if is_live(session, channel, account)
        }
        chats |= unknown | used


def known_as(session: Session, person_id: int, channel: str, realm: str = "") -> str:
    """Return the id by which a platform knows a person, the one used last; empty where it does not know them.

    With a realm, only what they are called there counts: in another organisation the same id may be somebody else.
    """

    def read() -> str:
        theirs = [Identity.person_id == merged(session, person_id).id, Identity.channel == channel]
        theirs += [Identity.realm == realm] if realm else []
        return session.scalars(select(Identity.id).where(*theirs).order_by(Identity.seen_at.desc())).first() or ""

    return learn(session, "known as", (person_id, channel, realm), read)


def read_ahead(session: BatchSession, ids: Collection[int]) -> None:
    """Read at once who these are and where to write to them, before it is asked for one by one."""
    session.read(Person, ids)
    read_chats(session, ids)


class Function(NamedTuple):
    """What somebody is: a role, for a unit, at a point (empty: at none, or at another than was asked for)."""

    role: Role
    unit: str
    point: str


def functions(session: Session, person_id: int, now: datetime, point: str = "") -> list[Function]:
    """Return the functions a person holds now; of many points only whether this one is among them."""
    read_functions(session, [person_id], now, point)
    return [*known(session, "functions")[person_id, point]]


def read_functions(session: Session, ids: Collection[int], now: datetime, point: str = "") -> None:
    """Read the functions of these persons at once, before they are asked for one by one."""
    held = known(session, "functions")
    unknown = [each for each in dict.fromkeys(ids) if (each, point) not in held]
    if unknown:
        held |= {(each, point): [] for each in unknown}
        for person_id, role, unit, at in session.connection().execute(
            _FUNCTIONS, {"persons": unknown, "at": point, "now": now}
        ):
            held[person_id, point].append(Function(Role(role), unit, at))


def points_of(person_id: int, now: datetime) -> Select[str]:
    """Return the query for the points that a person leads."""
    return select(Assignment.point).where(
        Assignment.person_id == person_id, Assignment.role == Role.LEADER.value, Assignment.point != "", current(now)
    )


def roles_of(session: Session, person: Person, now: datetime) -> frozenset[Role]:
    """Return a person's roles; everybody is a citizen."""
    if person.id not in known(session, "roles") and not is_new(session, person.id):
        read_roles(session, [person.id], now)
    found: frozenset[Role] = known(session, "roles").get(person.id, _CITIZEN)
    return found


def read_roles(session: Session, ids: Collection[int], now: datetime) -> None:
    """Read the roles of these persons at once, before they are asked for one by one."""
    held = {person_id: {Role.CITIZEN} for person_id in ids}
    if ids:
        for person_id, role in session.connection().execute(_ROLES, {"ids": ids, "now": now}):
            held[person_id].add(Role(role))
    known(session, "roles").update({person_id: frozenset(roles) for person_id, roles in held.items()})


def holders(
    session: Session, roles: Iterable[Role], now: datetime, *, unit: str | None = None, point: str | None = None
) -> Sequence[int]:
    """Return the ids of those who hold one of these roles (for this unit, for this point), longest in office first."""
    named = sorted(role.value for role in roles)

    def read() -> list[int]:
        query = _holding(of_unit=unit is not None, at_point=point is not None)
        values = {"roles": named, "now": now, "unit": unit, "point": point}
        return list(dict.fromkeys(session.connection().scalars(query, values)))

    return learn(session, "holders", (*named, unit, point), read)


# Built once, since a statement takes longer to build than to run.
_ASSIGNMENT: Any = Assignment.__table__
_HELD_NOW = or_(_ASSIGNMENT.c.until.is_(None), _ASSIGNMENT.c.until > bindparam("now"))
_ROLES = (
    select(_ASSIGNMENT.c.person_id, _ASSIGNMENT.c.role)
    .where(_ASSIGNMENT.c.person_id.in_(bindparam("ids", expanding=True)), _HELD_NOW)
    .distinct()
)

_FUNCTIONS = (
    select(
        _ASSIGNMENT.c.person_id, _ASSIGNMENT.c.role, _ASSIGNMENT.c.unit,
        case((_ASSIGNMENT.c.point == bindparam("at"), _ASSIGNMENT.c.point), else_=""),
    )
    .where(_ASSIGNMENT.c.person_id.in_(bindparam("persons", expanding=True)), _HELD_NOW)
    .distinct()
)  # fmt: skip
_IDENTITY: Any = Identity.__table__
_CHATS = (
    select(_IDENTITY.c.person_id, _IDENTITY.c.channel, _IDENTITY.c.account, _IDENTITY.c.chat_id)
    .where(
        _IDENTITY.c.person_id.in_(bindparam("ids", expanding=True)), _IDENTITY.c.chat_id != "", _IDENTITY.c.reachable
    )
    .order_by(_IDENTITY.c.seen_at)  # of several the last one counts
)


@cache
def _holding(*, of_unit: bool, at_point: bool) -> Select[int]:
    query = select(_ASSIGNMENT.c.person_id).where(_ASSIGNMENT.c.role.in_(bindparam("roles", expanding=True)), _HELD_NOW)
    if of_unit:
        query = query.where(_ASSIGNMENT.c.unit == bindparam("unit"))
    if at_point:
        query = query.where(_ASSIGNMENT.c.point == bindparam("point"))
    return query.order_by(_ASSIGNMENT.c.id)


def forget_functions(session: Session) -> None:
    """Forget who holds what, since somebody was just given or has lost a function in this transaction."""
    for about in ("roles", "holders", "functions"):
        known(session, about).clear()


def current(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a function is held now."""
    return or_(Assignment.until.is_(None), Assignment.until > now)
