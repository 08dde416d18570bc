"""What lies near in place and kind: cases like one that is being reported, and troubles that came back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import and_, or_, select

from bot.domain.case import FINISHED_STATES, OPEN_STATES, State
from bot.domain.geo import box_around, metres_between
from bot.services.desk import Desk
from storage.models import Case

RELAPSE_DAYS = 30


def similar(desk: Desk, category: str, lat: float | None, lon: float | None) -> list[Case]:
    """Return similar cases, nearest first: open ones of any age, finished ones within the category's hours.

    How near and how old is the pack's, by category (≤ 50 m and ≤ 24 h where it says nothing).
    """
    hours = desk.city.category(category).similar_hours
    return _near(desk, category, lat, lon, finished_since=timedelta(hours=hours), states=OPEN_STATES)


def relapse(desk: Desk, category: str, lat: float | None, lon: float | None) -> Case | None:
    """Return the newest case finished here within thirty days: the same trouble is back (反弹)."""
    found = _near(desk, category, lat, lon, finished_since=timedelta(days=RELAPSE_DAYS))
    return max(found, key=lambda case: (case.closed_at or desk.now, case.id), default=None)


def _near(
    desk: Desk, category: str, lat: float | None, lon: float | None, *,
    finished_since: timedelta, states: Collection[State] = (),
) -> list[Case]:  # fmt: skip
    if lat is None or lon is None:
        return []
    metres = desk.city.category(category).similar_metres
    box = box_around(lat, lon, metres)
    recent = and_(Case.state.in_(_values(FINISHED_STATES)), Case.closed_at >= desk.now - finished_since)
    desk.session.flush()  # two alike within one batch must see each other
    rows = desk.session.scalars(
        select(Case).where(
            Case.category == category,
            Case.lat.between(box.south, box.north),
            Case.lon.between(box.west, box.east),
            or_(Case.state.in_(_values(states)), recent),
        )
    ).all()
    near = [(metres_between(lat, lon, case.lat or 0.0, case.lon or 0.0), case.id, case) for case in rows]
    return [case for distance, _, case in sorted(near, key=lambda each: each[:2]) if distance <= metres]


def _values(states: Collection[State]) -> list[str]:
    return sorted(state.value for state in states)
