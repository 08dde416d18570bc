"""The rounds that point leaders made; those they missed are no rows, but follow from the rhythm."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, refers_to

NAMED = text("person_id <> 0")
"""It is still known who made it."""


class Patrol(Base):
    """A round that was made (巡查打卡); where somebody was is kept as a class of distance, never as a position."""

    __tablename__ = "patrol"
    __table_args__ = (
        Index("ix_patrol_slot", "slot"),
        Index("ix_patrol_person_id", "person_id"),
        Index("ix_patrol_named", "done_at", postgresql_where=NAMED, sqlite_where=NAMED),
    )

    point: Mapped[str] = mapped_column(String(64), primary_key=True)
    slot: Mapped[str] = mapped_column(String(12), primary_key=True)  # bot.domain.patrol.slot_of
    person_id: Mapped[int] = mapped_column(refers_to("person.id"))
    done_at: Mapped[datetime]
    result: Mapped[str] = mapped_column(String(8))  # bot.domain.patrol.Result
    how: Mapped[str] = mapped_column(String(8))  # "pin", "live" or "code"
    distance: Mapped[str] = mapped_column(String(8), default="")  # "at", "near", or nothing where a code stood in
