"""The panels of a digest's picture, one file each: what it shows, already fitted to its room, in pixels.

A panel is a function from the digest to what the template of its name draws (`bot/templates/digest/picture/`), or None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.reports.digest import Digest
from bot.reports.voice import Voice


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the picture: the template that draws it, its height, its title with a note, and what it draws."""

    name: str
    height: float
    data: Any
    title: str = ""
    note: str = ""


Draw = Callable[[Digest, Voice], Panel | None]
