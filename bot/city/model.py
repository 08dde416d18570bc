"""The front door of the city pack: the city, its settings and its records."""

from __future__ import annotations

from bot.city.city import KINDS, City, Key, Near, UnknownCodeError
from bot.city.record import Named, Record
from bot.city.records import (
    Behaviour,
    Category,
    CategoryClass,
    Circle,
    Condition,
    DutyPost,
    DutyRota,
    Place,
    Point,
    PointClass,
    Staff,
    Standard,
    Unit,
)
from bot.city.settings import Advice, Digests, Limit, Patrols, PersonLimits, Retention, Rung, Settings, Volunteers

__all__ = [
    "KINDS",
    "Advice",
    "Behaviour",
    "Category",
    "CategoryClass",
    "Circle",
    "City",
    "Condition",
    "Digests",
    "DutyPost",
    "DutyRota",
    "Key",
    "Limit",
    "Named",
    "Near",
    "Patrols",
    "PersonLimits",
    "Place",
    "Point",
    "PointClass",
    "Record",
    "Retention",
    "Rung",
    "Settings",
    "Staff",
    "Standard",
    "Unit",
    "UnknownCodeError",
    "Volunteers",
]
