"""Posts at crossings, the rotas and shifts that are to be held there, and who has signed up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, new_id, refers_to


class Post(Base):
    """A place where volunteers stand (文明劝导岗), of the pack or made in chat; the position is WGS-84."""

    __tablename__ = "post"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(128))
    name_en: Mapped[str] = mapped_column(String(128), default="")
    unit: Mapped[str] = mapped_column(String(64), default="", index=True)  # who organises it
    point: Mapped[str] = mapped_column(String(64), default="")  # the inspected point it lies at, if any
    lat: Mapped[float]
    lon: Mapped[float]
    radius: Mapped[int]  # metres within which a pin counts as at the post
    corners: Mapped[str] = mapped_column(Text, default="")  # who stands where
    corners_en: Mapped[str] = mapped_column(Text, default="")
    made_by: Mapped[int | None]  # None: the pack
    retired_at: Mapped[datetime | None]


class Rota(Base):
    """The same hours on the same weekdays at one post, again and again (排班)."""

    __tablename__ = "rota"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    post: Mapped[str] = mapped_column(refers_to("post.code"), index=True)
    kind: Mapped[str] = mapped_column(String(8), default="duty")  # or "training", whose hours are counted apart
    weekdays: Mapped[str] = mapped_column(String(7))  # "12345": Monday to Friday
    begins: Mapped[str] = mapped_column(String(5))  # "07:00", in the zone of the city
    ends: Mapped[str] = mapped_column(String(5))
    crew: Mapped[int]
    first: Mapped[str] = mapped_column(String(10), default="")  # a day of the city; empty: no such end
    last: Mapped[str] = mapped_column(String(10), default="")
    on_days_off: Mapped[bool] = mapped_column(default=False)  # statutory holidays are not left out
    made_by: Mapped[int | None]  # None: the pack
    retired_at: Mapped[datetime | None]


class Shift(Base):
    """One slot at one post on one day (班次)."""

    __tablename__ = "shift"
    __table_args__ = (UniqueConstraint("post", "begins"), Index("ix_shift_begins", "begins"))

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    post: Mapped[str] = mapped_column(refers_to("post.code"))
    rota: Mapped[str] = mapped_column(String(64), default="")  # empty: a single day
    kind: Mapped[str] = mapped_column(String(8), default="duty")
    day: Mapped[str] = mapped_column(String(10), index=True)  # of the city
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    crew: Mapped[int]
    leader_id: Mapped[int | None]  # the shift leader (带班), else the first of the crew
    made_by: Mapped[int | None]
    cancelled_at: Mapped[datetime | None]
    dropped: Mapped[bool] = mapped_column(default=False)  # cancelled as no longer planned; comes back when it is
    secret: Mapped[str] = mapped_column(String(32), default="")  # of the code that changes
    alarmed_at: Mapped[datetime | None]  # when it was said that nobody is there
    called_at: Mapped[datetime | None]  # when hands were last called for


class Signup(Base):
    """Somebody means to stand in a shift."""

    __tablename__ = "signup"
    __table_args__ = (UniqueConstraint("shift_id", "person_id"), Index("ix_signup_person_id", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    shift_id: Mapped[int] = mapped_column(refers_to("shift.id"))
    person_id: Mapped[int] = mapped_column(refers_to("person.id"))
    signed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]  # they look for somebody who takes their place …
    offered_to: Mapped[int | None]  # … this colleague, or anybody
    asked_at: Mapped[datetime | None]  # when the team was last written to about it
    reminded: Mapped[str] = mapped_column(String(4), default="")  # the last reminder: "eve", "soon"
