"""The picture of a digest drawn as SVG from its content: a title, panels of one width one under the other, a foot."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.reports.canvas import FAMILY
from bot.reports.lettering import width

WIDTH = 1080
"""The unit of all lengths: a 1080th of the width."""
PIXELS = 900
"""How many the drawn picture is wide: enough for a phone, and no more, since each costs memory while it is drawn."""
MARGIN = 40
INSET = 32
ROOM = WIDTH - 2 * (MARGIN + INSET)
"""How wide the inside of a panel is."""
ROW = 60
"""How far the lines of a table are apart."""
TEXT, SMALL = 36, 32
"""How high letters are: 36 of 1080 are 13 points on a phone."""
_TEMPLATES = Path(__file__).parents[1] / "templates"


def render(content: Mapping[str, Any]) -> str:
    """Return the picture: title, title_size, days, made, panels (each with its top), foot, height, language."""
    layout = {
        "width": WIDTH, "scale": PIXELS / WIDTH, "margin": MARGIN, "inset": INSET, "room": ROOM, "row": ROW,
        "family": FAMILY, "width_of": width,
    }  # fmt: skip
    return environment().get_template("digest/picture.svg.j2").render(**layout, **content)


@cache
def environment() -> Environment:
    """Return where the templates of pictures are found."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
