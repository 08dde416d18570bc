"""Cases, their events and evidence, and who follows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, new_id, refers_to

_OVERLOOKED = text("overlooked_at IS NOT NULL")


class Case(Base):
    """A problem at a place with an owner, clocks and evidence, as it stands now; the events tell how it came there."""

    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_similar", "category", "lat", "lon"),
        Index("ix_case_state_unit", "state", "unit"),
        Index("ix_case_point", "point"),
        Index("ix_case_reporter_id", "reporter_id"),
        Index("ix_case_owner_id_state", "owner_id", "state"),
        Index("ix_case_overlooked_at", "overlooked_at", postgresql_where=_OVERLOOKED, sqlite_where=_OVERLOOKED),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    draft_id: Mapped[int | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(24))  # bot.domain.case.State
    source: Mapped[str] = mapped_column(String(16))  # citizen, volunteer, leader, inspector, …
    reporter_id: Mapped[int] = mapped_column(refers_to("person.id"))
    pseudonym: Mapped[str] = mapped_column(String(24))  # the reporter's name on the handling side, of this case alone

    category: Mapped[str] = mapped_column(String(16))
    condition: Mapped[str] = mapped_column(String(32), default="")
    urgent: Mapped[bool] = mapped_column(default=False)
    limit_amount: Mapped[int]
    limit_unit: Mapped[str] = mapped_column(String(16))

    lat: Mapped[float | None]
    lon: Mapped[float | None]
    place: Mapped[str] = mapped_column(String(256), default="")
    point: Mapped[str] = mapped_column(String(64), default="")
    grid: Mapped[str] = mapped_column(String(64), default="")

    unit: Mapped[str] = mapped_column(String(64), default="")  # the lead unit that has it
    owner_id: Mapped[int | None] = mapped_column(refers_to("person.id"))  # asked to take it
    owner_kind: Mapped[str] = mapped_column(String(16), default="")  # leader, unit_head, dispatcher
    stepped_in: Mapped[str] = mapped_column(String(24), default="")  # why not the first in line
    handler_id: Mapped[int | None] = mapped_column(refers_to("person.id"))  # took it
    transfers: Mapped[int] = mapped_column(default=0)
    tried: Mapped[list[Any]] = mapped_column(default=list)  # owners that handed it back
    round: Mapped[int] = mapped_column(default=1)  # the handling round: a press of an earlier one is old
    reopened: Mapped[int] = mapped_column(default=0)
    request: Mapped[str] = mapped_column(String(16), default="")  # an open request: extension, suspension
    extensions: Mapped[int] = mapped_column(default=0)  # granted since the handle clock began
    supervised: Mapped[bool] = mapped_column(default=False)  # 督办
    urged_at: Mapped[datetime | None]  # 催办: when last
    urged_by: Mapped[str] = mapped_column(String(16), default="")  # by whom, as long as nobody has acted on it
    rating: Mapped[int | None]

    reported_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    accept_due: Mapped[datetime | None]
    acknowledge_due: Mapped[datetime | None]
    handle_due: Mapped[datetime | None]
    verify_due: Mapped[datetime | None]
    decide_due: Mapped[datetime | None]  # by when the newest request is to be decided

    relapse_of: Mapped[int | None] = mapped_column(refers_to("case.id"))
    overlooked_at: Mapped[datetime | None]  # 漏报: when the point's leader had just reported that all was fine

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- the column above


class CaseText(Base):
    """Free words about a case, beside the history, so that they can be erased with their salt and leave it valid."""

    __tablename__ = "case_text"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[int] = mapped_column(refers_to("case.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))  # problem, reason, reply, dispute, supplement
    text: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime]


class Event(Base):
    """One link of a subject's history; facts are ids, codes and salted digests, never names or free words."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("subject", "seq"), Index("ix_event_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(64))  # case:123
    seq: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))  # person:123, a pseudonym, or system
    action: Mapped[str] = mapped_column(String(24))
    before: Mapped[str] = mapped_column(String(24))
    after: Mapped[str] = mapped_column(String(24))
    facts: Mapped[dict[str, Any]]
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class Seal(Base):
    """An hourly seal over the heads of changed histories; the seals are one chain."""

    __tablename__ = "seal"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    seq: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime]
    up_to: Mapped[int]  # events with an id up to this one are covered
    heads: Mapped[dict[str, Any]]  # subject → hash (hex)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class Attachment(Base):
    """A photo or file: pending until fetched, then stored (by hash), refused or lost; erased when its time is over."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    draft_id: Mapped[int | None] = mapped_column(index=True)
    case_id: Mapped[int | None] = mapped_column(refers_to("case.id"), index=True)
    person_id: Mapped[int] = mapped_column(refers_to("person.id"))
    purpose: Mapped[str] = mapped_column(String(8))  # before, after
    round: Mapped[int] = mapped_column(default=1)
    album: Mapped[str] = mapped_column(String(64), default="", index=True)
    state: Mapped[str] = mapped_column(String(8), default="pending")  # pending, stored, refused, lost, erased
    reason: Mapped[str] = mapped_column(String(64), default="")
    blob: Mapped[str] = mapped_column(String(64), default="", index=True)
    mime: Mapped[str] = mapped_column(String(64), default="")
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    dhash: Mapped[str] = mapped_column(String(16), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    taken_at: Mapped[datetime | None]
    sent_at: Mapped[datetime]


class Follower(Base):
    """Somebody who is told what the first reporter is told."""

    __tablename__ = "follower"

    case_id: Mapped[int] = mapped_column(refers_to("case.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(refers_to("person.id"), primary_key=True, index=True)
    since: Mapped[datetime]
    first: Mapped[bool] = mapped_column(default=False)


class NumberBlock(Base):
    """How far the case numbers of a day have been given out, in blocks; gaps are allowed."""

    __tablename__ = "number_block"

    day: Mapped[str] = mapped_column(String(8), primary_key=True)
    next: Mapped[int] = mapped_column(default=1)
