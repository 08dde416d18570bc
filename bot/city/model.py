"""The front door of the city pack: the city, its settings and its records."""

from __future__ import annotations

from bot.city.city import KINDS, City, Key, Near, UnknownCodeError
from bot.city.record import Named, Record
from bot.city.records import (
    Category,
    CategoryClass,
    Circle,
    Condition,
    Place,
    Point,
    PointClass,
    Staff,
    Standard,
    Unit,
)
from bot.city.settings import Advice, Digests, Limit, PersonLimits, Retention, Rung, Settings

__all__ = [
    "KINDS",
    "Advice",
    "Category",
    "CategoryClass",
    "Circle",
    "City",
    "Condition",
    "Digests",
    "Key",
    "Limit",
    "Named",
    "Near",
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
]
