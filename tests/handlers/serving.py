"""A shift at the corner of 解放路, from nine to half past ten, and volunteers who stand in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.domain.roles import Role
from bot.services.volunteering import posts, rotas
from storage.models import Attendance, Shift, Signup, Tally, Volunteer, new_id
from tests.dialogue import Actor, Stage
from tests.small_city import EAST

POST = "Z-E"
AT_POST = EAST
NEARBY = (EAST[0] + 0.002, EAST[1])
"""About 220 metres north of the post."""
FAR = (EAST[0] + 0.03, EAST[1])
"""More than three kilometres away."""


def open_shift(stage: Stage, *, starts_in: float = 0, minutes: float = 90, post: str = POST, **fields: Any) -> int:
    """Let a shift begin in so many minutes; return its id."""
    begins = stage.now + timedelta(minutes=starts_in)
    with stage.desk() as desk:
        posts.bring_in(desk)
        shift = Shift(
            id=new_id(), post=post, day=f"{begins.astimezone(desk.words.zone):%Y-%m-%d}", begins=begins,
            ends=begins + timedelta(minutes=minutes), crew=4, **fields,
        )  # fmt: skip
        desk.session.add(shift)
        return shift.id


def volunteer(stage: Stage, name: str, *shift_ids: int) -> Actor:
    """Somebody who has signed up for these shifts."""
    actor = stage.staff(Role.VOLUNTEER, unit="U-E", name=name)
    person_id = actor.person.id
    with stage.database.begin() as session:
        if session.get(Volunteer, person_id) is None:
            session.add(Volunteer(person_id=person_id, team="U-E", age="adult", joined_at=stage.now))
        for shift_id in shift_ids:
            session.add(Signup(id=new_id(), shift_id=shift_id, person_id=person_id, signed_at=stage.now))
    return actor


def attendances(stage: Stage) -> list[Attendance]:
    """All comings and goings, the first one first."""
    with stage.reading() as session:
        return list(session.query(Attendance).order_by(Attendance.id))


def tallies(stage: Stage) -> dict[str, int]:
    """What was counted, by behaviour."""
    with stage.reading() as session:
        found: dict[str, int] = {}
        for row in session.query(Tally):
            found[row.behaviour] = found.get(row.behaviour, 0) + row.count
        return found


def plan(stage: Stage) -> None:
    """Let the pack's rotas become shifts."""
    more = True
    while more:
        with stage.desk() as desk:
            more = rotas.go_on(desk)


def join(stage: Stage, name: str, age: str = "成年", unit: str = "东街街道") -> Actor:
    """Somebody becomes a volunteer."""
    somebody = stage.person(name)
    somebody.sends("志愿者")
    somebody.presses(age)
    somebody.presses(unit)
    return somebody


def standing(stage: Stage) -> list[int]:
    """Who is signed up for any shift."""
    with stage.reading() as session:
        return list(session.scalars(select(Signup.person_id).where(Signup.withdrawn_at.is_(None))))
