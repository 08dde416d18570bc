"""When somebody is reminded of a running clock, and when it climbs the ladder: pure rules, no time of their own.

A clock's nags stand at the pack's shares of its limit, counted back from where it is due, at `due` itself, and then
once a day: at the first opening of each working day after it was due, or for what is urgent every 24 hours. The rungs
of the ladder stand at their distances after due. Of several nags that were reached in silence only the latest is said,
since it tells all that those before it would have told; each rung is climbed once.

Nobody is spoken to outside working hours or in the quiet ones: what was reached then is said at the next moment that
suits, once. What is urgent is said at once, day and night.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from bot.domain import worktime
from bot.domain.case import Clock, State
from bot.domain.workcalendar import WorkCalendar
from bot.domain.worktime import AnyLimit

DUE = "due"
_RUNG = "rung"
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_AFTERNOON = timedelta(hours=13)
_MOST_NIGHTS = 31

_RUNNING: dict[State, tuple[Clock, ...]] = {
    State.PENDING_CHECK: (Clock.ACCEPT,),
    State.PENDING_OPENING: (Clock.ACCEPT,),
    State.PENDING_SIGNING: (Clock.ACKNOWLEDGE, Clock.HANDLE),
    State.HANDLING: (Clock.HANDLE,),
    State.REWORK: (Clock.HANDLE,),
    State.PENDING_VERIFICATION: (Clock.VERIFY,),
}


@dataclass(frozen=True, slots=True)
class Run:
    """A clock that runs: for which reason (another one when it begins anew), its limit, and when it is due."""

    clock: Clock
    reason: str
    limit: AnyLimit
    due: datetime
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What a city goes by: its calendar, shares of a limit (0–1), the rungs' distances after due, the quiet hours."""

    calendar: WorkCalendar
    shares: tuple[float, ...]
    rungs: tuple[AnyLimit, ...]
    quiet: tuple[time, time]


class Mark(NamedTuple):
    """A moment of a clock. Its name is a share (`0.8`), `due`, a day (`2026-03-05`), or a rung (`rung 2`)."""

    at: datetime
    clock: Clock
    reason: str
    name: str

    @property
    def rung(self) -> int:
        """Which rung it is, counted from 1; 0 for a nag."""
        return rung_of(self.name)

    @property
    def presses(self) -> bool:
        """Whether something has come due or is overdue: a share of the limit alone does not press."""
        return not self.name.startswith("0.")


def rung_of(name: str) -> int:
    """Return which rung the mark of this name is, counted from 1; 0 for a nag."""
    head, _, number = name.partition(" ")
    return int(number) if head == _RUNG else 0


Said = Collection[tuple[str, str, str]]
"""Of the marks that were said before: clock, reason and name."""


def running(state: State, *, dispatched: bool) -> tuple[Clock, ...]:
    """Return the clocks that run in a state; a case that waits to be sent on again is still to be handled in time."""
    if state is State.PENDING_DISPATCH:
        return (Clock.HANDLE,) if dispatched else (Clock.ACCEPT,)
    return _RUNNING.get(state, ())


def reached(runs: Iterable[Run], rules: Rules, now: datetime, said: Said) -> list[Mark]:
    """Return what is to be said now: of each clock the latest nag and every rung, unless it was said before.

    To be asked when one may speak. Also after a long sleep nothing is said that a later mark of the clock says too.
    """
    found: list[Mark] = []
    for run in runs:
        passed = [mark for mark in marks(run, rules, now) if mark.at <= now]
        nags = [mark for mark in passed if not mark.rung]
        found += [*nags[-1:], *(mark for mark in passed if mark.rung)]
    return [mark for mark in found if (mark.clock.value, mark.reason, mark.name) not in said]


def next_look(runs: Iterable[Run], rules: Rules, now: datetime) -> datetime | None:
    """Return the first moment after now at which something is to be said about these clocks; None if none runs.

    A mark that was reached while nobody may be spoken to is still to be said: asked meanwhile, it is the first.
    """
    coming = ((speaking(mark.at, rules, urgent=run.urgent) for mark in marks(run, rules, now)) for run in runs)
    return min((next(at for at in each if at > now) for each in coming), default=None)


