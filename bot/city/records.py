"""The records of the city pack: units, points, categories, conditions, places, standards, staff and duty."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeFloat, PositiveInt

from bot.city.record import Named, Record, in_language
from bot.city.settings import Function, Limit
from bot.domain.worktime import TimeUnit

Words = tuple[str, ...]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class Unit(Named):
    """A body that answers: 行业主管部门 (department), 属地 (territorial), 包抓共建 (sponsor) or 社区 (community)."""

    short_name: str = ""
    kind: Literal["department", "territorial", "sponsor", "community"]
    parent: str = ""
    aliases: Words = ()


class PointClass(Named):
    """One of the classes of inspected points, such as 农贸市场, and how often their leaders go round (empty: never)."""

    rhythm: Literal["", "daily", "weekly"] = ""
    radius: PositiveInt | None = None  # metres within which a pin counts as at the point, else the pack's


class Circle(Named):
    """A key point circle (重点点位圈): an anchor and all that lies within 300 m of it, each satellite counted once."""

    kind: Literal["community", "market", "station", "hospital"]


class Point(Named):
    """An inspected point with its four answerable parties; the position is WGS-84."""

    class_code: str
    address: str = ""
    lat: Latitude
    lon: Longitude
    circle: str = ""
    anchor: bool = False
    trade_unit: str = ""
    territorial_unit: str = ""
    sponsor_unit: str = ""
    leader: str = ""
    aliases: Words = ()

    @property
    def chief_unit(self) -> str:
        """Return the unit whose head is the chief (总点位长) of the circle that this point anchors."""
        return self.sponsor_unit or self.territorial_unit


class CategoryClass(Named):
    """The upper two digits of a category code, such as 06 市容环境类."""


class Category(Named):
    """A matter that can become a case; codes follow GB/T 47678.5, extensions are numbered downwards from 999."""

    kind: Literal["matter"] = "matter"
    class_code: str
    class_name: str
    class_name_en: str = ""
    synonyms: Words = ()
    synonyms_en: Words = ()
    confusable: Words = ()
    facility: bool = False
    default_unit: str = ""
    similar_metres: PositiveInt = 50
    similar_hours: PositiveInt = 24


class Condition(Named):
    """When a category is opened (立案条件), how long it may take, and what counts as closed."""

    category: str
    amount: PositiveInt
    unit: TimeUnit
    area_class: str = ""
    urgent: bool = False
    closes_when: str = ""
    closes_when_en: str = ""

    @property
    def limit(self) -> Limit:
        """Return the limit of this condition."""
        return Limit(amount=self.amount, unit=self.unit)

    def closing(self, language: str = "zh_CN") -> str:
        """Return what counts as closed, in the language of the reader."""
        return in_language(language, self.closes_when, self.closes_when_en)


class Place(Named):
    """A feature of the map; `geometry` is GeoJSON in WGS-84, `look` says how to draw it where the kind does not."""

    kind: Literal["boundary", "area", "grid", "road", "landmark"]
    aliases: Words = ()
    unit: str = ""
    area_class: str = ""
    look: Literal["", "water", "park", "rail"] = ""
    geometry: dict[str, Any]


class Standard(Record):
    """What is checked at a class of points, and what one defect costs."""

    point_class: str
    code: str
    name: str
    name_en: str = ""
    deduction: NonNegativeFloat = 0
    category: str = ""  # what a defect is a case of; empty: it is asked

    def label(self, language: str = "zh_CN") -> str:
        """Return what is checked, in the language of the reader."""
        return in_language(language, self.name, self.name_en)


class Staff(Record):
    """Somebody who is to be invited: a post, not a person; `name` is the shown title."""

    code: str
    name: str
    role: Function
    unit: str = ""
    points: Words = ()
    language: Literal["zh_CN", "en"] = "zh_CN"


ShortCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,24}$")]
"""A code that fits into a button."""


class DutyPost(Named):
    """A place where volunteers stand (文明劝导岗); the position is WGS-84."""

    code: ShortCode
    unit: str = ""  # who organises it
    lat: Latitude
    lon: Longitude
    radius: PositiveInt = 100  # metres within which a pin counts as at the post
    corners: str = ""  # who stands where
    corners_en: str = ""
    point: str = ""  # the inspected point it lies at


class DutyRota(Record):
    """The same hours on the same weekdays at one post (排班)."""

    code: ShortCode
    post: str
    kind: Literal["duty", "training"] = "duty"
    weekdays: Annotated[str, Field(pattern=r"^[1-7]{1,7}$")] = "12345"  # Monday is 1
    begins: time
    ends: time
    crew: PositiveInt = 2
    first: date | None = None
    last: date | None = None
    on_days_off: bool = False  # statutory holidays are not left out


class Behaviour(Named):
    """Something uncivil that is counted, never a case and never a person; it may spoil a rate of those who pass."""

    code: ShortCode
    passers: Literal["", "pedestrian", "bike", "motor"] = ""
    rate: Literal["", "yielding", "signals", "helmets", "plates", "belts"] = ""
