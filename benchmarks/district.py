"""The demo district after a busy month: 10,690 cases in all states, so that a digest has everything to say."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.city.demo.pack import write_demo
from bot.city.load import apply_import, plan_import
from bot.city.model import City
from bot.city.read import read
from bot.domain.case import Action, State
from storage.database import Database
from storage.migrate import upgrade
from storage.models import Case, Event, Person, new_id

CASES = 10_690
"""As many as the district took up since its campaign began."""
NOW = datetime(2026, 3, 31, 0, 0, tzinfo=UTC)
"""Eight in the morning of a Tuesday in China."""
_DAYS = 60
_SOURCES = ("citizen", "citizen", "citizen", "inspector", "point_leader", "volunteer", "unit_head")


def fill(url: str, folder: Path, cases: int = CASES) -> City:
    """Migrate a database, import the demo district and give it cases; return the city."""
    upgrade(url)
    database = Database(url)
    pack = read(write_demo(folder))
    with database.reading() as session:
        changes = plan_import(session, pack.records)
    apply_import(database, changes, NOW)
    city = pack.city()
    with database.begin() as session:
        add_cases(session, city, cases)
    database.close()
    return city


def add_cases(session: Session, city: City, count: int, *, now: datetime = NOW, seed: int = 1) -> None:
    """Write so many cases of the last sixty days, and the events that figures look for."""
    chance = random.Random(seed)
    person = Person(id=new_id(), name="", language="zh_CN", created_at=now)
    session.add(person)
    session.flush()
    rows = [_case(chance, city, number, person.id, now) for number in range(count)]
    session.execute(insert(Case), rows)
    events = [event for row in rows for event in _events(row)]
    if events:
        session.execute(insert(Event), events)


def _case(chance: random.Random, city: City, number: int, person: int, now: datetime) -> dict[str, Any]:
    points, kinds = list(city.points.values()), _kinds(city)
    reported = now - timedelta(days=_DAYS) * chance.random() ** 1.1
    point = points[int(len(points) * chance.random() ** 3)]
    due = reported + timedelta(hours=chance.choice((4, 8, 24, 48, 72, 120)))
    replied = reported + (due - reported) * chance.uniform(0.2, 1.25)
    closed = replied + timedelta(hours=chance.uniform(0.2, 6))
    lag = (now - reported) / timedelta(days=1)
    done = closed <= now and chance.random() < min(0.99, 0.8 + lag / 60)
    waiting = chance.choices((State.REJECTED, State.SUSPENDED, State.HANDLING), (10, 2, 88))[0]
    state = State.CLOSED if done else waiting
    again = chance.random()
    return {
        "id": new_id(), "number": f"DL{number:06}", "version": 1, "state": state.value,
        "source": chance.choice(_SOURCES), "reporter_id": person, "pseudonym": f"p{number}",
        "category": kinds[int(len(kinds) * chance.random() ** 3)], "limit_amount": 1,
        "limit_unit": "work_days", "lat": point.lat, "lon": point.lon, "place": point.name, "point": point.code,
        "unit": chance.choice((point.territorial_unit, point.trade_unit)) if chance.random() < 0.98 else "",
        "round": 2 if again < 0.05 else 1, "reopened": 1 if again < 0.02 else 0,
        "rating": chance.choice((None, None, 3, 4, 5, 5)) if done else None, "reported_at": reported,
        "opened_at": None if state is State.REJECTED else reported + timedelta(minutes=5),
        "dispatched_at": None if state is State.REJECTED else reported + timedelta(minutes=9),
        "signed_at": None, "replied_at": replied if done else None, "closed_at": closed if done else None,
        "accept_due": reported + timedelta(hours=2), "acknowledge_due": None,
        "handle_due": None if state is State.REJECTED else due, "verify_due": None, "tried": [],
    }  # fmt: skip


def _events(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What befell a case that did not go straight."""
    if case["round"] == 1 or case["closed_at"] is None:
        return
    step = (case["closed_at"] - case["reported_at"]) / 4
    deeds = (Action.DISPATCH, Action.REPLY, Action.DISPUTE if case["reopened"] else Action.FAIL, Action.REPLY)
    for seq, action in enumerate(deeds, 1):
        yield {
            "id": new_id(), "subject": f"case:{case['id']}", "seq": seq, "at": case["reported_at"] + step * (seq - 0.5),
            "actor": "system", "action": action.value, "before": "", "after": "", "facts": {"unit": case["unit"]},
            "hash": secrets.token_bytes(32),
        }  # fmt: skip


def _kinds(city: City) -> list[str]:
    """The matters of streets and of the look of the city, which are most of what is reported."""
    return [code for code in city.categories if code.startswith(("06", "09"))]
