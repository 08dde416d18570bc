"""What waits for its moment about open cases, and by which calendar their deadlines were counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, refers_to


class WaitingCall(Base):
    """A case whose card is to be sent anew to whoever must act, at a moment that suits: it was urged at night."""

    __tablename__ = "waiting_call"

    case_id: Mapped[int] = mapped_column(refers_to("case.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Reckoning(Base):
    """By which calendar the open deadlines were last counted, and how far another count has come (one row)."""

    __tablename__ = "reckoning"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    calendar: Mapped[str] = mapped_column(String(64))  # a digest of the days, hours and limits counted by
    counted: Mapped[int] = mapped_column(default=0)  # cases with an id up to this one
    told: Mapped[int] = mapped_column(default=0)  # persons with an id up to this one
    done: Mapped[bool] = mapped_column(default=False)


class MovedDeadline(Base):
    """A deadline that another count has moved, until everybody concerned was told."""

    __tablename__ = "moved_deadline"

    case_id: Mapped[int] = mapped_column(refers_to("case.id"), primary_key=True)
    was: Mapped[datetime]
