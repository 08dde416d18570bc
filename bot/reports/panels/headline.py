"""The headline figures: what came in, what was closed, how much of it in time; and how things stand now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bot.reports.digest import Digest
from bot.reports.panels import Panel
from bot.reports.sections.totals import Totals
from bot.reports.tally import Change, Rate, Standing
from bot.reports.voice import Voice

_HEIGHT = 316


class Tile(NamedTuple):
    """A figure: what it is, the figure, what it was before, and its tone."""

    label: str
    value: str
    note: str
    tone: str = "plain"


def draw(digest: Digest, voice: Voice) -> Panel | None:
    """Six figures, those of the period over those of now."""
    totals: Totals | None = digest.block("totals")
    if totals is None:
        return None
    now, before = totals.now, totals.before
    tiles = (
        _count(voice, "received", now.received, before.received),
        _count(voice, "closed", now.closed, before.closed),
        _rate(voice, now.in_time_rate, before.in_time_rate),
        *_stands(voice, digest.facts.standing),
    )
    return Panel("headline", _HEIGHT, tiles)


def _count(voice: Voice, name: str, now: int, before: int) -> Tile:
    last, change = voice.plain("digest.picture.before", last=f"{before:,}"), voice.change(Change(now, before))
    return Tile(voice.plain(f"digest.picture.{name}"), f"{now:,}", f"{last} {change}".strip())


def _rate(voice: Voice, now: Rate, before: Rate) -> Tile:
    def said(rate: Rate) -> str:
        return voice.percent(rate) or (f"{rate.part}/{rate.whole}" if rate.whole else "—")

    label, last = voice.plain("digest.picture.in_time"), voice.plain("digest.picture.before", last=said(before))
    return Tile(label, said(now), last)


def _stands(voice: Voice, now: Standing) -> Iterator[Tile]:
    suspended = voice.plain("digest.picture.suspended", n=now.suspended) if now.suspended else ""
    yield Tile(voice.plain("digest.picture.open"), f"{now.open:,}", suspended)
    for name, count, tone in (("overdue_now", now.overdue, "bad"), ("due_today", now.due_today, "warn")):
        yield Tile(voice.plain(f"digest.picture.{name}"), f"{count:,}", "", tone if count else "plain")
