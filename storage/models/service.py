"""What volunteers did: when they were at their posts, what they counted, and what they allow to be told of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, new_id, refers_to

_OPEN = text("left_at IS NULL")
_ASKED = text("state = 'asked'")


class Volunteer(Base):
    """Somebody who serves: how old by band (never a birthday), and what they consent to."""

    __tablename__ = "volunteer"

    person_id: Mapped[int] = mapped_column(refers_to("person.id"), primary_key=True, autoincrement=False)
    team: Mapped[str] = mapped_column(String(64), default="", index=True)  # the unit they serve with
    age: Mapped[str] = mapped_column(String(8), default="")  # bot.domain.service.Age
    guardian_at: Mapped[datetime | None]  # when a guardian's consent was recorded, for those under 14 …
    guardian_by: Mapped[int | None]  # … and by which organiser
    release_at: Mapped[datetime | None]  # when they consented that their record is passed on …
    release_asked_at: Mapped[datetime | None]  # … which they are asked once
    full_name: Mapped[str] = mapped_column(String(64), default="")  # as they want it to stand on a certificate
    listed: Mapped[bool] = mapped_column(default=False)  # they want their team's board to count them
    star: Mapped[int] = mapped_column(default=0)  # the highest they were congratulated on
    on_call: Mapped[bool] = mapped_column(default=False)  # they want to hear when hands are missing
    asked_at: Mapped[datetime | None]  # when they were last asked to come, or to take somebody's place
    joined_at: Mapped[datetime]


class Attendance(Base):
    """One coming and going in a shift; where somebody was is kept as a class of distance, never as a position."""

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("shift_id", "person_id", "pair"),
        Index("ix_attendance_person_id_came_at", "person_id", "came_at"),
        Index("ix_attendance_open", "shift_id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_attendance_asked", "shift_id", postgresql_where=_ASKED, sqlite_where=_ASKED),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    shift_id: Mapped[int] = mapped_column(refers_to("shift.id"))
    person_id: Mapped[int] = mapped_column(refers_to("person.id"))
    pair: Mapped[int]  # the first, second or third of the day
    came_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    came_by: Mapped[str] = mapped_column(String(8))  # "pin", "live", "code" or "late" (补录)
    left_by: Mapped[str] = mapped_column(String(8), default="")  # … or "end": it was closed when the slot ended
    distance: Mapped[str] = mapped_column(String(8), default="")  # "at", "near" or nothing where a code stood in
    state: Mapped[str] = mapped_column(String(8), default="good")  # a 补录 is "asked", then "good" or "refused"
    reason: Mapped[str] = mapped_column(Text, default="")
    called_at: Mapped[datetime | None]  # when the organisers were asked to decide
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]


class Pin(Base):
    """That somebody showed this position (as a keyed digest) of late: nobody else stands on the same centimetre."""

    __tablename__ = "pin"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(refers_to("person.id"))
    at: Mapped[datetime] = mapped_column(index=True)


class Board(Base):
    """Somebody's counting board in a shift: what was tapped last, so that it can be undone."""

    __tablename__ = "board"

    shift_id: Mapped[int] = mapped_column(refers_to("shift.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(refers_to("person.id"), primary_key=True, autoincrement=False)
    taps: Mapped[list[Any]] = mapped_column(default=list)  # the last few (quarter, behaviour), newest last
    photo: Mapped[int | None]  # the attachment that shows the post in duty
    shown_at: Mapped[datetime | None]  # when its message was last changed, or will be next


class Tally(Base):
    """How often a behaviour was seen in a quarter of an hour by one counter; it never names or shows anybody."""

    __tablename__ = "tally"

    shift_id: Mapped[int] = mapped_column(refers_to("shift.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(refers_to("person.id"), primary_key=True, autoincrement=False)
    quarter: Mapped[datetime] = mapped_column(primary_key=True)
    behaviour: Mapped[str] = mapped_column(String(32), primary_key=True)  # of the pack, or "passers:…", "persuaded" …
    count: Mapped[int] = mapped_column(default=0)


class Certificate(Base):
    """A certificate of service as it was issued; whoever is shown one can have it checked by its code."""

    __tablename__ = "certificate"

    number: Mapped[str] = mapped_column(String(16), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    person_id: Mapped[int] = mapped_column(refers_to("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    minutes: Mapped[int]
    training: Mapped[int]  # minutes, apart
    first: Mapped[str] = mapped_column(String(10))  # the days of the city between which they served
    last: Mapped[str] = mapped_column(String(10))
    made_at: Mapped[datetime]
