"""The trend: what came in and what was closed on each of the last days."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from bot.reports.digest import Digest
from bot.reports.facts import Facts
from bot.reports.figures import closed, received
from bot.reports.panels import Panel
from bot.reports.period import Period
from bot.reports.svg import ROOM
from bot.reports.voice import Voice

_USUAL, _MOST = 14, 31
_HEIGHT, _CHART = 270, 104
_LABELLED = 7
"""So many days can be labelled beside each other."""


class Day(NamedTuple):
    """A day: where it lies, how high its two figures reach, and its label, if it has one."""

    x: float
    received: float
    closed: float
    label: str


class Chart(NamedTuple):
    """All days, how far they are apart, the words for both figures, and the highest figure."""

    days: tuple[Day, ...]
    step: float
    received: str
    closed: str
    most: str


def draw(digest: Digest, voice: Voice) -> Panel | None:
    """Two figures a day; nothing where nothing happened."""
    days = _last_days(digest.facts)
    ledger = digest.facts.ledger
    counts = [(len(ledger.within(received, day)), len(ledger.within(closed, day))) for day in days]
    most = max(max(each) for each in counts)
    if not most:
        return None
    step, every = ROOM / len(days), -(-len(days) // _LABELLED)
    shown = tuple(
        Day(
            step * (index + 0.5), _CHART * one / most, _CHART * other / most,
            f"{day.first.month}/{day.first.day}" if (len(days) - 1 - index) % every == 0 else "",
        )
        for index, (day, (one, other)) in enumerate(zip(days, counts, strict=True))
    )  # fmt: skip
    came, went = voice.plain("digest.picture.received"), voice.plain("digest.picture.closed")
    return Panel("trend", _HEIGHT, Chart(shown, step, came, went, f"{most:,}"), voice.plain("digest.picture.trend"))


def _last_days(facts: Facts) -> tuple[Period, ...]:
    """Return the days up to the end of the period, as far as their cases were read: two weeks, or a longer period."""
    last = facts.period.last
    wanted = last - timedelta(days=min(max(facts.period.days, _USUAL), _MOST) - 1)
    known = min(facts.lately.first, facts.month.first, facts.before.first, facts.period.first)
    return Period(max(wanted, known), last, facts.period.zone, facts.period.until).each_day()
