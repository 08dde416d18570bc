"""A week in a small district, laid down by hand: the cases of which the reports in these tests are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.city.model import City, Point, Settings, Unit
from bot.city.settings import Digests
from bot.domain.case import Action
from bot.reports.cases import CaseFacts, Step
from bot.reports.digest import DISTRICT, Digest, Kind, Period, Scope, collect
from bot.reports.period import period_of
from storage.models import Case, Event, Person, Seal
from tests.small_city import EAST, MARKET, ROAD_DAMAGE, SCHOOL, WEST, small_city

ZONE = ZoneInfo("Asia/Shanghai")
RUBBISH, SIGNS = "06004", "06009"
REPORTER = 1
TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)
"""Tuesday, 8 in the morning."""
Done = tuple[Action, datetime] | tuple[Action, datetime, str]
_numbers = count(1)


def at(days: float, hour: float = 10) -> datetime:
    """Return the hour of the district's clocks, so many days from today."""
    return (datetime.combine(TODAY, time(), ZONE) + timedelta(days=days, hours=hour)).astimezone(UTC)


@lru_cache
def district(**settings: Any) -> City:
    """Return the small city with more units, named in both languages; these override the settings of its digests."""
    city = small_city()
    units = [
        Unit(code="D-CG", name="城市管理局", name_en="City Management", short_name="城管局", kind="department"),
        Unit(code="U-E", name="东街街道", name_en="East Street", kind="territorial"),
        Unit(code="U-W", name="西街街道", name_en="West Street", kind="territorial"),
        Unit(code="C-E1", name="东一社区", name_en="East One", kind="community", parent="U-E"),
        Unit(code="D-YL", name="园林中心", name_en="Parks", kind="department", parent="D-CG"),
        Unit(code="D-SW", name="水务局", name_en="Water", kind="department"),
    ]
    points = [
        Point(code="P-1", name="东街农贸市场", name_en="East Market", class_code="01", lat=MARKET[0], lon=MARKET[1]),
        Point(code="P-2", name="东街小学", name_en="East School", class_code="02", lat=SCHOOL[0], lon=SCHOOL[1]),
    ]
    records = {("unit", each.code): each for each in units} | {("point", each.code): each for each in points}
    own = Settings(name="小城区", name_en="Smalltown", digests=Digests(**settings))
    return City(city._all | records | {("settings", "settings"): own})


def case(**facts: Any) -> dict[str, Any]:
    """Return the row of a case: reported, opened and sent out at once, due in two days, unless told otherwise."""
    number = next(_numbers)
    reported = facts.get("reported_at", at(-1))
    row = {
        "id": number, "number": f"20260310-{number:05}", "version": 1, "state": "handling", "source": "citizen",
        "reporter_id": REPORTER, "pseudonym": "K7QX", "category": ROAD_DAMAGE, "urgent": False, "limit_amount": 2,
        "limit_unit": "work_days", "lat": EAST[0], "lon": EAST[1], "place": "某某家门口", "point": "", "unit": "U-E",
        "round": 1, "reopened": 0, "extensions": 0, "rating": None, "reported_at": reported, "opened_at": reported,
        "dispatched_at": reported, "replied_at": None, "closed_at": None, "accept_due": reported + timedelta(hours=2),
        "handle_due": reported + timedelta(days=2), "verify_due": None,
    }  # fmt: skip
    return row | facts


def closed(days: float = 1, **facts: Any) -> dict[str, Any]:
    """Return a case replied to so many days after it was reported, and closed an hour later."""
    done = facts.get("reported_at", at(-1)) + timedelta(days=days)
    return case(**{"state": "closed", "replied_at": done, "closed_at": done + timedelta(hours=1)} | facts)


def waiting(**facts: Any) -> dict[str, Any]:
    """Return a case that headquarters has yet to open."""
    nothing = {"opened_at": None, "dispatched_at": None, "handle_due": None}
    return case(**{"state": "pending_opening", "unit": ""} | nothing | facts)


def events(row: dict[str, Any], *done: Done) -> Iterator[dict[str, Any]]:
    """Yield the history of a case: what was done, when, and to which unit it went."""
    for seq, (action, moment, *unit) in enumerate(done, 1):
        yield {
            "id": row["id"] * 100 + seq, "subject": f"case:{row['id']}", "seq": seq, "at": moment, "actor": "system",
            "action": action.value, "before": "", "after": "", "facts": {"unit": unit[0]} if unit else {}, "hash": b"",
        }  # fmt: skip


