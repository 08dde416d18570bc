"""What the clock's jobs have done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class JobRun(Base):
    """The newest slot that a job has worked, and the newest part of it: nothing up to there is worked again."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(String(32), primary_key=True)
    slot: Mapped[datetime]
    part: Mapped[int]
    worked_at: Mapped[datetime]
