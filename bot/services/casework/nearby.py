"""What lies near in place and kind: cases like one that is being reported, and troubles that came back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from bot.domain.case import FINISHED_STATES, OPEN_STATES, State
from bot.domain.geo import Box, box_around, metres_between
from bot.services.desk import Desk
from storage.knowledge import known, learn
from storage.models import Case

RELAPSE_DAYS = 30
_CASE: Any = Case.__table__
_IN_BOX = select(_CASE.c.id, _CASE.c.state, _CASE.c.closed_at).where(
    _CASE.c.category == bindparam("category"),
    _CASE.c.lat.between(bindparam("south"), bindparam("north")),
    _CASE.c.lon.between(bindparam("west"), bindparam("east")),
)
"""Built once and as plain as can be: this is asked at every report, and finds nothing at most of them."""


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
    since = desk.now - finished_since
    near = [
        (distance, case.id, case)
        for case in _in_box(desk, category, box)
        if (distance := metres_between(lat, lon, case.lat or 0.0, case.lon or 0.0)) <= metres
        and (case.state in states or (case.state in FINISHED_STATES and case.closed_at and case.closed_at >= since))
    ]
    return [case for _, _, case in sorted(near, key=lambda each: each[:2])]


def note(desk: Desk, case: Case) -> None:
    """Let a case made in this transaction be found in it: two alike within one batch must see each other."""
    known(desk.session, "new cases")[case.id] = case


def _in_box(desk: Desk, category: str, box: Box) -> list[Case]:
    """Return the cases of the category in the box that are open or were finished in the last thirty days."""
    since = desk.now - timedelta(days=RELAPSE_DAYS)

    def read() -> list[Case]:
        found = desk.session.connection().execute(_IN_BOX, {"category": category, **box._asdict()})
        return desk.session.read(
            Case,
            [
                case_id
                for case_id, state, closed_at in found
                if state in OPEN_STATES or (state in FINISHED_STATES and closed_at and closed_at >= since)
            ],
        )

    stored = learn(desk.session, "cases near", (category, box), read)
    new = [case for case in known(desk.session, "new cases").values() if case.category == category]
    return list(dict.fromkeys([*stored, *(case for case in new if box.holds(case.lat or 0.0, case.lon or 0.0))]))