def facts_of(row: dict[str, Any], *done: Done) -> CaseFacts:
    """Return what a digest knows of a case, without a database."""
    steps = tuple(Step(moment, action.value, *unit) for action, moment, *unit in done)
    return CaseFacts(**{name: row[name] for name in CaseFacts._fields if name != "steps"}, steps=steps)


def lay(session: Session, cases: Iterable[dict[str, Any]], history: Iterable[dict[str, Any]] = ()) -> None:
    """Write rows into the database, and somebody who reported them all."""
    if session.get(Person, REPORTER) is None:
        session.add(Person(id=REPORTER, name="某某某", created_at=at(-500)))
        session.flush()
    for table, rows in ((Case, list(cases)), (Event, list(history))):
        if rows:
            session.execute(insert(table), rows)


def lay_week(session: Session) -> None:
    """Lay down something of everything, and a sealed hour."""
    global _numbers  # noqa: PLW0603 -- case numbers stand in the golden files
    _numbers = count(1)
    cases = [*_calm(), *_troubled(), *_unusual()]
    winding = [_failed(), _disputed(), _extended()]
    cases += [closed(1, reported_at=at(-364 - day), category=RUBBISH) for day in range(12)]  # a year ago
    lay(session, [*cases, *(row for row, _ in winding)], [event for _, history in winding for event in history])
    session.add(Seal(id=1, seq=1, at=at(0, 7), up_to=0, heads={}, hash=bytes.fromhex("5ea1" * 16)))
    session.flush()


def lay_past(session: Session) -> None:
    """Lay down enough before the week, and a year before it, that it can be compared."""
    for days, many in ((-11, 9), (-13, 6), (-368, 11)):
        facts = {"reported_at": at(days), "category": RUBBISH}
        lay(session, [closed(1 + number % 4, rating=5 - number % 3, **facts) for number in range(many)])
        lay(session, [closed(1, unit="U-W", source="volunteer", **facts) for _ in range(5)])


def digest(session: Session, kind: Kind, period: Period | None = None, scope: Scope = DISTRICT, **more: Any) -> Digest:
    """Return the digest of this kind, made now for the district unless told otherwise."""
    now, city = more.get("now", NOW), more.get("city") or district()
    return collect(session, city, period or period_of(kind, now, ZONE), scope, now=now, kind=kind)


def _calm() -> Iterator[dict[str, Any]]:
    for day in range(-9, 0):
        yield closed(1, reported_at=at(day), rating=5, category=RUBBISH)
        yield closed(1, reported_at=at(day, 11), category=RUBBISH, lat=EAST[0] + 0.003)
        inspected = {"source": "inspector", "unit": "U-W", "lat": WEST[0], "lon": WEST[1]}
        yield closed(1, reported_at=at(day, 15), rating=3, **inspected)


def _troubled() -> Iterator[dict[str, Any]]:
    for _ in range(4):
        yield closed(3, reported_at=at(-5), unit="D-CG", point="P-1", category=SIGNS)  # late
    yield case(reported_at=at(-3), unit="D-CG", point="P-1", category=SIGNS)
    yield case(reported_at=at(-4, 9), unit="D-YL", point="P-2", category=SIGNS, urgent=True)
    yield case(handle_due=at(0, 18))


def _unusual() -> Iterator[dict[str, Any]]:
    yield case(state="suspended", reported_at=at(-8))
    yield case(state="pending_verification", replied_at=at(-1, 16), verify_due=at(0, 11))
    yield waiting(lat=None, lon=None)
    yield case(state="rejected")
    yield case(state="void")
    yield case(state="merged")


def _failed() -> tuple[dict[str, Any], Iterable[dict[str, Any]]]:
    row = case(state="rework", round=2, reported_at=at(-2), category=SIGNS, unit="D-CG", point="P-1")
    return row, events(row, (Action.DISPATCH, at(-2), "D-CG"), (Action.REPLY, at(-2, 15)), (Action.FAIL, at(-1, 9)))


def _disputed() -> tuple[dict[str, Any], Iterable[dict[str, Any]]]:
    row = case(state="rework", round=2, reopened=1, reported_at=at(-6), unit="U-W", handle_due=at(1))
    done = (
        (Action.DISPATCH, at(-6), "U-W"),
        (Action.REPLY, at(-5)),
        (Action.CLOSE, at(-5)),
        (Action.DISPUTE, at(-1, 20)),
    )
    return row, events(row, *done)


def _extended() -> tuple[dict[str, Any], Iterable[dict[str, Any]]]:
    row = case(extensions=1, reported_at=at(-3), unit="D-YL", handle_due=at(2))
    return row, events(row, (Action.DISPATCH, at(-3), "D-YL"), (Action.GRANT_EXTENSION, at(-1, 11)))
