"""Forged taps about volunteers' service: nobody gains anything, learns a name or a code, or decides for others."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.domain import rotation
from bot.domain.roles import Role
from bot.handlers import router
from bot.services import tokens
from storage.models import Attendance, Post, Rota, Shift, Signup, Volunteer, new_id
from tests.dialogue import Actor, Stage
from tests.handlers.serving import AT_POST, join, open_shift, plan, volunteer

router.load()
JOINING = {"vol_age", "vol_change", "vol_team"}
ABOUT = {
    "attendance",
    "backfill",
    "board",
    "certificate",
    "code",
    "dutyphoto",
    "hours",
    "organise",
    "patrol",
    "planning",
    "records",
    "release",
    "shifts",
    "swaps",
    "unmanned",
    "volunteer",
}
PRESSES = sorted(
    action
    for action, handler in router._presses.items()
    if handler.__module__.rpartition(".")[2] in ABOUT and action not in JOINING
)
NAMES = ("王某某", "李某某", "赵某某", "小某某")


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Thousands of taps: once is enough."""
    return request.param


def serving(stage: Stage) -> list[int]:
    """A shift that goes on, with somebody there and a place that is offered to a colleague; a request that waits, and a
    child. Return all the ids that a forger could name.
    """
    plan(stage)
    shift_id, past = open_shift(stage), open_shift(stage, starts_in=-24 * 60)
    wang, li, zhao = (volunteer(stage, name, shift_id) for name in NAMES[:3])
    join(stage, NAMES[3], "10–13 岁")
    wang.sends_location(*AT_POST)
    wang.presses("显示签到码")
    ids = [each.person.id for each in (wang, li, zhao)]
    with stage.database.begin() as session:
        begins = session.get_one(Shift, past).begins
        asked = Attendance(
            id=new_id(), shift_id=past, person_id=ids[2], pair=1, came_at=begins, left_at=begins, came_by="late",
            state="asked", reason="…",
        )  # fmt: skip
        session.add(asked)
        offered = session.scalars(select(Signup).where(Signup.person_id == ids[1])).one()
        offered.offered_at, offered.offered_to = stage.now, ids[2]
        named = [shift_id, past, asked.id, offered.id, *ids, *session.scalars(select(Attendance.id))]
        return [*named, *session.scalars(select(Volunteer.person_id).where(Volunteer.age != "adult"))]


def held(stage: Stage, *, but: int) -> dict[str, Any]:
    """All that is neither the forger's own nor of the posts in the west."""
    with stage.reading() as session:
        found = {}
        for table in (Attendance, Signup, Volunteer, Shift, Post, Rota):
            names = [column.name for column in table.__table__.columns]
            rows = [tuple(getattr(row, name) for name in names) for row in session.scalars(select(table))]
            found[table.__tablename__] = {row for row in rows if not {but, "Z-W"} & set(row)}
        return found


def extras(action: str, ids: list[int]) -> list[str]:
    """What may follow the subject."""
    naming = {"lead": [str(each) for each in ids], "swap_to": [f"1:{each}" for each in ids]}
    return ["1", *naming.get(action, ["1:0"])]


def forge(stage: Stage, who: Actor, ids: list[int], code: str) -> None:
    """Bring every tap about everything, and see that nothing came of it."""
    own = who.person.id
    before = held(stage, but=own)
    forged = [
        tokens.write(action, each, extra) for action in PRESSES for each in (0, *ids) for extra in extras(action, ids)
    ]
    stage._runner.run(stage.inbox.put([who._press(token, "", None) for token in forged]))
    stage.settle()
    assert held(stage, but=own) == before
    who.sees_nothing_of(*NAMES, code)


@pytest.mark.parametrize("who", ["citizen", "volunteer elsewhere", "head elsewhere"])
def test_nobody_gains_anything_by_a_forged_tap_about_service(stage: Stage, who: str):
    ids = serving(stage)
    with stage.reading() as session:
        digits = rotation.showing(session.get_one(Shift, ids[0]).secret, stage.now).digits
    actor = {
        "citizen": lambda: stage.person("stranger"),
        "volunteer elsewhere": lambda: join(stage, "far", unit="西街街道"),
        "head elsewhere": lambda: stage.staff(Role.UNIT_HEAD, unit="U-W", name="head"),
    }[who]()
    actor.sends("/help")

    forge(stage, actor, ids, f"{digits[:3]} {digits[3:]}")
