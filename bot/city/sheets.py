"""The tables of a pack: their files, their columns in both languages, and the records that their rows become."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.city.records import (
    Behaviour,
    Category,
    Circle,
    Condition,
    DutyPost,
    DutyRota,
    Point,
    PointClass,
    Staff,
    Standard,
    Unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.city.record import Record


class Sheet(NamedTuple):
    """A table: `columns` maps each column to the field it fills, `references` to the kind whose codes it names."""

    file: str
    kind: str
    model: type[Record]
    columns: Mapping[str, str]
    required: tuple[str, ...]
    references: Mapping[str, str]
    needed: bool = True

    @property
    def headings(self) -> dict[str, str]:
        """Return every heading allowed, English or Chinese, with its column."""
        return {heading: column for column in self.columns for heading in (column, *CHINESE.get(column, ()))}


def same(*names: str) -> dict[str, str]:
    """Return columns that bear the name of their field."""
    return {name: name for name in names}


CHINESE: Mapping[str, tuple[str, ...]] = {
    "code": ("编码", "代码", "编号"),
    "name": ("名称",),
    "name_en": ("英文名称", "英文名"),
    "short_name": ("简称",),
    "kind": ("类型",),
    "parent": ("上级", "上级单位"),
    "aliases": ("别名",),
    "class": ("点位类型", "类别"),
    "address": ("地址",),
    "lat": ("纬度",),
    "lon": ("经度",),
    "circle": ("点位圈",),
    "anchor": ("核心点位",),
    "trade_unit": ("行业主管部门", "行业主管"),
    "territorial_unit": ("属地管理单位", "属地单位"),
    "sponsor_unit": ("包抓共建单位", "包抓单位"),
    "leader": ("点位长",),
    "owner": ("主管单位", "责任单位"),
    "synonyms": ("同义词", "俗称"),
    "synonyms_en": ("英文同义词",),
    "confusable": ("易混类别",),
    "similar_metres": ("相似距离",),
    "similar_hours": ("相似小时",),
    "off": ("停用",),
    "category": ("事项类别", "事项代码"),
    "amount": ("时限",),
    "unit": ("单位", "时限单位"),
    "area_class": ("区域等级",),
    "urgent": ("紧急",),
    "closes_when": ("结案标准", "结案条件"),
    "closes_when_en": ("英文结案标准",),
    "point_class": ("点位类型",),
    "deduction": ("扣分",),
    "role": ("角色",),
    "points": ("点位",),
    "language": ("语言",),
    "rhythm": ("巡查频次",),
    "radius": ("半径", "打卡半径"),
    "corners": ("站位",),
    "corners_en": ("英文站位",),
    "point": ("点位",),
    "post": ("岗位", "岗位编码"),
    "weekdays": ("星期",),
    "begins": ("开始", "开始时间"),
    "ends": ("结束", "结束时间"),
    "crew": ("人数",),
    "first": ("起始日期",),
    "last": ("截止日期",),
    "on_days_off": ("节假日照常",),
    "passers": ("对象",),
    "rate": ("影响的比率",),
}

MEANINGS: Mapping[str, str] = {
    "是": "yes",
    "否": "no",
    "行业主管部门": "department",
    "部门": "department",
    "属地管理单位": "territorial",
    "属地": "territorial",
    "包抓共建单位": "sponsor",
    "社区": "community",
    "市场": "market",
    "场站": "station",
    "医院": "hospital",
    "紧急工作时": "urgent_hours",
    "工作时": "work_hours",
    "工作日": "work_days",
    "自然日": "calendar_days",
    "志愿者": "volunteer",
    "点位长": "point_leader",
    "单位负责人": "unit_head",
    "巡查员": "inspector",
    "派遣员": "dispatcher",
    "领导": "executive",
    "管理员": "administrator",
    "中文": "zh_CN",
    "英文": "en",
    "每日": "daily",
    "每周": "weekly",
    "执勤": "duty",
    "培训": "training",
    "行人": "pedestrian",
    "非机动车": "bike",
    "机动车": "motor",
    "礼让率": "yielding",
    "遵守信号灯率": "signals",
    "头盔佩戴率": "helmets",
    "挂牌率": "plates",
    "安全带使用率": "belts",
}
"""Chinese words for the values of a choice; they never stand in a column of names."""

CATEGORIES = Sheet(
    "categories",
    "category",
    Category,
    {
        **same("code", "name", "name_en", "synonyms", "synonyms_en", "confusable"),
        **same("similar_metres", "similar_hours", "off"),
        "owner": "default_unit",
    },
    ("code",),
    {"owner": "unit", "confusable": "category"},
    needed=False,
)
SHEETS = (
    Sheet(
        "units",
        "unit",
        Unit,
        same("code", "name", "name_en", "short_name", "kind", "parent", "aliases"),
        ("code", "name", "kind"),
        {"parent": "unit"},
    ),
    Sheet(
        "classes", "point_class", PointClass, same("code", "name", "name_en", "rhythm", "radius"), ("code", "name"), {}
    ),
    Sheet(
        "circles", "circle", Circle, same("code", "name", "name_en", "kind"), ("code", "name", "kind"), {}, needed=False
    ),
    Sheet(
        "points",
        "point",
        Point,
        {
            **same("code", "name", "name_en", "address", "lat", "lon", "circle", "anchor"),
            **same("trade_unit", "territorial_unit", "sponsor_unit", "leader", "aliases"),
            "class": "class_code",
        },
        ("code", "name", "class", "lat", "lon", "trade_unit", "territorial_unit"),
        {
            "class": "point_class",
            "circle": "circle",
            "trade_unit": "unit",
            "territorial_unit": "unit",
            "sponsor_unit": "unit",
        },
    ),
    CATEGORIES,
    Sheet(
        "conditions",
        "condition",
        Condition,
        same(
            "code",
            "category",
            "name",
            "name_en",
            "amount",
            "unit",
            "area_class",
            "urgent",
            "closes_when",
            "closes_when_en",
        ),
        ("code", "category", "name", "amount", "unit", "closes_when"),
        {"category": "category"},
    ),
    Sheet(
        "standards",
        "standard",
        Standard,
        same("point_class", "code", "name", "name_en", "deduction", "category"),
        ("point_class", "code", "name", "deduction"),
        {"point_class": "point_class", "category": "category"},
        needed=False,
    ),
    Sheet(
        "people",
        "staff",
        Staff,
        same("code", "name", "role", "unit", "points", "language"),
        ("code", "name", "role"),
        {"unit": "unit", "points": "point"},
        needed=False,
    ),
    Sheet(
        "posts",
        "post",
        DutyPost,
        same("code", "name", "name_en", "unit", "lat", "lon", "radius", "corners", "corners_en", "point"),
        ("code", "name", "unit", "lat", "lon"),
        {"unit": "unit", "point": "point"},
        needed=False,
    ),
    Sheet(
        "rotas",
        "rota",
        DutyRota,
        same("code", "post", "kind", "weekdays", "begins", "ends", "crew", "first", "last", "on_days_off"),
        ("code", "post", "weekdays", "begins", "ends", "crew"),
        {"post": "post"},
        needed=False,
    ),
    Sheet(
        "behaviours",
        "behaviour",
        Behaviour,
        same("code", "name", "name_en", "passers", "rate"),
        ("code", "name"),
        {},
        needed=False,
    ),
)
WORD_COLUMNS = frozenset({"aliases", "synonyms", "synonyms_en", "confusable", "points"})
FREE_COLUMNS = frozenset(
    {
        *("name", "name_en", "short_name", "address", "leader", "aliases", "closes_when", "closes_when_en"),
        *("corners", "corners_en"),
    }
)
