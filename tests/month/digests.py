"""Which digests go out when, of which days and units and to whom: by the calendar on the wall and the pack's times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import NamedTuple

from tests.month.days import DAY, local
from tests.month.district import TEST_DAY, District

MONDAY, WEEK = 0, 7 * DAY


class Readers(NamedTuple):
    """A chat that gets digests of these kinds, of a unit with all below it (of the district where none is named)."""

    chat: str
    unit: str
    kinds: tuple[str, ...]


class Due(NamedTuple):
    """A digest that goes out."""

    at: datetime
    kind: str
    first: date
    last: date
    unit: str
    chats: frozenset[str]


class Calendar:
    """The days on which digests go out."""

    def __init__(self, district: District, readers: list[Readers]) -> None:
        self._district, self._readers = district, readers
        self._rules = district.settings["digests"]

    def goes_out(self, day: date) -> bool:
        """Tell whether digests go out on a day: one that is worked, or on which a test is near."""
        return self._district.days.is_worked(day) or self.is_near_test(day)

    def is_near_test(self, day: date) -> bool:
        """Tell whether a day is that of the test, or one of those before it."""
        return TEST_DAY - self._rules["test_days"] * DAY <= day <= TEST_DAY

    def of(self, day: date) -> Iterator[Due]:
        """Yield the digests of a day."""
        for kind, first, last in self._kinds(day):
            at = local(day, time.fromisoformat(self._rules[kind]))
            for unit in sorted({each.unit for each in self._readers}):
                chats = frozenset(each.chat for each in self._readers if each.unit == unit and kind in each.kinds)
                if chats:
                    yield Due(at, kind, first, last, unit, chats)

    def _kinds(self, day: date) -> Iterator[tuple[str, date, date]]:
        if self.is_near_test(day):
            yield "flash", day, day
        if not self.goes_out(day):
            return
        before = day - DAY
        while not self.goes_out(before):
            before -= DAY
        yield "daily", before, day - DAY
        monday = day - day.weekday() * DAY
        if before < monday:
            yield "weekly", monday - WEEK, monday - DAY
        if before.month < day.month:
            yield "monthly", (day.replace(day=1) - DAY).replace(day=1), day.replace(day=1) - DAY
