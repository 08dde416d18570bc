"""How many of its calls an account has made this month, where the platform sells them by number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import ChannelUse

_VENDORS_ZONE = timezone(timedelta(hours=8))
"""Months begin at midnight in China, whatever the city's zone."""


def month_of(now: datetime) -> str:
    """Return the vendor's month, as "2026-03"."""
    return f"{now.astimezone(_VENDORS_ZONE):%Y-%m}"


def add(session: Session, account: tuple[str, str], month: str, calls: int, allowed: int) -> None:
    """Add calls to those of a month."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    key = dict(zip(("channel", "account"), account, strict=True)) | {"month": month}
    added = {"calls": ChannelUse.calls + calls, "allowed": allowed}
    session.execute(
        insert(ChannelUse).values(**key, calls=calls, allowed=allowed)
        .on_conflict_do_update(index_elements=list(key), set_=added)
    )  # fmt: skip


def of_month(session: Session, now: datetime) -> Sequence[ChannelUse]:
    """Return what every such account has used this month."""
    return session.scalars(
        select(ChannelUse).where(ChannelUse.month == month_of(now)).order_by(ChannelUse.account)
    ).all()