def pressing_after(runs: Iterable[Run], rules: Rules, now: datetime) -> datetime | None:
    """Return when the next nag comes that presses: until then whoever said that they are on it is left in peace."""
    coming = [
        (
            next(mark.at for mark in marks(run, rules, now) if mark.at > now and mark.presses and not mark.rung),
            run.urgent,
        )
        for run in runs
    ]
    return min((speaking(at, rules, urgent=urgent) for at, urgent in coming), default=None)


def marks(run: Run, rules: Rules, now: datetime) -> Iterator[Mark]:
    """Yield those marks of a clock that now can still tell apart: up to `due` while it is not due, from then on after.

    They come in order of time; of the daily ones it is that of the day and the one after it.
    """

    def mark(at: datetime, name: str) -> Mark:
        return Mark(at, run.clock, run.reason, name)

    calendar, due = rules.calendar, mark(run.due, DUE)
    if now < run.due:
        whole = worktime.length(run.limit, calendar)
        for share in sorted(rules.shares):
            yield mark(worktime.retreat(run.due, whole * (1 - share), run.limit.unit, calendar), f"{share:g}")
        yield due
        return
    days = [mark(at, at.astimezone(calendar.zone).date().isoformat()) for at in _days(run, rules, now)]
    rungs = [
        mark(worktime.add(run.due, after, calendar), f"{_RUNG} {number}") for number, after in enumerate(rules.rungs, 1)
    ]
    yield from sorted([due, *days, *rungs], key=lambda each: each.at)


def speaking(at: datetime, rules: Rules, *, urgent: bool) -> datetime:
    """Return the moment itself if one may speak then, else the first one after it at which one may (UTC)."""
    for _ in range(0 if urgent else _MOST_NIGHTS):
        suits = _awake(rules.calendar.opening(at), rules)
        if suits == at:
            break
        at = suits
    return at


def may_speak(now: datetime, rules: Rules, *, urgent: bool) -> bool:
    """Tell whether one may speak now."""
    return speaking(now, rules, urgent=urgent) == now


def is_quiet(now: datetime, rules: Rules) -> bool:
    """Tell whether the quiet hours lie over this moment."""
    return _awake(now, rules) != now


def later(now: datetime, rules: Rules, *, urgent: bool) -> list[tuple[str, datetime]]:
    """Return until when somebody may ask to be left in peace, by name: an hour, this afternoon, the next morning.

    Only moments at which one may speak; those that are not still to come today are left out.
    """
    midnight = now.astimezone(rules.calendar.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    hour = (now + _HOUR).replace(second=0, microsecond=0)
    afternoon = speaking(rules.calendar.opening(midnight + _AFTERNOON), rules, urgent=False)
    morning = speaking(rules.calendar.opening(midnight + _DAY), rules, urgent=False)
    found = [("hour", hour)] if may_speak(hour, rules, urgent=urgent) else []
    found += [("afternoon", afternoon)] if hour < afternoon < midnight + _DAY else []
    return [*found, ("morning", morning)]


def comes_anew(sent_today: int, a_day: int, *, presses: bool, urgent: bool) -> bool:
    """Tell whether a nag comes as a new message, or is written into the one that is there.

    New are the first of the day, what presses while fewer than the pack's `nags_a_day` were new, and what is urgent.
    """
    return urgent or sent_today == 0 or (presses and sent_today < a_day)


def _days(run: Run, rules: Rules, now: datetime) -> Iterator[datetime]:
    if run.urgent:
        passed = (now - run.due) // _DAY
        moments = [run.due + passed * _DAY, run.due + (passed + 1) * _DAY]
    else:
        zone = rules.calendar.zone
        today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        moments = [rules.calendar.opening(today), rules.calendar.opening(today + _DAY)]
    yield from (at for at in dict.fromkeys(moments) if at > run.due)


def _awake(at: datetime, rules: Rules) -> datetime:
    """Return the moment itself, or the end of the quiet hours that it lies in."""
    begin, end = rules.quiet
    local = at.astimezone(rules.calendar.zone)
    clock = local.time()
    is_quiet = begin <= clock < end if begin <= end else clock >= begin or clock < end
    if not is_quiet:
        return at
    wakes = datetime.combine(local.date(), end, local.tzinfo)
    return (wakes if wakes > local else wakes + _DAY).astimezone(at.tzinfo)
