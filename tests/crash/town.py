"""A town with room for hundreds of reports that are not like each other: many points, far apart, names unlike."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

from bot.city.directory import national_directory
from bot.city.load import apply_import, load_city, plan_import, read_rows
from bot.city.model import Condition, PersonLimits, Place, Point, PointClass, Record, Settings, Unit
from bot.clock import SystemClock
from bot.domain.roles import Role
from bot.services.staffing import invites
from storage.database import Database

UNIT, OTHER = "U-1", "U-2"
"""The unit that has a head and a group, and the one that nobody has joined: a group takes one message at a time."""
ROAD_DAMAGE = "06013"
_LAT, _LON, _STEP, _COLUMNS = 30.0, 110.0, 0.0015, 40
_FIRST, _SECOND = (
    "春夏秋冬东南西北金银铜玉石松竹梅兰菊荷桃李杏槐柳桂榆枫橘枣",
    "山水云风雨雪月星河湖海江岭峰谷泉溪洲桥塔亭台楼阁门屏岩潭浦",
)
LARGEST = len(_FIRST) * len(_SECOND)


def points(count: int) -> list[Point]:
    """Return the first so many points, at most `LARGEST`; neighbours lie 140 m apart."""
    names = islice(product(_SECOND, _FIRST), count)
    return [_point(number, f"{first}{second}小学") for number, (second, first) in enumerate(names)]


def found(url: str, count: int) -> str:
    """Bring the town into a migrated database; return the code that makes somebody the head of its only unit."""
    database, now = Database(url), SystemClock().now()
    records = {_key(record): record for record in _records(count)}
    with database.reading() as session:
        changes = plan_import(session, records)
    apply_import(database, changes, now)
    with database.begin() as session:
        code = invites.make(session, load_city(read_rows(session)), Role.UNIT_HEAD, now, unit=UNIT)
    database.close()
    return code


def _records(count: int) -> list[Record]:
    limits = PersonLimits(reports_an_hour=1000, reports_a_day=1000)
    return [
        Settings(name="千点镇", limits=limits),
        Unit(code=UNIT, name="千点街道", kind="territorial"),
        Unit(code=OTHER, name="远山街道", kind="territorial"),
        PointClass(code="01", name="学校"),
        *points(count),
        *(each.model_copy(update={"default_unit": UNIT}) for each in national_directory().values()),
        Condition(code="06013-1", category=ROAD_DAMAGE, name="路面破损", amount=2, unit="work_days"),
        Place(code="B", name="千点镇", kind="boundary", geometry=_square()),
    ]


def _key(record: Any) -> tuple[str, str]:
    kind = {"PointClass": "point_class"}.get(type(record).__name__, type(record).__name__.lower())
    return kind, getattr(record, "code", "settings")


def _point(number: int, name: str) -> Point:
    row, column = divmod(number, _COLUMNS)
    unit = UNIT if number % 5 < 2 else OTHER
    return Point(
        code=f"P-{number}", name=name, class_code="01", lat=_LAT + row * _STEP, lon=_LON + column * _STEP,
        territorial_unit=unit, trade_unit=unit,
    )  # fmt: skip


def _square() -> dict[str, Any]:
    south, west, north, east = _LAT - 0.01, _LON - 0.01, _LAT + 0.1, _LON + 0.1
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
