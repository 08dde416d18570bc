"""When something is to be said about a case, by the pack and the calendar on the wall alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from tests.month.course import Course, Deed, Filing, Run
from tests.month.crew import Crew
from tests.month.days import DAY, HOUR, MINUTE, ZONE, date_of, local
from tests.month.district import District


class Mark(NamedTuple):
    """A moment of a clock, when it is spoken of, and which rung it is (0: a nag)."""

    at: datetime
    spoken: datetime
    name: str
    rung: int


class Utterance(NamedTuple):
    """What is to be said about a case: which clock, for which reason, which mark, and whether that presses."""

    at: datetime
    case: int
    clock: str
    reason: str
    name: str
    rung: int
    presses: bool


def may_speak(district: District, at: datetime) -> bool:
    """Tell whether people may be spoken to: in working hours, and not in the quiet ones."""
    begin, end = district.quiet
    clock = at.astimezone(ZONE).time()
    is_quiet = begin <= clock < end if begin <= end else clock >= begin or clock < end
    return district.days.is_open(at) and not is_quiet


def spoken(district: District, at: datetime, *, urgent: bool) -> datetime:
    """Return the first minute from a moment on in which people may be spoken to; for what is urgent, any."""
    while not urgent and not may_speak(district, at):
        at = max(at + MINUTE, district.days.next_open(at))
    return at


def marks(district: District, run: Run, until: datetime, *, urgent: bool) -> list[Mark]:
    """Return the marks of a clock in order of time: the pack's shares of its limit, due, then daily; and its rungs.

    A request is spoken of when it should have been decided, and daily from then on; it climbs no ladder.
    """
    days, limit, is_asked = district.days, run.limit, run.clock == "decide"
    shares = [] if is_asked else district.shares
    nags = [(days.before(run.due, limit.amount * (1 - share), limit.unit), f"{share}") for share in shares]
    nags += [(run.due, "due"), *((at, f"{date_of(at)}") for at in _daily(district, run, until, urgent=urgent))]
    found = [(at, name, 0) for at, name in nags]
    for number, rung in enumerate([] if is_asked else district.ladder, 1):
        found.append((days.after(run.due, rung.amount, rung.unit), f"rung {number}", number))
    return [Mark(at, spoken(district, at, urgent=urgent), name, rung) for at, name, rung in sorted(found, key=_at)]


def utterances(
    district: District, crew: Crew, filing: Filing, deeds: Iterable[Deed], until: datetime
) -> Iterator[Utterance]:
    """Yield all that is to be said of a case in its life, in order of time.

    A mark is said at the first minute not before it in which one may speak, if its clock runs then; of the nags of one
    clock only the latest that was reached. Nothing is said twice for the same reason. What was reached while a clock
    stood still is said together with the first mark that comes while it runs. What people do in a minute comes after
    what the clock does in it.
    """
    case, said, since = Course(district, crew, filing), set[tuple[str, str, str]](), filing.at
    for deed in [*deeds, None]:
        stop = deed.at if deed else until
        for at, run, mark in _reached(district, case, since, stop):
            key = run.clock, run.reason, mark.name
            if key not in said:
                said.add(key)
                yield Utterance(at, filing.case, *key, mark.rung, not mark.name.startswith("0."))
        if deed:
            case.take(deed)
            since = deed.at


def next_press(district: District, runs: Iterable[Run], at: datetime, *, urgent: bool) -> datetime:
    """Return when the next nag of these clocks comes that presses: until then whoever is on it is left in peace."""
    found = [
        mark.spoken
        for run in runs
        for mark in marks(district, run, max(at, run.due) + 14 * DAY, urgent=urgent)
        if mark.at > at and not mark.rung and not mark.name.startswith("0.")
    ]
    return min(found)


def later(district: District, at: datetime, *, urgent: bool) -> dict[str, datetime]:
    """Return until when somebody may ask to be left in peace: an hour, this afternoon, the next morning."""
    midnight = local(date_of(at))
    found = {"hour": at + HOUR} if urgent or may_speak(district, at + HOUR) else {}
    afternoon = spoken(district, midnight + 13 * HOUR, urgent=False)
    if at + HOUR < afternoon < midnight + DAY:
        found["afternoon"] = afternoon
    return found | {"morning": spoken(district, midnight + DAY, urgent=False)}


def _reached(district: District, case: Course, since: datetime, stop: datetime) -> Iterator[tuple[datetime, Run, Mark]]:
    """Yield what a case as it stands gives to say after one moment and up to another, said before or not."""
    runs = [*case.runs(), *case.asked()]
    clocks = [(run, marks(district, run, stop, urgent=case.urgent)) for run in runs]
    moments = {mark.spoken for _, each in clocks for mark in each if since < mark.spoken <= stop}
    for now in sorted(moments):
        for run, each in clocks:
            passed = [mark for mark in each if mark.at <= now]
            yield from ((now, run, mark) for mark in [mark for mark in passed if not mark.rung][-1:])
            yield from ((now, run, mark) for mark in passed if mark.rung)


def _daily(district: District, run: Run, until: datetime, *, urgent: bool) -> Iterator[datetime]:
    """Yield the nags of every day after a clock is due: at the first opening of a working day, or 24 hours apart."""
    if urgent:
        yield from (run.due + number * DAY for number in range(1, 1 + max(0, (until - run.due) // DAY)))
        return
    openings = (local(day, district.days.hours[0][0]) for day in district.days.worked)
    yield from (at for at in openings if run.due < at <= until)


def _at(found: tuple[datetime, str, int]) -> datetime:
    return found[0]
