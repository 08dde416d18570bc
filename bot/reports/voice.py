"""How a digest speaks in one language: names of the pack, functions instead of people, numbers, rates and days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_interval, format_skeleton

from bot.city.model import City, Named, UnknownCodeError
from bot.city.record import in_language
from bot.port import Span
from bot.reports.cases import CaseFacts
from bot.reports.duty import Stand
from bot.reports.figures import Turn
from bot.reports.period import Period
from bot.reports.tally import Change, Rate, Standing

Fact = str | int | float | tuple[Span, ...]


class Words(Protocol):
    """The texts of the catalogues, by language and key."""

    def say(self, language: str, key: str, **facts: Fact) -> tuple[Span, ...]:
        """Return the text as spans."""

    def plain(self, language: str, key: str, **facts: Fact) -> str:
        """Return the text without styles."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Words and names in one language, for one city."""

    words: Words
    language: str
    city: City

    def say(self, key: str, **facts: Fact) -> tuple[Span, ...]:
        """Return the text as spans."""
        return self.words.say(self.language, key, **facts)

    def plain(self, key: str, **facts: Fact) -> str:
        """Return the text without styles."""
        return self.words.plain(self.language, key, **facts)

    # Names.

    def unit(self, code: str) -> str:
        """The unit's short name; a word for "none" where none has it."""
        if not code:
            return self.plain("digest.no_unit")
        try:
            unit = self.city.unit(code)
        except UnknownCodeError:
            return code
        return unit.short_name if unit.short_name and not self.language.startswith("en") else unit.label(self.language)

    def point(self, code: str) -> str:
        """The point's name."""
        return self._named("point", code)

    def kind(self, code: str) -> str:
        """The category's name."""
        return self._named("category", code)

    def behaviour(self, code: str) -> str:
        """The behaviour's name."""
        return self._named("behaviour", code)

    def stand(self, stand: Stand) -> str:
        """The name of a post, whether of the pack or made in chat."""
        return in_language(self.language, stand.name, stand.name_en)

    def source(self, role: str) -> str:
        """The function of those who report."""
        return self.plain(f"role.{role}")

    def owner(self, turn: Turn) -> str:
        """Whose turn it is, by function and never by name."""
        return self.unit(turn.unit) if turn.function == "unit" else self.plain(f"digest.{turn.function}")

    def whereabouts(self, case: CaseFacts) -> str:
        """Where it is, by the pack's map alone: what reporters wrote of the place may speak of people."""
        if case.point:
            return self.point(case.point)
        if case.lat is None or case.lon is None:
            return self.plain("digest.no_place")
        names = [each.label(self.language) for each in self._around(case.lat, case.lon)]
        return " ".join(names) or f"{case.lat:.4f}, {case.lon:.4f}"

    # Numbers.

    def percent(self, rate: Rate) -> str:
        """The rate with one decimal, or nothing where it would say too little; all and nothing only where it is so."""
        share = rate.shown(self.city.settings.digests.least_for_rate)
        if share is None:
            return ""
        if rate.part in {0, rate.whole}:
            return f"{share:.0%}"
        return f"{min(max(share, 0.001), 0.999):.1%}"

    def rate(self, rate: Rate) -> str:
        """The rate and what it is made of; of too few the counts alone."""
        counts = f"{rate.part}/{rate.whole}"
        percent = self.percent(rate)
        return self.plain("digest.share", n=percent, rate=counts) if percent else counts

    def share(self, n: int, rate: Rate, last: Rate) -> str:
        """A count with its rate, and that of the last period, as far as they may be shown."""
        if not n and not last.part:
            return "0"
        percent, before = self.percent(rate), self.percent(last)
        if percent and before:
            return self.plain("digest.share_last", n=n, rate=percent, last=before)
        return self.plain("digest.share", n=n, rate=percent) if percent else str(n)

    def counted(self, n: int, last: int) -> str:
        """A count with that of the last period."""
        return self.plain("digest.counted", n=n, last=last)

    def change(self, change: Change) -> str:
        """By how much it changed, in whole per cent; nothing where there was too little before to say so."""
        share = change.shown(self.city.settings.digests.least_for_rate)
        return "" if share is None else f"{share:+.0%}".replace("-0%", "+0%").replace("+0%", "±0%")

    def hours(self, minutes: int) -> str:
        """Minutes as hours with one decimal."""
        return f"{minutes / 60:,.1f}"

    def stands(self, standing: Standing) -> str:
        """How things stand, the most pressing first, without what there is none of."""
        counts = {
            "overdue": standing.overdue, "due_today": standing.due_today, "open": standing.open,
            "suspended": standing.suspended,
        }  # fmt: skip
        return self.plain("digest.then").join(self.plain(f"digest.{name}", n=n) for name, n in counts.items() if n)

    # Days.

    def days(self, period: Period, made_at: datetime) -> str:
        """Its days as people say them, the year only where it is not this one."""
        year = "" if period.last.year == period.first.year == made_at.astimezone(period.zone).year else "y"
        if period.is_month:
            return format_skeleton("yMMM", period.first, locale=self.language)
        if period.days == 1:
            return format_skeleton(f"{year}MMMEd", period.first, locale=self.language)
        return format_interval(period.first, period.last, f"{year}MMMd", locale=self.language)

    def moment(self, at: datetime) -> str:
        """A moment by the city's clocks."""
        local = at.astimezone(ZoneInfo(self.city.settings.time_zone))
        return f"{format_skeleton('MMMd', local, locale=self.language)} {local:%H:%M}"

    def _named(self, kind: str, code: str) -> str:
        try:
            return getattr(self.city, kind)(code).label(self.language)  # type: ignore[no-any-return]
        except UnknownCodeError:
            return code

    def _around(self, lat: float, lon: float) -> Iterator[Named]:
        reach = self.city.settings.route_metres
        near = self.city.points_near(lat, lon, reach)
        if near:
            yield near[0].point
            return
        yield from [place for place in self.city.places_at(lat, lon) if place.kind != "boundary"][:1]
        road = self.city.road_near(lat, lon, reach)
        if road:
            yield road
