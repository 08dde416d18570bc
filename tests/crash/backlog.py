"""A town with thousands of cases in hand, each due at a moment of its own, and their leaders on Telegram."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from bot.city.directory import national_directory
from bot.city.load import apply_import, plan_import
from bot.city.model import Point, PointClass, Record, Settings, Unit
from bot.city.settings import Distance, Rung
from bot.domain.case import State
from storage.database import Database
from storage.models import Alarm, Assignment, Case, Identity, Person, new_id
from tests.crash.town import ROAD_DAMAGE
from tests.fakes.bot_api import TOKEN, FakeBotApi
from tests.fakes.bot_api.people import User

NINE = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""Nine in the morning of a working Monday in China."""
LEADERS = 20
RUNG_AFTER = Distance(amount=1, unit="work_hours")
_AT_ONCE = 5_000


@dataclass
class Backlog:
    """What was laid out: when each case is due, and who is to hear of it."""

    due: dict[int, datetime]
    leaders: list[User]
    dispatcher: User


def lay_out(database: Database, api: FakeBotApi, count: int, seconds: float, chance: Random) -> Backlog:
    """Fill a migrated, empty database with so many cases that come due within so many seconds after nine."""
    records = {_key(record): record for record in _records()}
    with database.reading() as session:
        changes = plan_import(session, records)
    apply_import(database, changes, NINE)
    with database.begin() as session:
        leaders = [_join(session, api, "point_leader", number) for number in range(LEADERS)]
        _, dispatcher = _join(session, api, "dispatcher", LEADERS)
    due = {new_id(): NINE + timedelta(seconds=60 + chance.random() * seconds) for _ in range(count)}
    rows = _cases(due, [person_id for person_id, _ in leaders])
    for first in range(0, count, _AT_ONCE):
        batch = [next(rows) for _ in range(min(_AT_ONCE, count - first))]
        with database.begin() as session:
            session.execute(insert(Case), batch)
            session.execute(insert(Alarm), [{"case_id": row["id"], "at": row["handle_due"]} for row in batch])
    return Backlog(due, [user for _, user in leaders], dispatcher)


def _cases(due: dict[int, datetime], leaders: list[int]) -> Iterator[dict[str, Any]]:
    texts = ("condition", "place", "grid", "stepped_in", "request", "urged_by")
    same = dict.fromkeys(texts, "") | {
        "version": 1, "state": State.HANDLING.value, "source": "citizen", "reporter_id": leaders[0],
        "pseudonym": "AAAA", "category": ROAD_DAMAGE, "urgent": False, "limit_amount": 4,
        "limit_unit": "work_hours", "point": "P", "unit": "U", "owner_kind": "leader", "transfers": 0, "tried": [],
        "round": 1, "reopened": 0, "extensions": 0, "supervised": False,
        "reported_at": NINE - timedelta(days=1), "dispatched_at": NINE - timedelta(days=1),
    }  # fmt: skip
    for number, (case_id, at) in enumerate(due.items()):
        leader = leaders[number % len(leaders)]
        yield same | {
            "id": case_id, "number": f"N{number}", "handler_id": leader, "owner_id": leader, "handle_due": at,
        }  # fmt: skip


def _join(session: Any, api: FakeBotApi, role: str, number: int) -> tuple[int, User]:
    user = api.user(f"{role}-{number}")
    user.started = True
    person = Person(id=new_id(), language="zh_CN", created_at=NINE, informed_at=NINE)
    session.add(person)
    session.flush()
    session.add(
        Identity(
            channel="telegram", realm="telegram", id=str(user.json["id"]), person_id=person.id,
            account=TOKEN.partition(":")[0], chat_id=str(user.chat.id), seen_at=NINE,
        )
    )  # fmt: skip
    session.add(Assignment(person_id=person.id, role=role, unit="U", since=NINE))
    return person.id, user


def _records() -> list[Record]:
    hours = ((time(8), time(12)), (time(14), time(18)))
    return [
        Settings(
            name="忙镇", working_hours=hours, nag_shares=(), ladder=(Rung(after=RUNG_AFTER, to=("dispatchers",)),)
        ),
        Unit(code="U", name="忙街道", kind="territorial"),
        PointClass(code="01", name="学校"),
        Point(code="P", name="忙小学", class_code="01", lat=30.0, lon=110.0, territorial_unit="U", trade_unit="U"),
        *(each.model_copy(update={"default_unit": "U"}) for each in national_directory().values()),
    ]


def _key(record: Any) -> tuple[str, str]:
    kind = {"PointClass": "point_class"}.get(type(record).__name__, type(record).__name__.lower())
    return kind, getattr(record, "code", "settings")
