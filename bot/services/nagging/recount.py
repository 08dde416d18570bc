"""Open deadlines counted anew when the calendar changes: a holiday announced late, other hours, other short limits.

A case keeps the limit that was copied onto it; only how its time is counted changes. What has run out stays as it was,
and nothing is moved into the past.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from sqlalchemy import select

from bot.city.calendar import fingerprint
from bot.city.model import City
from bot.domain import ladder, worktime
from bot.domain.case import ASKING, OPEN_STATES, TABLE, Action, Clock, State
from bot.domain.deadlines import Act, replayed
from bot.services.casework import alarms, cards, clocks
from bot.services.desk import Desk
from bot.services.mishaps import contained
from bot.services.nagging import moved
from storage.models import Case, Event, Reckoning

_NAME = "deadlines"
_CASES = 100
_STARTS = {clock: {row.action for row in TABLE if clock in row.starts} for clock in (Clock.ACKNOWLEDGE, Clock.VERIFY)}
_STARTS[Clock.DECIDE] = set(ASKING)
_WINDING = sorted(
    {row.action.value for row in TABLE if row.starts | row.pauses or row.action in ASKING | {Action.GRANT_EXTENSION}}
)
_HANDLE_STOPPED = frozenset({State.SUSPENDED, State.PENDING_VERIFICATION, State.PASSED})


def go_on(desk: Desk) -> bool:
    """Do the next part of a recount, if the calendar is another than at the last; tell whether more is left."""
    reckoning = _reckoning(desk)
    if reckoning.done:
        return False
    if _count(desk, reckoning):
        return True
    if ladder.speaking(desk.now, alarms.rules(desk.city), urgent=False) > desk.now:
        return False  # those concerned hear of it in the morning
    if (told := moved.tell(desk, reckoning.told)) is not None:
        reckoning.told = told
        return True
    moved.forget(desk)
    reckoning.done = True
    return False


@lru_cache(maxsize=8)
def counted_by(city: City) -> str:
    """Return what changes when deadlines are to be counted anew: the calendar, and limits of which no case has a copy.

    Those are the limits to accept, to acknowledge and to verify. When people are told goes by the same count: the
    shares, the rungs and the quiet hours.
    """
    settings = city.settings
    limits = (settings.accept_limit, settings.acknowledge_limit, settings.verify_limit)
    written = [f"{limit.amount} {limit.unit}" for limit in limits]
    written += [f"{rung.after.amount} {rung.after.unit}" for rung in settings.ladder]
    written += [repr(settings.nag_shares), repr(settings.quiet_hours)]
    return sha256("|".join((fingerprint(settings), *written)).encode()).hexdigest()


def recounted(desk: Desk, case: Case, acts: Sequence[Act]) -> dict[Clock, datetime]:
    """Return when the clocks of a case are due that were begun, by today's calendar and all that was done with it."""
    settings, calendar = desk.city.settings, clocks.calendar(desk.city)
    found = {Clock.ACCEPT: worktime.add(case.reported_at, settings.accept_limit, calendar)}
    limits = {
        Clock.ACKNOWLEDGE: settings.acknowledge_limit, Clock.VERIFY: settings.verify_limit,
        Clock.DECIDE: settings.accept_limit,
    }  # fmt: skip
    for clock, starts in _STARTS.items():
        begun = [act.at for act in acts if act.action in starts]
        if begun:
            found[clock] = worktime.add(begun[-1], limits[clock], calendar)
    due = replayed(acts, clocks.limit_of(case), calendar).due
    return found | ({Clock.HANDLE: due} if due else {})


def _reckoning(desk: Desk) -> Reckoning:
    """Return how far the count by today's calendar has come; another calendar begins it anew."""
    calendar = counted_by(desk.city)
    found: Reckoning | None = desk.session.get(Reckoning, _NAME, with_for_update=True)
    if found is None:
        found = Reckoning(name=_NAME, calendar="")
        desk.session.add(found)
    if found.calendar != calendar:
        found.calendar, found.counted, found.told, found.done = calendar, 0, 0, False
        alarms.look_at_all(desk)  # the moments after a deadline are counted by the calendar, too
    return found


def _count(desk: Desk, reckoning: Reckoning) -> bool:
    """Count the deadlines of the next open cases anew; tell whether there were any."""
    after = select(Case).where(Case.id > reckoning.counted, Case.state.in_([state.value for state in OPEN_STATES]))
    found = desk.session.scalars(after.order_by(Case.id).limit(_CASES)).all()
    acts = _acts(desk, [case.id for case in found])
    for case in found:
        with contained(desk, "case", case.id):
            _move(desk, case, acts[case.id])
        reckoning.counted = case.id
    return bool(found)


def _acts(desk: Desk, case_ids: Collection[int]) -> defaultdict[int, list[Act]]:
    subjects = {f"case:{case_id}": case_id for case_id in case_ids}
    done: defaultdict[int, list[Act]] = defaultdict(list)
    query = select(Event.subject, Event.action, Event.at).where(Event.subject.in_(subjects), Event.action.in_(_WINDING))
    for subject, action, at in desk.session.execute(query.order_by(Event.seq)) if subjects else ():
        done[subjects[subject]].append(Act(Action(action), at))
    return done


def _move(desk: Desk, case: Case, acts: Sequence[Act]) -> None:
    """Move the deadlines that still count; show it on the cards, and note what those concerned must hear."""
    dues = recounted(desk, case, acts)
    was = case.handle_due
    set_anew = [clock for clock, until in _counting(desk, case, acts) if _set(case, clock, dues.get(clock), until)]
    if not set_anew:
        return
    alarms.watch(desk, case)
    cards.refresh(desk, case)
    if was is not None and Clock.HANDLE in set_anew and State(case.state) not in _HANDLE_STOPPED:
        moved.note(desk, case, was)


def _counting(desk: Desk, case: Case, acts: Sequence[Act]) -> Iterator[tuple[Clock, datetime]]:
    """Yield the clocks of a case whose deadline still matters, and up to when each has run."""
    state = State(case.state)
    for clock in ladder.running(state, dispatched=case.handle_due is not None):
        yield clock, desk.now
    if case.request:
        yield Clock.DECIDE, desk.now
    if state in _HANDLE_STOPPED:  # it goes on from where it stopped
        stops = {Action.REPLY, Action.GRANT_SUSPENSION}
        yield Clock.HANDLE, max((act.at for act in acts if act.action in stops), default=desk.now)


def _set(case: Case, clock: Clock, due: datetime | None, reached: datetime) -> bool:
    """Set a deadline that has not run out to another moment to come; tell whether that moved it."""
    column = f"{clock.value}_due"
    was: datetime | None = getattr(case, column)
    if due is None or was is None or due == was or min(due, was) <= reached:
        return False
    setattr(case, column, due)
    return True
