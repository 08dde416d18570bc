"""When each case is looked at next, what was said about it to whom, and whom nags are gathered for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, refers_to

GROUPS = 0
"""Stands among hearers for the leaders' groups, which all hear the same."""
ASKED = -1
"""Stands for a rung where somebody is to decide what is asked for in a case."""
NOBODY = -1
"""Stands among hearers where there was nobody to tell."""


class Alarm(Base):
    """The next moment at which something about a case is due. It can be set anew at any time: `Reminder` remembers."""

    __tablename__ = "alarm"

    case_id: Mapped[int] = mapped_column(refers_to("case.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)


class Reminder(Base):
    """A mark of a clock that was said to somebody: written once, so that none is ever said twice."""

    __tablename__ = "reminder"

    case_id: Mapped[int] = mapped_column(refers_to("case.id"), primary_key=True, autoincrement=False)
    clock: Mapped[str] = mapped_column(String(12), primary_key=True)  # bot.domain.case.Clock
    reason: Mapped[str] = mapped_column(String(24), primary_key=True)  # another one when the clock begins anew
    name: Mapped[str] = mapped_column(String(12), primary_key=True)  # bot.domain.ladder.Mark.name
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # or GROUPS, or NOBODY
    at: Mapped[datetime]
    silenced: Mapped[bool] = mapped_column(default=False)  # they had asked to be left in peace


class Nag(Base):
    """A case on somebody's nag card."""

    __tablename__ = "nag"
    __table_args__ = (
        Index("ix_nag_silent_until", "silent_until", postgresql_where=text("silent_until IS NOT NULL"),
              sqlite_where=text("silent_until IS NOT NULL")),
        Index("ix_nag_stale", "stale", postgresql_where=text("stale"), sqlite_where=text("stale = 1")),
    )  # fmt: skip

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # or GROUPS
    case_id: Mapped[int] = mapped_column(refers_to("case.id"), primary_key=True, autoincrement=False, index=True)
    rung: Mapped[int | None]  # 0: their turn; ASKED: they decide; None: only told who is missing
    missing: Mapped[str] = mapped_column(Text, default="")  # who could not be told, for headquarters
    told_at: Mapped[datetime]
    silent_until: Mapped[datetime | None]
    on_it: Mapped[bool] = mapped_column(default=False)  # silent because they work on it, not to be woken
    stale: Mapped[bool] = mapped_column(default=False)  # the case has changed since


class Hearer(Base):
    """Somebody for whom nags are gathered: what their card still has to show, and how many came anew today."""

    __tablename__ = "hearer"
    __table_args__ = (
        # Here and above: SQLite looks into such an index only for the very words in which SQLAlchemy asks.
        Index("ix_hearer_changed", "changed", postgresql_where=text("changed"), sqlite_where=text("changed = 1")),
    )

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # or GROUPS
    day: Mapped[str] = mapped_column(String(10), default="")  # of the city, on which `sent` were sent
    sent: Mapped[int] = mapped_column(default=0)
    changed: Mapped[bool] = mapped_column(default=False)  # the card is to be shown as it is now …
    called: Mapped[bool] = mapped_column(default=False)  # … since a mark was reached …
    presses: Mapped[bool] = mapped_column(default=False)  # … by which something is due or overdue …
    urgent: Mapped[bool] = mapped_column(default=False)  # … of an urgent case, or they asked to be reminded now
