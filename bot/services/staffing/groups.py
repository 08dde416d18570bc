"""Groups that belong to a unit, where its cases appear, or to the leaders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from bot.domain.roles import Role
from bot.port import Chat
from bot.services import people
from bot.services.desk import Desk
from storage.knowledge import known, learn
from storage.models import BoundChat, Person

_OF_UNIT = select(BoundChat).where(BoundChat.unit == bindparam("unit")).order_by(BoundChat.chat)
_HEADQUARTERS = frozenset({Role.DISPATCHER, Role.ADMINISTRATOR})


def may_bind(desk: Desk, person: Person) -> frozenset[str] | None:
    """Return the units for which somebody may bind a group; None when it is all of them, and the leaders' group."""
    held = people.functions(desk.session, person.id, desk.now)
    if any(item.role in _HEADQUARTERS for item in held):
        return None
    return frozenset(item.unit for item in held if item.role == Role.UNIT_HEAD and item.unit)


def bind(session: Session, chat: Chat, unit: str, *, by: int, language: str, now: datetime) -> BoundChat:
    """Let a unit's new cases appear in this group (the leaders' group: no unit). Doing it again changes nothing."""
    bound = session.get(BoundChat, (chat.key, unit))
    if bound is None:
        bound = BoundChat(
            chat=chat.key, unit=unit, chat_body=chat.model_dump_json(), language=language, bound_by=by,
            bound_at=now,
        )  # fmt: skip
        session.add(bound)
        session.flush()
        known(session, "groups").clear()
    return bound


def bound(session: Session, chat: Chat) -> Sequence[BoundChat]:
    """Return what a group is bound to."""
    return session.scalars(select(BoundChat).where(BoundChat.chat == chat.key).order_by(BoundChat.unit)).all()


def of_unit(session: Session, unit: str) -> Sequence[BoundChat]:
    """Return the groups in which a unit's cases appear."""

    def read() -> Sequence[BoundChat]:
        return session.scalars(_OF_UNIT, {"unit": unit}).all()

    return learn(session, "groups", unit, read) if unit else ()


def units(session: Session) -> Sequence[str]:
    """Return the units that have groups."""

    def read() -> Sequence[str]:
        return session.scalars(select(BoundChat.unit).where(BoundChat.unit != "").distinct()).all()

    return learn(session, "groups", "units of groups", read)


def of_leaders(session: Session) -> Sequence[BoundChat]:
    """Return the leaders' groups."""

    def read() -> Sequence[BoundChat]:
        return session.scalars(select(BoundChat).where(BoundChat.unit == "").order_by(BoundChat.chat)).all()

    return learn(session, "groups", "", read)


def unbind(session: Session, chat: Chat) -> int:
    """Let nothing more appear in a group; return how many bonds it had."""
    count = len(bound(session, chat))
    known(session, "groups").clear()
    session.execute(delete(BoundChat).where(BoundChat.chat == chat.key))
    return count
