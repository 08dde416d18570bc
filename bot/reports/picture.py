"""A digest as a picture that reads on a phone: panels of one width, one under the other, as SVG."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.reports.canvas import FAMILY
from bot.reports.digest import Digest
from bot.reports.lettering import fit, width
from bot.reports.panels import INSET, MARGIN, ROOM, WIDTH, Draw, bars, headline, lists, trend
from bot.reports.voice import Voice, Words

ORDER: tuple[Draw, ...] = (headline.draw, bars.overdue, bars.points, lists.draw, bars.kinds, trend.draw)
_TEMPLATES = Path(__file__).parents[1] / "templates"
_HEAD, _GAP, _FOOT = 172, 22, 56
_TITLES = (60, 54, 48, 42)
"""How high the letters of the title are: the highest of these in which it fits."""


def compose(digest: Digest, words: Words, language: str) -> str:
    """Return the digest as SVG, 1080 wide and as high as it has to say; `bot.reports.canvas` draws it."""
    voice = Voice(words, language, digest.city)
    found = [panel for draw in ORDER if (panel := draw(digest, voice)) is not None]
    tops: list[float] = []
    top: float = _HEAD
    for panel in found:
        tops.append(top)
        top += panel.height + _GAP
    return (
        _environment()
        .get_template("digest/picture.svg.j2")
        .render(
            width=WIDTH, height=top + _FOOT, margin=MARGIN, inset=INSET, room=ROOM, family=FAMILY, widths=width,
            language=language.replace("_", "-"), panels=list(zip(tops, found, strict=True)), **_frame(digest, voice),
        )
    )  # fmt: skip


def _frame(digest: Digest, voice: Voice) -> dict[str, Any]:
    """Return what stands above and below the panels."""
    name = voice.unit(digest.scope.unit) if digest.scope.unit else digest.city.settings.label(voice.language)
    title = voice.plain(f"digest.picture.title.{digest.kind.value}", name=name)
    room = WIDTH - 2 * MARGIN
    size = next((each for each in _TITLES if width(title, each) <= room), _TITLES[-1])
    made = voice.plain("digest.picture.made", at=voice.moment(digest.made_at))
    return {
        "title": fit(title, size, room), "title_size": size,
        "days": voice.days(digest.period, digest.made_at), "made": made,
        "foot": voice.plain("digest.picture.seal", seal=digest.seal) if digest.seal
        else voice.plain("digest.picture.foot"),
    }  # fmt: skip


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
