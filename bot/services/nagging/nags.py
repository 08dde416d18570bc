"""What is on whose nag card: until when it keeps quiet, and whether it still belongs there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, partial

from sqlalchemy import select

from bot.domain import ladder
from bot.services.casework import alarms
from bot.services.desk import Desk
from bot.services.mishaps import contained
from bot.services.nagging import escalation
from bot.services.nagging.escalation import Heard
from storage.models import Case, Hearer, Nag
from storage.models.nags import ASKED, GROUPS


def tidy(desk: Desk, limit: int) -> int:
    """Take off the nag cards what no longer waits for those who have them; return how many entries were looked at."""
    stale = desk.session.scalars(select(Nag).where(Nag.stale).limit(limit).with_for_update(skip_locked=True)).all()
    cases = desk.session.read(Case, {nag.case_id for nag in stale})
    read_hearers(desk, {nag.person_id for nag in stale})
    escalation.read_ahead(desk, cases)
    heard = cache(partial(escalation.hearers, desk))
    with desk.session.no_autoflush:  # whether one entry stands hangs on no other
        for nag in stale:
            nag.stale = False
            hearer(desk, nag.person_id).changed = True
            case = desk.session.get(Case, nag.case_id)
            with contained(desk, "case", nag.case_id):
                if case is None or not _stands(desk, case, nag, heard):
                    desk.session.delete(nag)
    return len(stale)


def wake(desk: Desk, limit: int) -> int:
    """Remind those whose quiet about a case is over; return how many entries were looked at."""
    over = select(Nag).where(Nag.silent_until <= desk.now).limit(limit).with_for_update(skip_locked=True)
    woken = desk.session.scalars(over).all()
    for nag in woken:
        nag.silent_until = None
        hearer(desk, nag.person_id).changed = True
        with contained(desk, "case", nag.case_id):
            _wake(desk, nag)
    return len(woken)


def later(desk: Desk, *, urgent: bool) -> list[tuple[str, datetime]]:
    """Return until when somebody may ask to be left in peace now, by name."""
    return ladder.later(desk.now, alarms.rules(desk.city), urgent=urgent)


def silence(nag: Nag, until: datetime) -> None:
    """稍后提醒: leave them in peace about this case until then; its clock goes on."""
    nag.silent_until, nag.on_it = until, False


def work_on(desk: Desk, case: Case, nag: Nag) -> None:
    """处理中: leave them in peace until the case is due, or until the next day's nag."""
    rules = alarms.rules(desk.city)
    runs = alarms.requests(desk.city, case) if nag.rung == ASKED else alarms.runs(desk.city, case)
    nag.silent_until, nag.on_it = ladder.pressing_after(runs, rules, desk.now), True


def of(desk: Desk, person_id: int, case_id: int) -> Nag | None:
    """Return what of a case is on somebody's nag card."""
    return desk.session.get(Nag, (person_id, case_id))


def read_hearers(desk: Desk, person_ids: Iterable[int]) -> None:
    """Read at once what is to be shown to these, before it is asked for one by one."""
    desk.session.read(Hearer, person_ids)


def hearer(desk: Desk, person_id: int) -> Hearer:
    """Return what is to be shown to somebody."""
    found = desk.session.get(Hearer, person_id)
    if found is None:
        found = Hearer(person_id=person_id, day="", sent=0, changed=False, called=False, presses=False, urgent=False)
        desk.session.add(found)
    return found


def call(desk: Desk, person_id: int, *, presses: bool, urgent: bool) -> None:
    """Let somebody be called: their card is to be shown, as a new message where the rules say so."""
    who = hearer(desk, person_id)
    who.changed = who.called = True
    who.presses, who.urgent = who.presses or presses, who.urgent or urgent


def _wake(desk: Desk, nag: Nag) -> None:
    """Remind somebody of a case that is still theirs; in the morning, if the program has slept until night."""
    case = desk.session.get_one(Case, nag.case_id)
    at = ladder.speaking(desk.now, alarms.rules(desk.city), urgent=alarms.is_urgent(case))
    if at > desk.now:
        nag.silent_until = at
        return
    is_asked, nag.on_it = not nag.on_it, False
    if not _stands(desk, case, nag, partial(escalation.hearers, desk)):
        desk.session.delete(nag)
    elif is_asked:
        call(desk, nag.person_id, presses=True, urgent=True)


def _stands(desk: Desk, case: Case, nag: Nag, hearers: Callable[[Case, int], Heard]) -> bool:
    """Tell whether a case still waits for whoever has it on their card; what is over of it is taken off. `hearers` are
    those of a case on a rung.
    """
    runs = alarms.runs(desk.city, case)
    if not runs:
        return False
    late = any(run.due <= desk.now for run in runs)
    rung = nag.rung if nag.rung and nag.rung > escalation.NAG and late else escalation.NAG
    heard = hearers(case, rung)
    is_told = nag.person_id in heard.persons or (nag.person_id == GROUPS and heard.groups and rung > escalation.NAG)
    if nag.rung is not None:
        nag.rung = rung if is_told and nag.rung != ASKED else ASKED if _decides(desk, case, nag.person_id) else None
    nag.missing = nag.missing if late else ";".join(key for key in nag.missing.split(";") if key in heard.missing)
    return nag.rung is not None or bool(nag.missing)


def _decides(desk: Desk, case: Case, person_id: int) -> bool:
    """Tell whether a request has waited too long for somebody who may decide it."""
    late = any(run.due <= desk.now for run in alarms.requests(desk.city, case))
    return late and person_id in escalation.deciders(desk, case, late=True).persons
