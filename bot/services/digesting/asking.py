"""What somebody asks a digest of: the days and the unit in their words, in any order, in Chinese or in English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.city.model import City
from bot.city.units import find_units
from bot.domain.case import Refusal
from bot.reports.period import Period

LONGEST = 366
"""The days of a leap year; a digest of more would compare a year with itself."""
_DAY = timedelta(days=1)
_SHOWN = 40

Days = tuple[date, date]
Match = re.Match[str]


class Unclear(Refusal):
    """The days or the unit cannot be made out."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The days asked about (None: none were named) and the codes of the units that may be meant, the likeliest first.

    An empty code is the whole district; no code at all means that nothing was named.
    """

    period: Period | None = None
    units: tuple[str, ...] = ()


def understand(text: str, city: City, now: datetime) -> Asked:
    """Make out the days and the unit. Raises `Unclear`."""
    said = unicodedata.normalize("NFKC", text).casefold()
    zone = ZoneInfo(city.settings.time_zone)
    days, rest = _days(said, now.astimezone(zone).date())
    return Asked(Period(*days, zone) if days else None, _units(rest, city))


# --- the days --------------------------------------------------------------------------------------------------------


def _days(said: str, today: date) -> tuple[Days | None, str]:
    """Return the days, and what else was said."""
    for pattern, read in _WAYS:
        if match := pattern.search(said):
            try:
                first, last = sorted(read(match, today))
            except ValueError:
                raise Unclear("digest.ask.no_such_day", words=match[0].strip()[:_SHOWN]) from None
            return _within_reach(first, last, today), f"{said[: match.start()]} {said[match.end() :]}"
    return None, said


def _within_reach(first: date, last: date, today: date) -> Days:
    """Return the days up to today. Raises `Unclear` for days to come, and for too many."""
    if first > today:
        raise Unclear("digest.ask.future")
    if (last - first).days >= LONGEST:
        raise Unclear("digest.ask.too_long", n=str(LONGEST))
    return first, min(last, today)


def _two_days(match: Match, today: date) -> Days:
    """Read two dates; a year that is not said is the other's, or the one in which the range goes forward."""
    year, month, day, other_year, other_month, other_day = match.groups()
    first = _date(year or other_year, month, day, today)
    last = _date(other_year or str(first.year), other_month, other_day, today)
    return first, last if other_year or last >= first else last.replace(year=last.year + 1)


def _one_day(match: Match, today: date) -> Days:
    year, month, day = match.groups()
    return (_date(year, month, day, today),) * 2


def _one_month(match: Match, today: date) -> Days:
    year, month, bare_month = match.groups()
    return _month(_date(year, month or bare_month, "1", today))


def _last_days(match: Match, today: date) -> Days:
    """Read so many days, of which today is not over and so not one."""
    return today - _DAY * max(1, int(match[1] or match[2])), today - _DAY


def _date(year: str | None, month: str, day: str, today: date) -> date:
    """Return the date; without a year, the last one that is not to come. Raises `ValueError`."""
    if year:
        return date(int(year), int(month), int(day))
    this = date(today.year, int(month), int(day))
    return this if this <= today else date(today.year - 1, int(month), int(day))


def _month(day: date) -> Days:
    first = day.replace(day=1)
    return first, (first + 31 * _DAY).replace(day=1) - _DAY


def _week(day: date) -> Days:
    monday = day - day.weekday() * _DAY
    return monday, monday + 6 * _DAY


_NO_WORD_BEFORE, _NO_DIGIT_AFTER = r"(?<![a-z0-9-])", r"(?![0-9])"
_DATE = r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?"
_TO = r"\s*(?:\.{2,}|至|到|~|—+|–|-{1,2}|\bto\b|\buntil\b)\s*"
_A_MONTH = r"(?:(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?|(\d{1,2})\s*月)份?"
_WAYS: tuple[tuple[re.Pattern[str], Callable[[Match, date], Days]], ...] = (
    (re.compile(f"{_NO_WORD_BEFORE}{_DATE}{_TO}{_DATE}{_NO_DIGIT_AFTER}"), _two_days),
    (re.compile(f"{_NO_WORD_BEFORE}{_DATE}{_NO_DIGIT_AFTER}"), _one_day),
    (re.compile(f"{_NO_WORD_BEFORE}{_A_MONTH}{_NO_DIGIT_AFTER}"), _one_month),
    (re.compile(r"(?:最近|过去|近)\s*(\d{1,3})\s*[天日]|\b(?:last|past)\s+(\d{1,3})\s+days\b"), _last_days),
    (re.compile(r"前天|前日|\bday before yesterday\b"), lambda _, today: (today - 2 * _DAY,) * 2),
    (re.compile(r"昨天|昨日|\byesterday\b"), lambda _, today: (today - _DAY,) * 2),
    (re.compile(r"今天|今日|\btoday\b"), lambda _, today: (today, today)),
    (re.compile(r"上个?(?:周|星期|礼拜)|\blast week\b"), lambda _, today: _week(today - 7 * _DAY)),
    (re.compile(r"(?:本|这个?)(?:周|星期|礼拜)|\bthis week\b"), lambda _, today: _week(today)),
    (re.compile(r"上个?月|\blast month\b"), lambda _, today: _month(today.replace(day=1) - _DAY)),
    (re.compile(r"(?:本|这个?)月|\bthis month\b"), lambda _, today: _month(today)),
    (re.compile(r"今年|本年|\bthis year\b"), lambda _, today: (today.replace(month=1, day=1), today)),
)


# --- the unit --------------------------------------------------------------------------------------------------------

_FILLING = re.compile(r"\b(?:of|for|in|from|the|on|digest|unit)\b|简报|日报|周报|月报|情况|[的,、。;:()]")
_WHOLE = frozenset({"全区", "全市", "全县", "district", "whole district", "all"})


def _units(rest: str, city: City) -> tuple[str, ...]:
    """Return the units that are left to be named. Raises `Unclear` when there are words, but no unit like them."""
    name = " ".join(_FILLING.sub(" ", rest).split())
    settings = city.settings
    if not name:
        return ()
    if name in _WHOLE | {settings.name.casefold(), settings.name_en.casefold()}:
        return ("",)
    found = tuple(unit.code for unit in find_units(city, name))
    if not found:
        raise Unclear("digest.ask.unclear", words=name[:_SHOWN])
    return found
