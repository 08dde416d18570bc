"""Where and when the volunteers of the demo district stand: twelve crossings in two peaks, and one post to try at."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bot.city.demo.town import COLUMNS, EASTWARD, NORTHWARD, Spot, bend, lay_roads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.city.demo.tables import Row

CROSSINGS = (
    *((-380, -380), (750, -750), (-750, 760), (380, 380)),
    *((-2000, -750), (-2500, -1150), (-2000, 760), (-1550, 1150)),
    *((1550, -1150), (2500, -750), (1550, 760), (3100, 1150)),
)
PEAKS = (("A", "07:00", "08:30"), ("P", "17:00", "18:30"))
TRYING = "Z00"
"""Here one can try everything at any hour: made for the demo alone, no city mans a post day and night."""
TOWER = (30.0, 25.0)
ROUND_THE_CLOCK = ("00:00", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "00:00")
ALL_DAYS = "1234567"
CORNERS = "东北角一人，看行人过街；西南角一人，看非机动车停止线。"
CORNERS_EN = "One at the north-east corner, for people crossing; one at the south-west, for the bicycles' stop line."


def duty_posts() -> Iterator[Row]:
    """Yield the rows of posts.csv, each organised by the subdistrict it lies in: the one to try at, then crossings."""
    yield _post(TRYING, "钟鼓楼体验岗", "Bell Tower try-out", TOWER)
    roads = lay_roads()
    for number, (a, b) in enumerate(CROSSINGS, 1):
        one, other = roads[NORTHWARD.index(a)].title, roads[len(NORTHWARD) + EASTWARD.index(b)].title
        name_en = "/".join(each.en.removesuffix(" Road") for each in (one, other))
        yield _post(f"Z{number:02}", f"{one.zh}{other.zh}口岗", name_en, (a, b))


def duty_rotas() -> Iterator[Row]:
    """Yield the rows of rotas.csv: the peaks of working days; at the post to try at, day and night."""
    for number in range(1, len(CROSSINGS) + 1):
        for part, begins, ends in PEAKS:
            yield _rota(f"Z{number:02}{part}", "12345", begins, ends)
    for begins, ends in pairwise(ROUND_THE_CLOCK):
        yield _rota(f"{TRYING}-{begins[:2]}", ALL_DAYS, begins, ends, "yes")


def _post(code: str, name: str, name_en: str, spot: Spot) -> Row:
    lat, lon = bend(spot)
    return {
        "code": code, "name": name, "name_en": name_en, "unit": _subdistrict(*spot), "lat": str(lat), "lon": str(lon),
        "radius": "100", "corners": CORNERS, "corners_en": CORNERS_EN, "point": "",
    }  # fmt: skip


def _rota(code: str, weekdays: str, begins: str, ends: str, on_days_off: str = "") -> Row:
    hours = {"weekdays": weekdays, "begins": begins, "ends": ends}
    return {"code": code, "post": code[:3], "kind": "duty", **hours, "crew": "2", "on_days_off": on_days_off}


def _subdistrict(a: float, b: float) -> str:
    column = sum(a >= border for border in COLUMNS[1:3])
    return f"S{1 + column + 3 * (b >= 0):02}"
