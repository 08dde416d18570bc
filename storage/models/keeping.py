"""What is still kept of ended cases, so that it goes in time, and what is wrong with the program just now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, refers_to


class Retained(Base):
    """An ended case of which something personal is left; the row goes when nothing is.

    `cards`: somebody may still judge the result; `photos` and `link`: not erased yet.
    """

    __tablename__ = "retained"

    case_id: Mapped[int] = mapped_column(refers_to("case.id"), primary_key=True, autoincrement=False)
    ended_at: Mapped[datetime] = mapped_column(index=True)
    cards: Mapped[bool] = mapped_column(default=True)
    photos: Mapped[bool] = mapped_column(default=True)
    link: Mapped[bool] = mapped_column(default=True)


class Trouble(Base):
    """Something that is wrong, since when, and whether the administrators were told; it goes with the all-clear.

    `gone_at` is when it was not there any more: a trouble that comes and goes is one.
    """

    __tablename__ = "trouble"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    about: Mapped[str] = mapped_column(String(128), primary_key=True, default="")
    facts: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    said_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
