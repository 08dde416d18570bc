"""What was seen at the posts: which behaviours, what speaking to people came to, rates of those who pass, and when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.counting import OUTCOMES, PASSERS, passed
from bot.reports import observed
from bot.reports.digest import Digest
from bot.reports.duty import Stand
from bot.reports.facts import Facts
from bot.reports.observed import Seen
from bot.reports.sections import section
from bot.reports.tables import Row, Table, table
from bot.reports.tally import Change, Rate
from bot.reports.voice import Voice


class BehaviourRow(NamedTuple):
    """A behaviour: how often it was seen, beside the last period."""

    code: str
    since_last: Change


class RateRow(NamedTuple):
    """A rate by its code, beside the last period."""

    code: str
    now: Rate
    before: Rate


class HourRow(NamedTuple):
    """A post: how often anything uncivil was seen there in each hour of the day."""

    stand: Stand
    hours: Counter[int]


class Peak(NamedTuple):
    """Where, and in which hour of the day, most was seen."""

    stand: Stand
    hour: int
    n: int


@dataclass(frozen=True, slots=True)
class Behaviours:
    """The figures of the period and of the last; behaviours, posts and peaks, those with the most first."""

    now: Seen
    before: Seen
    rows: tuple[BehaviourRow, ...]
    rates: tuple[RateRow, ...]
    stands: tuple[HourRow, ...]
    peaks: tuple[Peak, ...]


@section("behaviours", order=58, is_news=True)
def collect(facts: Facts) -> Behaviours | None:
    """Sum up what was counted; nothing where nothing was."""
    if not facts.counts:
        return None
    now, before = observed.sum_up(facts.city, facts.counts), observed.sum_up(facts.city, facts.counts_before)
    ranked = sorted(now.behaviours, key=lambda code: (-now.behaviours[code], code))
    hours = observed.by_hour(facts.counts, ZoneInfo(facts.city.settings.time_zone))
    stands = sorted(hours.items(), key=lambda each: (-each[1].total(), each[0].code))
    peaks = [Peak(stand, hour, n) for stand, of in stands for hour, n in of.items()]
    return Behaviours(
        now, before,
        tuple(BehaviourRow(code, Change(now.behaviours[code], before.behaviours[code])) for code in ranked),
        tuple(RateRow(code, rate, before.rate(code)) for code, rate in now.rates.items()),
        tuple(HourRow(*each) for each in stands),
        tuple(sorted(peaks, key=lambda peak: (-peak.n, peak.stand.code, peak.hour))),
    )  # fmt: skip


@table("behaviours", order=82)
def draw(digest: Digest, voice: Voice) -> Table | None:
    """Every behaviour and their sum, what came of persuading, who passed, and the rates; beside the last period."""
    data: Behaviours | None = digest.block("behaviours")
    if data is None:
        return None
    now, before = data.now, data.before
    codes = dict.fromkeys((*digest.city.behaviours, *now.behaviours, *before.behaviours))
    rows: list[Row] = [
        (voice.behaviour(code), now.behaviours[code], before.behaviours[code])
        for code in codes
        if now.behaviours[code] or before.behaviours[code]
    ]
    rows.append((voice.plain("digest.seen"), now.seen, before.seen))
    rows += [(voice.plain(f"digest.{name}"), now.counts[name], before.counts[name]) for name in OUTCOMES]
    rows += [
        (voice.plain(f"digest.passed.{kind}"), now.counts[passed(kind)], before.counts[passed(kind)])
        for kind in PASSERS
    ]
    rows += [
        (voice.plain(f"digest.rate.{code}"), now.rate(code), before.rate(code))
        for code in observed.rate_codes(digest.city)
    ]
    return Table(tuple(voice.plain(f"digest.head.{each}") for each in ("behaviour", "now", "last")), tuple(rows))


@table("behaviours_hours", order=83)
def draw_hours(digest: Digest, voice: Voice) -> Table | None:
    """Every post and every hour in which anything was seen, with their sums."""
    data: Behaviours | None = digest.block("behaviours")
    if data is None or not data.stands:
        return None
    sums = sum((row.hours for row in data.stands), Counter[int]())
    hours = sorted(sums)
    heads = (*(voice.plain("digest.heat.hour", hour=hour) for hour in hours), voice.plain("digest.head.total"))
    rows: tuple[Row, ...] = tuple(
        (voice.stand(row.stand), *(row.hours[hour] for hour in hours), row.hours.total()) for row in data.stands
    )
    total: Row = (voice.plain("digest.head.total"), *(sums[hour] for hour in hours), sums.total())
    return Table((voice.plain("digest.head.post"), *heads), rows, total)
