"""Days on the stage with a tick every few minutes, and what was said in them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.domain.case import Action
from bot.services.casework import cases
from bot.services.casework.cases import Filing
from storage.models import Alarm, Case, Nag, Person, Reminder, new_id
from tests.dialogue import Actor, Stage
from tests.jobs.conftest import tick
from tests.small_city import ROAD_DAMAGE

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
NAG = "等您办"


def open_case(stage: Stage, *, point: str = "P-1", category: str = ROAD_DAMAGE, urgent: bool = False) -> Case:
    """File a case as a report by somebody would."""
    with stage.desk() as desk:
        person = Person(id=new_id(), created_at=desk.now)
        desk.session.add(person)
        at = stage.city.point(point)
        filing = Filing(new_id(), person, category, lat=at.lat, lon=at.lon, point=point, urgent=urgent)
        return cases.file(desk, filing)


def act(stage: Stage, case: Case, action: Action, actor: Actor, **more: Any) -> None:
    """Let somebody do something with a case."""
    with stage.desk() as desk:
        by = desk.session.get_one(Person, actor.person.id)
        cases.act(desk, desk.session.get_one(Case, case.id), action, by, **more)


def live(stage: Stage, until: str, *, day: int = 2) -> None:
    """Let time pass until then in March 2026 (the 2nd is a Monday), with a tick in every minute in which one counts."""
    end = datetime.combine(datetime(2026, 3, day, tzinfo=ZONE), time.fromisoformat(until), ZONE)
    coming = stage.now + MINUTE
    while stage.now < end:
        stage.advance(seconds=(min(coming, end) - stage.now).total_seconds())
        tick(stage, "nag")
        coming = max(_next(stage), stage.now + MINUTE)


def _next(stage: Stage) -> datetime:
    """The first full minute at which there is something to do."""
    with stage.reading() as session:
        moments = [session.scalar(select(func.min(each))) for each in (Alarm.at, Nag.silent_until)]
    first = min((each for each in moments if each), default=stage.now + timedelta(days=1))
    return first + (-timedelta(seconds=first.second, microseconds=first.microsecond)) % MINUTE


def said(stage: Stage, *clocks: str) -> list[tuple[str, str, str]]:
    """What was said to anybody: when in local time, which clock, which mark."""
    with stage.reading() as session:
        rows = session.scalars(select(Reminder).order_by(Reminder.at, Reminder.clock, Reminder.name))
        found = [(f"{row.at.astimezone(ZONE):%d %H:%M}", row.clock, row.name) for row in rows]
    return [each for each in dict.fromkeys(found) if not clocks or each[1] in clocks]


def told(stage: Stage, actor: Actor) -> list[tuple[str, str]]:
    """What was said to somebody: which clock, which mark; in brackets what they had asked not to hear."""
    with stage.reading() as session:
        rows = session.scalars(
            select(Reminder).where(Reminder.person_id == actor.person.id).order_by(Reminder.at, Reminder.name)
        )
        return [(row.clock, f"({row.name})" if row.silenced else row.name) for row in rows]


def nags(actor: Actor) -> int:
    """How many nag cards somebody has been sent as new messages."""
    return sum(NAG in shown.text or "联系不上" in shown.text for shown in actor.messages)
