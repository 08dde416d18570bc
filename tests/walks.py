"""The small city with rounds to make: markets daily, the school weekly, the circle of the market by its chief."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from bot.city.model import City, PointClass, Standard
from bot.services.patrolling import stickers
from storage.queries import webchat
from tests.dialogue import Stage
from tests.small_city import MARKET, ROAD_DAMAGE, small_city

AT_MARKET = MARKET
NEAR_MARKET = (MARKET[0] + 0.0007, MARKET[1])
"""About 78 m north of it."""


@lru_cache
def walked_city(**settings: Any) -> City:
    """Return the city, with standards for markets."""
    more = [
        PointClass(code="01", name="农贸市场", name_en="Market", rhythm="daily"),
        PointClass(code="02", name="学校", name_en="School", rhythm="weekly", radius=30),
    ]
    standards = [
        Standard(point_class="01", code="01-1", name="路面完好", name_en="Road whole", category=ROAD_DAMAGE),
        Standard(point_class="01", code="01-2", name="无暴露垃圾"),
    ]
    records = {("point_class", each.code): each for each in more} | {
        ("standard", each.code): each for each in standards
    }
    return City(small_city(**settings)._all | records)


def sticker(stage: Stage, point: str) -> str:
    """What stands on the sticker of a point."""
    with stage.database.begin() as session:
        return stickers.code_of(webchat.secret(session, "stickers"), point)
