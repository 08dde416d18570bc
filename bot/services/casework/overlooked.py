"""What a point leader's round had just found fine (漏报)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from bot.domain.patrol import Result
from bot.domain.roles import Role
from bot.services.desk import Desk
from storage.knowledge import known, learn
from storage.models import Case, Patrol

_FINE = "fine rounds"
_PATROL: Any = Patrol.__table__
# Built once, since it is asked of every report and takes longer to build than to run.
_FINE_SINCE = select(_PATROL.c.done_at).where(
    _PATROL.c.point == bindparam("point"),
    _PATROL.c.result == Result.FINE.value,
    _PATROL.c.done_at >= bindparam("since"),
)


def when(desk: Desk, case: Case) -> datetime | None:
    """Return when the point's leader had last reported "all fine" shortly before a citizen found this there (漏报)."""
    point = desk.city.points.get(case.point)
    if point is None or case.source != Role.CITIZEN or not (desk.city.rhythm_of(point) or point.anchor):
        return None
    since = case.reported_at - timedelta(hours=desk.city.settings.patrols.miss_hours)

    def read() -> list[datetime]:
        return list(desk.session.connection().scalars(_FINE_SINCE, {"point": case.point, "since": since}))

    found = [at for at in learn(desk.session, _FINE, case.point, read) if since <= at <= case.reported_at]
    return max(found, default=None)


def forget_fine(desk: Desk, point: str) -> None:
    """Forget what was known of a point's rounds, since one was just made."""
    desk.session.flush()
    known(desk.session, _FINE).pop(point, None)
