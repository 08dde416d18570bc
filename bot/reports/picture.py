"""A digest as a picture that reads on a phone: its panels, as far as they have something to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.reports import svg
from bot.reports.digest import Digest
from bot.reports.lettering import fit, width
from bot.reports.panels import Draw, bars, headline, heat, lists, trend
from bot.reports.svg import MARGIN, WIDTH
from bot.reports.voice import Voice, Words

ORDER: tuple[Draw, ...] = (headline.draw, bars.overdue, bars.points, lists.draw, bars.kinds, heat.draw, trend.draw)
_HEAD, _GAP, _FOOT = 164, 18, 50
_TITLES = (60, 54, 48, 42)
"""How high the letters of the title are: the highest of these in which it fits."""


def compose(digest: Digest, words: Words, language: str) -> str:
    """Return the digest as SVG, 1080 wide and as high as it has to say; `bot.reports.canvas` draws it."""
    return svg.render(content(digest, Voice(words, language, digest.city)))


def compose_heat(digest: Digest, words: Words, language: str) -> str:
    """Return the heat table alone, of all posts, as SVG; nothing where nothing was seen."""
    voice = Voice(words, language, digest.city)
    shown = content(digest, voice, (heat.draw_all,))
    return svg.render(shown) if shown["panels"] else ""


def content(digest: Digest, voice: Voice, order: Sequence[Draw] = ORDER) -> dict[str, Any]:
    """Return what the picture shows, for `bot.reports.svg`."""
    found = [panel for draw in order if (panel := draw(digest, voice)) is not None]
    tops: list[float] = []
    top: float = _HEAD
    for panel in found:
        tops.append(top)
        top += panel.height + _GAP
    panels = list(zip(tops, found, strict=True))
    return {"panels": panels, "height": top + _FOOT, "language": voice.language.replace("_", "-")} | _frame(
        digest, voice
    )


def _frame(digest: Digest, voice: Voice) -> dict[str, Any]:
    """Return what stands above and below the panels."""
    name = voice.unit(digest.scope.unit) if digest.scope.unit else digest.city.settings.label(voice.language)
    title = voice.plain(f"digest.picture.title.{digest.kind.value}", name=name)
    room = WIDTH - 2 * MARGIN
    size = next((each for each in _TITLES if width(title, each) <= room), _TITLES[-1])
    foot = voice.plain("digest.picture.seal", seal=digest.seal) if digest.seal else voice.plain("digest.picture.foot")
    return {
        "title": fit(title, size, room), "title_size": size, "days": voice.days(digest.period, digest.made_at),
        "made": voice.plain("digest.picture.made", at=voice.moment(digest.made_at)), "foot": foot,
    }  # fmt: skip
