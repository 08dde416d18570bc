"""Who is free and near a post when somebody is wanted there at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter

from sqlalchemy import func, select, tuple_

from bot.domain.geo import metres_between
from bot.domain.service import Age
from bot.services.desk import Desk
from bot.services.volunteering import attendance, hands
from storage.models import Attendance, Post, Shift, Volunteer

NAMED = 3
"""So many are named and asked."""
_REACH = 1500
"""Metres from the post where somebody last served within which they count as near: some twenty minutes on foot."""


class Nearest:
    """Who is free and near, read once for all posts whose shifts have the same hours.

    Where somebody lives is not known: near is who last served nearby; after those come others of its unit, or of none.
    Only who wants to be called when hands are missing is ever named or asked, and nobody under 14: they would be alone.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._posts = {post.code: post for post in desk.session.scalars(select(Post))}
        self._free: dict[tuple[datetime, datetime], list[tuple[Volunteer, str]]] = {}

    def of(self, shift: Shift, post: Post) -> list[int]:
        """Return the nearest who are free during a shift, the nearest first."""
        slot = (shift.begins, shift.ends)
        if slot not in self._free:
            found = hands.free(self._desk, shift, None, on_call=True)
            free = [each for each in found if not Age(each.age).needs_guardian]
            last = _last_served(self._desk, [each.person_id for each in free])
            self._free[slot] = [(each, last.get(each.person_id, "")) for each in free]
        ranked = [(away, each.person_id) for each, last in self._free[slot] if (away := self._away(each, last, post))]
        return [person_id for _, person_id in sorted(ranked, key=itemgetter(0))[:NAMED]]  # else as in `hands.free`

    def _away(self, volunteer: Volunteer, last: str, post: Post) -> tuple[bool, float] | None:
        """Return how far somebody is; last come others of the unit come last, and those of none; None: too far."""
        if there := self._posts.get(last):
            metres = metres_between(there.lat, there.lon, post.lat, post.lon)
            if metres <= _REACH:
                return False, metres
        return (True, 0) if volunteer.team in {post.unit, ""} else None


def _last_served(desk: Desk, ids: Sequence[int]) -> dict[int, str]:
    """Return at which post each of these last served, as far as anything is known of it."""
    good = (Attendance.person_id.in_(ids), Attendance.state == attendance.GOOD)
    last = select(Attendance.person_id, func.max(Attendance.came_at)).where(*good).group_by(Attendance.person_id)
    query = select(Attendance.person_id, Shift.post).join(Shift, Shift.id == Attendance.shift_id)
    rows = desk.session.execute(query.where(tuple_(Attendance.person_id, Attendance.came_at).in_(last)))
    return {person_id: post for person_id, post in rows}  # noqa: C416 -- a row is no pair for mypy
