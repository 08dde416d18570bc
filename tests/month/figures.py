"""What a digest should tell, counted case by case from what happened, with the formulas of the trade."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from tests.month.course import ENDED, FINISHED, Course
from tests.month.days import DAY, date_of, local
from tests.month.district import District

VERIFYING = {"pending_verification"}
CONTENT = 4
"""Stars (of five) from which a reporter is content."""


class Span(NamedTuple):
    """From one moment until before another."""

    start: datetime
    end: datetime


class Days(NamedTuple):
    """Whole days, both counted; so far as they are over at a moment."""

    first: date
    last: date
    now: datetime

    @property
    def span(self) -> Span:
        return Span(local(self.first), min(local(self.last + DAY), self.now))

    @property
    def before(self) -> Span:
        """The month before a whole month, else as many days before these; as much of them as of these is over."""
        if self.first.day == 1 and (self.last + DAY).day == 1:
            last = self.first - DAY
            return Span(local(last.replace(day=1)), local(self.first))
        back = self.last - self.first + DAY
        return Span(*(each - back for each in self.span))

    @property
    def month(self) -> Span:
        """The month of the last day, up to the end of these."""
        return Span(local(self.last.replace(day=1)), self.span.end)

    def lately(self, days: int) -> Span:
        """So many days up to the end of these."""
        return Span(local(self.last - timedelta(days=days - 1)), self.span.end)


class Census:
    """The cases of some units as they stand at a moment, counted."""

    def __init__(self, district: District, cases: Iterable[Course], unit: str, days: Days, kind: str) -> None:
        self.units = district.with_all_below(unit)
        self.cases = [case for case in cases if not unit or case.unit in self.units]
        self.now, self.days, self.rules = days.now, days, district.settings["digests"]
        self.wider = days.month if kind in {"daily", "flash"} and days.month.start < days.span.start else days.span
        self.entries = [(case, figure, at) for case in self.cases for figure, at in _counted(case)]

    def told(self) -> dict[str, Any]:
        """Return every section that has something to say."""
        sections = {
            "totals": self._totals(), "standing": self._standing(), "kinds": self._kinds(), "sources": self._sources(),
            "reopened": self._reopened(), "points": self._points(), "lists": self._lists(),
            "recurrence": self._recurrence(), "satisfaction": self._satisfaction(), "zero": self._zero(),
        }  # fmt: skip
        return {name: found for name, found in sections.items() if found} | {"is_quiet": self._is_quiet()}

    def within(self, figure: str, span: Span) -> list[Course]:
        """Return the cases that a figure counts in a span, as often as it counts them."""
        return [case for case, name, at in self.entries if name == figure and span.start <= at < span.end]

    def tally(self, span: Span) -> Counter[str]:
        """Return all figures of a span."""
        return Counter(figure for _, figure, at in self.entries if span.start <= at < span.end)

    # --- the sections -------------------------------------------------------------------------------------------------

    def _totals(self) -> dict[str, Any]:
        month = self.tally(self.days.month) if self.days.month.start < self.days.span.start else None
        return {"now": self.tally(self.days.span), "before": self.tally(self.days.before), "month": month}

    def _standing(self) -> dict[str, Counter[str]]:
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for case in self._open():
            whose = "verifiers" if case.state in VERIFYING else f"unit {case.unit}" if case.unit else "headquarters"
            stand = ["open", *self._how(case)]
            found[whose].update(stand)
            found["whole"].update(stand)
        return dict(found)

    def _how(self, case: Course) -> Iterator[str]:
        due = _deadline(case)
        if case.state == "suspended":
            yield "suspended"
        elif due < self.now:
            yield "overdue"
        elif due < local(date_of(self.now) + DAY):
            yield "due_today"

    def _kinds(self) -> dict[str, tuple[int, int]]:
        now, before = (
            Counter(case.filing.category for case in self.within("received", span))
            for span in (self.days.span, self.days.before)
        )
        return {each: (now[each], before[each]) for each in now}

    def _sources(self) -> dict[str, tuple[Counter[str], Counter[str]]]:
        now, before = (self._by_source(span) for span in (self.days.span, self.days.before))
        rows = {each: (now.get(each, Counter()), before.get(each, Counter())) for each in {*now, *before}}
        return rows if any(row[0]["received"] for row in rows.values()) else {}

    def _by_source(self, span: Span) -> dict[str, Counter[str]]:
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for case, figure, at in self.entries:
            if span.start <= at < span.end:
                found[case.filing.source][figure] += 1
        return found

    def _reopened(self) -> dict[str, tuple[int, int]]:
        again, failed = (
            Counter(case.unit for case in self.within(each, self.days.span)) for each in ("reopened", "reworked")
        )
        return {unit: (again[unit], failed[unit]) for unit in {*again, *failed}}

    def _points(self) -> dict[str, tuple[int, int]]:
        valid = (case for case in self.within("received", self.wider) if case.state != "rejected")
        cases = Counter(case.filing.point for case in valid)
        overdue = Counter(case.filing.point for case in self._open() if "overdue" in self._how(case))
        points = {*cases, *overdue} - {""}
        return {each: (cases[each], overdue[each]) for each in points if max(cases[each], overdue[each]) > 1}

    def _lists(self) -> dict[str, set[tuple[int, str, int, int]]]:
        due, in_time = (Counter(case.unit for case in self.within(each, self.wider)) for each in ("due", "in_time"))
        least = self.rules["least_for_list"]
        shares = {unit: Fraction(in_time[unit], cases) for unit, cases in due.items() if unit and cases >= least}
        if len(shares) < 2:
            return {}
        mean = Fraction(sum(in_time[unit] for unit in shares), sum(due[unit] for unit in shares))
        good = {unit: share for unit, share in shares.items() if share >= mean and share}
        bad = {unit: share for unit, share in shares.items() if share < mean}
        red = {(1 + sum(each > share for each in good.values()), unit) for unit, share in good.items()}
        black = {(1 + sum(each < share for each in bad.values()), unit) for unit, share in bad.items()}
        return {
            name: {(place, unit, in_time[unit], due[unit]) for place, unit in ranked if place <= self.rules["listed"]}
            for name, ranked in (("red", red), ("black", black))
        }

    def _recurrence(self) -> dict[str, Any]:
        lately = self.days.lately(self.rules["recurrence_days"])
        valid = [case for case in self.within("received", lately) if case.state != "rejected"]
        spots = Counter((case.filing.category, case.filing.point) for case in valid if case.filing.point)
        back = {spot: cases for spot, cases in spots.items() if cases >= self.rules["recurrence_cases"]}
        share = sum(back.values()), spots.total()
        return {"spots": back, "share": share, "unplaced": (len(valid) - share[1], len(valid))} if valid else {}

    def _satisfaction(self) -> dict[str, Any]:
        stars = [case.rating for case in self.within("rated", self.wider)]
        closed = len(self.within("closed", self.wider))
        content = sum(each >= CONTENT for each in stars)
        return {"content": (content, len(stars)), "rated": (len(stars), closed), "stars": sum(stars)} if stars else {}

    def _zero(self) -> dict[str, Any]:
        idle = self.units - {case.unit for case in self._open()}
        return {"idle": idle, "of": len(self.units)} if idle and len(self.units) > 1 else {}

    def _is_quiet(self) -> bool:
        pressing = (how for case in self._open() for how in self._how(case) if how != "suspended")
        return not self.tally(self.days.span) and not any(pressing)

    def _open(self) -> Iterator[Course]:
        return (case for case in self.cases if case.state not in ENDED)


def _counted(case: Course) -> Iterator[tuple[str, datetime]]:
    """Yield under which figures a case counts, as it is known now, and when.

    Every failed check is a rework here: in the script none goes to another unit before it is replied to again.
    """
    moments, due = case.moments, case.dues.get("handle")
    if case.state in {"void", "merged"}:
        return
    yield "received", case.filing.at
    if case.state == "rejected":
        return
    yield from ((figure, moments[figure]) for figure in ("opened", "dispatched") if figure in moments)
    if due and case.state != "suspended":
        yield "due", due
    if case.state in FINISHED:
        yield "closed", moments["closed"]
        yield from (("due_closed", due),) if due else ()
        done = moments["closed"] if case.state == "forced" else moments["replied"]
        if due and done <= due:
            yield "in_time", due
        if case.rating:
            yield "rated", moments["closed"]
            yield from (("satisfied", moments["closed"]),) if case.rating >= CONTENT else ()
    for name, figure in (("grant_extension", "extended"), ("dispute", "reopened"), ("fail", "reworked")):
        yield from ((figure, deed.at) for deed in case.history if deed.what == name)


def _deadline(case: Course) -> datetime:
    if case.state in VERIFYING:
        return case.dues["verify"]
    return case.dues.get("handle") or case.dues["accept"]
