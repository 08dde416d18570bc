"""A week of volunteers at two posts of the small district, and one made in chat, laid down by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from storage.models import Attendance, Person, Post, Shift, Tally, Volunteer
from tests.reports.scenario import ZONE, at

_ids = count(1000)
PEOPLE = range(11, 19)
"""Four of the east, then four of the west; the last of each does not want to be counted in the board."""


def lay_posts(session: Session) -> None:
    """Three posts, and people who serve."""
    for code, name, name_en, unit in (
        ("Z-E", "解放路口岗", "Jiefang corner", "U-E"),
        ("Z-W", "西街口岗", "West corner", "U-W"),
        ("m-1", "钟楼岗", "", "U-E"),
    ):
        session.add(Post(code=code, name=name, name_en=name_en, unit=unit, lat=30, lon=110, radius=100))
    for number in PEOPLE:
        session.add(Person(id=number, name=f"v{number}", created_at=at(-90)))
    session.flush()
    for place, number in enumerate(PEOPLE):
        team, listed = ("U-E", "U-W")[place // 4], place % 4 != 3
        session.add(Volunteer(person_id=number, team=team, age="adult", listed=listed, joined_at=at(-90)))
    session.flush()


def lay_shift(session: Session, post: str, begins: datetime, *people: tuple[int, int], crew: int = 2, **more) -> Shift:
    """A shift of an hour and a half; each of these people was there for so many minutes from its begin on."""
    day = f"{begins.astimezone(ZONE):%Y-%m-%d}"
    ends = begins + timedelta(minutes=90)
    shift = Shift(id=next(_ids), post=post, day=day, begins=begins, ends=ends, crew=crew, **more)
    session.add(shift)
    session.flush()
    for person_id, minutes in people:
        lay_spell(session, shift, person_id, 0, minutes)
    return shift


def lay_spell(session: Session, shift: Shift, person_id: int, since: int, until: int | None, **more) -> None:
    """Somebody was there from this minute of a shift to that; None: they have not signed out."""
    came, left = (
        shift.begins + timedelta(minutes=since),
        None if until is None else shift.begins + timedelta(minutes=until),
    )
    session.add(
        Attendance(
            id=next(_ids), shift_id=shift.id, person_id=person_id, pair=next(_ids), came_at=came, left_at=left,
            came_by="pin", **more,
        )
    )  # fmt: skip
    session.flush()


def lay_counts(session: Session, shift: Shift, person_id: int, quarter: int, **counts: int) -> None:
    """What somebody counted in this quarter of a shift; `passers_bike` stands for those who passed."""
    for name, n in counts.items():
        begins = shift.begins + timedelta(minutes=15 * quarter)
        behaviour = name.replace("_", ":")
        session.add(Tally(shift_id=shift.id, person_id=person_id, quarter=begins, behaviour=behaviour, count=n))
    session.flush()
