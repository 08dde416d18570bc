"""People, how channels know them, the functions they hold, who stands in for them, and the chats that are bound."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, new_id, refers_to


class Person(Base):
    """Somebody; citizens have no function. `merged_into` names who they turned out to be."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(128), default="")
    language: Mapped[str] = mapped_column(String(16), default="")
    merged_into: Mapped[int | None] = mapped_column(refers_to("person.id"))
    informed_at: Mapped[datetime | None]  # when the privacy notice was shown
    banned_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Identity(Base):
    """How a channel knows a person, and the private chat where they can be reached."""

    __tablename__ = "identity"
    __table_args__ = (Index("ix_identity_person_id_seen_at", "person_id", "seen_at"),)

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    realm: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    person_id: Mapped[int] = mapped_column(refers_to("person.id"))
    account: Mapped[str] = mapped_column(String(64), default="")
    chat_id: Mapped[str] = mapped_column(String(128), default="")  # empty until they opened a private chat
    reachable: Mapped[bool] = mapped_column(default=True)
    seen_at: Mapped[datetime]


class Assignment(Base):
    """A function somebody holds: role, and the unit or point it is for."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_person_id", "person_id"),
        Index("ix_assignment_role_unit", "role", "unit"),
        Index("ix_assignment_point", "point"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[int] = mapped_column(refers_to("person.id"))
    role: Mapped[str] = mapped_column(String(24))  # bot.domain.roles.Role
    unit: Mapped[str] = mapped_column(String(64), default="")
    point: Mapped[str] = mapped_column(String(64), default="")
    title: Mapped[str] = mapped_column(String(128), default="")
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Absence(Base):
    """Somebody is away (请假) from `since` until before `until`, and somebody else stands in (代理)."""

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[int] = mapped_column(refers_to("person.id"), index=True)
    stand_in_id: Mapped[int] = mapped_column(refers_to("person.id"))
    since: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    ending: Mapped[str] = mapped_column(String(4), default="")  # that it ends was "seen", and both were "told"


class Invite(Base):
    """A one-time invitation to a function; only a digest of the code is kept."""

    __tablename__ = "invite"

    code_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(24))
    unit: Mapped[str] = mapped_column(String(64), default="")
    points: Mapped[list[Any]] = mapped_column(default=list)
    name: Mapped[str] = mapped_column(String(128), default="")
    staff: Mapped[str] = mapped_column(String(64), default="", index=True)  # its record in people.csv, if any
    made_by: Mapped[int | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None]


class Link(Base):
    """A code by which somebody lets their chats on two channels become one person; only a digest of it is kept.

    The one who asked is `person_id`, whoever brought the code is `other_id`; each must say yes in their own chat.
    """

    __tablename__ = "link"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    code_digest: Mapped[str] = mapped_column(String(64), index=True)
    person_id: Mapped[int] = mapped_column(refers_to("person.id"), index=True)
    chat_body: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    other_id: Mapped[int | None] = mapped_column(refers_to("person.id"))
    other_chat_body: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12), default="open")  # open, brought, agreed (by the other), done


class BoundChat(Base):
    """A group that belongs to a unit (its cases appear there; units may share one) or to the leaders (digests)."""

    __tablename__ = "bound_chat"

    chat: Mapped[str] = mapped_column(String(255), primary_key=True)
    unit: Mapped[str] = mapped_column(String(64), primary_key=True, default="", index=True)  # empty: the leaders' group
    chat_body: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(16), default="")
    bound_by: Mapped[int]
    bound_at: Mapped[datetime]


class Subscription(Base):
    """Somebody wants digests of this kind (daily, weekly, monthly) in private."""

    __tablename__ = "subscription"

    person_id: Mapped[int] = mapped_column(refers_to("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True, index=True)
