"""When each case is to be looked at next: set whenever it changes, and by the rules of its city."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from sqlalchemy import bindparam, event, select
from sqlalchemy.orm import Session

from bot.city.model import City
from bot.domain import ladder
from bot.domain.case import OPEN_STATES, Clock, State
from bot.domain.ladder import Mark, Rules, Run
from bot.domain.worktime import AnyLimit
from bot.services.casework import clocks
from bot.services.desk import Desk
from storage.knowledge import is_new, known, learn
from storage.models import Case, Reminder
from storage.queries import alarms

_SAID = select(Reminder.clock, Reminder.reason, Reminder.name, Reminder.at).where(Reminder.case_id == bindparam("case"))
_WATCHED = [state.value for state in OPEN_STATES if ladder.running(state, dispatched=True)]


class Timed(Protocol):
    """A case, or as much of its row as its clocks need."""

    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def urgent(self) -> bool: ...  # noqa: D102
    @property
    def limit_unit(self) -> str: ...  # noqa: D102
    @property
    def accept_due(self) -> datetime | None: ...  # noqa: D102
    @property
    def acknowledge_due(self) -> datetime | None: ...  # noqa: D102
    @property
    def handle_due(self) -> datetime | None: ...  # noqa: D102
    @property
    def verify_due(self) -> datetime | None: ...  # noqa: D102


@lru_cache(maxsize=8)
def rules(city: City) -> Rules:
    """Return what the city's pack says about reminding and climbing."""
    settings = city.settings
    rungs = tuple(rung.after for rung in settings.ladder)
    return Rules(clocks.calendar(city), settings.nag_shares, rungs, settings.quiet_hours)


def runs(city: City, case: Case) -> list[Run]:
    """Return the clocks of a case that run."""
    urgent = is_urgent(case)
    return [Run(clock, _reason(case, clock), _limit(city, case, clock), due, urgent) for clock, due in _dues(case)]


def requests(city: City, case: Case) -> list[Run]:
    """Return the clock of an open request: until when it is to be decided, after which it is said daily."""
    if not case.request or case.decide_due is None:
        return []
    limit, reason = city.settings.accept_limit, f"{case.decide_due:%Y%m%dT%H%M%S}"
    return [Run(Clock.DECIDE, reason, limit, case.decide_due, is_urgent(case))]


@lru_cache(maxsize=8)
def request_rules(city: City) -> Rules:
    """Return what goes for requests: no shares of the limit and no rungs."""
    return replace(rules(city), shares=(), rungs=())


def next_look(city: City, case: Case, now: datetime) -> datetime | None:
    """Return when a case is to be looked at next; None when no clock of it runs."""
    looks = (
        ladder.next_look(runs(city, case), rules(city), now),
        ladder.next_look(requests(city, case), request_rules(city), now),
    )
    return min(filter(None, looks), default=None)


def reached(city: City, case: Case, now: datetime, said: ladder.Said) -> list[Mark]:
    """Return the marks of a case that are to be said now."""
    return [
        *ladder.reached(runs(city, case), rules(city), now, said),
        *ladder.reached(requests(city, case), request_rules(city), now, said),
    ]


def first_due(case: Timed) -> datetime | None:
    """Return when the first of the clocks that run is due; None when none runs."""
    return min((due for _, due in _dues(case)), default=None)


def is_urgent(case: Timed) -> bool:
    """Tell whether somebody is to be called for it at night, too."""
    return case.urgent or case.limit_unit == "urgent_hours"


def climbed(desk: Desk, case: Case) -> tuple[int, datetime] | None:
    """Return the highest rung that a case which is overdue has climbed, and when; None if it has climbed none."""
    due = first_due(case)
    if due is None or due > desk.now:
        return None
    late = {(run.clock.value, run.reason) for run in runs(desk.city, case) if run.due <= desk.now}
    climbed = _rungs_said(desk.session, case.id)
    return max(((rung, at) for clock, reason, rung, at in climbed if (clock, reason) in late), default=None)


def forget_rungs(session: Session) -> None:
    """Forget which rungs were climbed, since some were just now, in this transaction."""
    known(session, "rungs").clear()


def _rungs_said(session: Session, case_id: int) -> list[tuple[str, str, int, datetime]]:
    """Return the rungs that a case has climbed: by which clock and for which reason, and when; read once for all its
    cards.
    """

    def read() -> list[tuple[str, str, int, datetime]]:
        found = session.execute(_SAID, {"case": case_id})
        return [(clock, reason, ladder.rung_of(name), at) for clock, reason, name, at in found if ladder.rung_of(name)]

    return learn(session, "rungs", case_id, read)


def watch(desk: Desk, case: Case) -> None:
    """Let the alarm of a case that is changed here fit it: set with all others, right before this is committed."""
    changed = known(desk.session, "alarms")
    if not changed:
        city, now = desk.city, desk.now
        event.listen(desk.session, "before_commit", lambda session: _put(session, city, now), once=True)
    changed[case.id] = case


def look_at_all(desk: Desk) -> None:
    """Look at every open case now, since what its deadlines or marks hang on has changed."""
    alarms.put_all(desk.session, _WATCHED, desk.now)


def look_at_forgotten(desk: Desk) -> int:
    """Look now at open cases that have no alarm, though they should; return how many there are."""
    return alarms.put_missing(desk.session, _WATCHED, desk.now)


def _put(session: Session, city: City, now: datetime) -> None:
    changed: Iterable[Case] = known(session, "alarms").values()
    looks = {each.id: next_look(city, each, now) for each in changed}
    known(session, "alarms").clear()
    old = [case_id for case_id in looks if not is_new(session, case_id)]
    alarms.put(session, ((case_id, at) for case_id, at in looks.items() if at is not None), now)
    alarms.drop(session, [case_id for case_id in old if looks[case_id] is None])
    alarms.spoil(session, old)


def _dues(case: Timed) -> Iterator[tuple[Clock, datetime]]:
    dues = {
        Clock.ACCEPT: case.accept_due, Clock.ACKNOWLEDGE: case.acknowledge_due,
        Clock.HANDLE: case.handle_due, Clock.VERIFY: case.verify_due,
    }  # fmt: skip
    for clock in ladder.running(State(case.state), dispatched=case.handle_due is not None):
        if (due := dues[clock]) is not None:
            yield clock, due


def _reason(case: Case, clock: Clock) -> str:
    """Return what changes as a clock begins anew: rework and a pause are no new reason, an extension is."""
    if clock is Clock.ACCEPT:
        return "1"
    return f"{case.reopened}.{case.extensions}" if clock is Clock.HANDLE else str(case.round)


def _limit(city: City, case: Case, clock: Clock) -> AnyLimit:
    settings = city.settings
    if clock is Clock.HANDLE:
        return clocks.limit_of(case)
    limits = {
        Clock.ACCEPT: settings.accept_limit, Clock.ACKNOWLEDGE: settings.acknowledge_limit,
        Clock.VERIFY: settings.verify_limit,
    }  # fmt: skip
    return limits[clock]
