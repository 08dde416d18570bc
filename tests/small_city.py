"""A city of two streets, small enough to know by heart; its matters are those of the national directory.

East of 西街 lies 东街街道, west of it 西街街道; 解放路 crosses both. `EAST` and `WEST` lie in their middles.
"""

from __future__ import annotations

from datetime import time
from functools import lru_cache
from typing import Any

from bot.city.directory import national_directory
from bot.city.model import (
    Behaviour,
    Circle,
    City,
    Condition,
    DutyPost,
    DutyRota,
    Place,
    Point,
    PointClass,
    Settings,
    Unit,
)
from bot.city.settings import Advice

ROAD_DAMAGE = "06013"
FIRE = Advice(code="fire", words=("着火", "on fire"), advice="请马上打 119。", advice_en="Call 119 at once.")
LAT, LON = 30.0, 110.0
EAST, WEST, OUTSIDE = (LAT, LON + 0.005), (LAT, LON - 0.005), (LAT + 1, LON + 1)
MARKET, SCHOOL, STATION = (LAT + 0.001, LON + 0.004), (LAT - 0.002, LON + 0.006), (LAT + 0.001, LON - 0.004)


@lru_cache
def small_city(**settings: Any) -> City:
    """Return the city, the same one for the same settings; these override those of city.toml."""
    records = [
        Settings(name="小城区", name_en="Smalltown", **settings),
        Unit(code="D-CG", name="城市管理局", short_name="城管局", kind="department", aliases=("城管",)),
        Unit(code="U-E", name="东街街道", kind="territorial"),
        Unit(code="U-W", name="西街街道", kind="territorial"),
        PointClass(code="01", name="农贸市场", name_en="Market"),
        PointClass(code="02", name="学校", name_en="School"),
        Circle(code="C-1", name="东街市场点位圈", kind="market"),
        _point("P-1", "东街农贸市场", "01", MARKET, territorial_unit="U-E", circle="C-1", anchor=True),
        _point("P-2", "东街小学", "02", SCHOOL, territorial_unit="U-E"),
        _point("P-3", "西街农贸市场", "01", STATION, territorial_unit="U-W"),
        *(each.model_copy(update={"default_unit": "D-CG"}) for each in national_directory().values()),
        Condition(code="06013-1", category=ROAD_DAMAGE, name="路面破损", amount=2, unit="work_days"),
        *_places(),
        *_duty(),
    ]
    return City({(_kind(record), getattr(record, "code", "settings")): record for record in records})


def _kind(record: Any) -> str:
    names = {PointClass: "point_class", Settings: "settings", DutyPost: "post", DutyRota: "rota"}
    return names.get(type(record), type(record).__name__.lower())


def _point(code: str, name: str, class_code: str, at: tuple[float, float], **more: Any) -> Point:
    return Point(
        code=code, name=name, class_code=class_code, lat=at[0], lon=at[1], trade_unit="D-CG", leader="点位长", **more
    )


def _places() -> tuple[Place, ...]:
    return (
        Place(code="B", name="小城区", kind="boundary", geometry=_box(-0.01, 0.01)),
        Place(code="A-E", name="东街街道", kind="area", unit="U-E", geometry=_box(0, 0.01)),
        Place(code="A-W", name="西街街道", kind="area", unit="U-W", geometry=_box(-0.01, 0)),
        Place(code="R-1", name="解放路", kind="road", geometry=_line((-0.01, 0), (0.01, 0))),
        Place(code="R-2", name="西街", kind="road", geometry=_line((0, -0.01), (0, 0.01))),
        Place(code="L-1", name="钟楼", kind="landmark", geometry={"type": "Point", "coordinates": [LON + 0.002, LAT]}),
    )


def _duty() -> tuple[DutyPost | DutyRota | Behaviour, ...]:
    """Return two posts with their peaks, those of the morning overlapping, and what is counted there."""
    return (
        DutyPost(code="Z-E", name="解放路口岗", name_en="Jiefang corner", unit="U-E", lat=EAST[0], lon=EAST[1]),
        DutyPost(code="Z-W", name="西街口岗", name_en="West corner", unit="U-W", lat=WEST[0], lon=WEST[1]),
        DutyRota(code="Z-E-A", post="Z-E", begins=time(7), ends=time(8, 30), crew=2),
        DutyRota(code="Z-E-P", post="Z-E", begins=time(17), ends=time(18, 30), crew=2),
        DutyRota(code="Z-W-A", post="Z-W", begins=time(7, 30), ends=time(9), crew=1),
        Behaviour(code="P01", name="闯红灯", name_en="Walks on red", passers="pedestrian", rate="signals"),
        Behaviour(code="B06", name="不戴头盔", name_en="No helmet", passers="bike", rate="helmets"),
        Behaviour(code="G01", name="乱扔", name_en="Litters"),
    )


def _box(west: float, east: float) -> dict[str, Any]:
    corners = ((west, -0.01), (east, -0.01), (east, 0.01), (west, 0.01), (west, -0.01))
    return {"type": "Polygon", "coordinates": [[[LON + x, LAT + y] for x, y in corners]]}


def _line(*ends: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [[LON + x, LAT + y] for x, y in ends]}
