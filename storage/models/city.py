"""The city pack as it was last imported, one row a record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Json, UtcTime


class PackRow(Base):
    """One record of the pack; a record that has left the pack keeps its row, since old cases still speak of it."""

    __tablename__ = "pack_row"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    retired_at: Mapped[datetime | None] = mapped_column(UtcTime)
