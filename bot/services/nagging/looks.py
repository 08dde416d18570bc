"""Cases are looked at when their alarm is due: marks of clocks are said to those whose turn it is, rungs to those who
stand on them, each mark once.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.domain import ladder
from bot.domain.case import Action, Clock, State, find
from bot.domain.ladder import Mark
from bot.domain.roles import Stance
from bot.services import history
from bot.services.casework import alarms
from bot.services.desk import Desk
from bot.services.mishaps import contained
from bot.services.nagging import escalation, nags
from bot.services.nagging.escalation import Heard
from storage.models import Case, Nag, Reminder
from storage.models.nags import ASKED, GROUPS, NOBODY
from storage.queries import alarms as table

log = logging.getLogger(__name__)

_LATE = timedelta(minutes=5)
_AGAIN = timedelta(hours=1)
Said = Mapping[int, Collection[tuple[str, str, str]]]


def look_at_due(desk: Desk, limit: int) -> int:
    """Look at cases whose alarm is due, at most so many; return how many there were."""
    claimed = table.claim(desk.session, desk.now, limit)
    if not claimed:
        return 0
    _tell_late(desk, claimed)
    with desk.session.no_autoflush:
        batch = _Batch(desk, claimed.keys())
        looks = {case_id: batch.look(case_id) for case_id in claimed}
    batch.write()
    table.mark(desk.session, ((case_id, at) for case_id, at in looks.items() if at is not None))
    table.drop(desk.session, [case_id for case_id, at in looks.items() if at is None])
    return len(claimed)


class Call(NamedTuple):
    """Why somebody is called: whether for something due or overdue, and whether for something urgent."""

    presses: bool
    urgent: bool


class _Batch:
    """One batch of cases that are looked at."""

    def __init__(self, desk: Desk, case_ids: Collection[int]) -> None:
        read = desk.session.scalars
        self._desk = desk
        self._rules = alarms.rules(desk.city)
        self._cases = {case.id: case for case in read(select(Case).where(Case.id.in_(case_ids)))}
        self._nags = {(nag.person_id, nag.case_id): nag for nag in read(select(Nag).where(Nag.case_id.in_(case_ids)))}
        self._said = _said(desk.session, case_ids)
        self._reminders: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._calls: dict[int, Call] = {}
        self._rungs = 0
        escalation.read_ahead(desk, self._cases.values())

    def look(self, case_id: int) -> datetime | None:
        """Say what is to be said of a case; return when to look again, or None when it needs no more looks.

        A case at which the program itself fails must not silence all others: it is looked at again after an hour.
        """
        with contained(self._desk, "case", case_id):
            return self._look(self._cases[case_id])
        return self._desk.now + _AGAIN

    def _look(self, case: Case) -> datetime | None:
        desk, rules, now = self._desk, self._rules, self._desk.now
        urgent = alarms.is_urgent(case)
        marks = alarms.reached(desk.city, case, now, self._said[case.id])
        if marks and not ladder.may_speak(now, rules, urgent=urgent):
            return ladder.speaking(now, rules, urgent=urgent)
        for mark, heard in [(mark, self._heard(case, mark)) for mark in marks]:
            self._say(case, mark, heard)
        return alarms.next_look(desk.city, case, now)

    def _heard(self, case: Case, mark: Mark) -> Heard:
        if mark.clock is Clock.DECIDE:
            return escalation.deciders(self._desk, case, late=mark.name != ladder.DUE)
        return escalation.hearers(self._desk, case, mark.rung)

    def write(self) -> None:
        """Write what was said, and let those be called to whom it was."""
        nags.read_hearers(self._desk, self._calls)
        for person_id, call in self._calls.items():
            nags.call(self._desk, person_id, presses=call.presses, urgent=call.urgent)
        if self._reminders:
            self._desk.session.connection().execute(insert(Reminder), list(self._reminders.values()))
            alarms.forget_rungs(self._desk.session)

    def _say(self, case: Case, mark: Mark, heard: Heard) -> None:
        desk = self._desk
        if mark.rung:
            self._record(case, mark, heard)
        hearers = [*heard.persons, *([GROUPS] if heard.groups else [])]
        for person_id in hearers:
            nag = self._entry(person_id, case)
            rung = ASKED if mark.clock is Clock.DECIDE else mark.rung
            nag.rung = rung if nag.rung is None else max(nag.rung, rung)
            silenced = not mark.rung and nag.silent_until is not None and nag.silent_until > desk.now
            self._remember(case, mark, person_id, silenced=silenced)
            if not silenced:
                nag.silent_until, nag.on_it = None, False
                self._call(person_id, presses=mark.presses, urgent=alarms.is_urgent(case))
        if not hearers:
            self._remember(case, mark, NOBODY)
        self._tell_missing(case, heard)

    def _call(self, person_id: int, *, presses: bool, urgent: bool) -> None:
        before = self._calls.get(person_id, Call(presses=False, urgent=False))
        self._calls[person_id] = Call(before.presses or presses, before.urgent or urgent)

    def _entry(self, person_id: int, case: Case) -> Nag:
        """Return the entry of a case on somebody's card, a new one where there is none."""
        nag, now = self._nags.get((person_id, case.id)), self._desk.now
        if nag is None:
            nag = Nag(
                person_id=person_id, case_id=case.id, rung=None, missing="", told_at=now, on_it=False, stale=False
            )
            self._nags[person_id, case.id] = nag
            self._desk.session.add(nag)
        nag.told_at = now
        return nag

    def _remember(self, case: Case, mark: Mark, person_id: int, *, silenced: bool = False) -> None:
        key = (case.id, mark.clock.value, mark.reason, mark.name, person_id)
        names = ("case_id", "clock", "reason", "name", "person_id")
        self._reminders[key] = dict(zip(names, key, strict=True)) | {"at": self._desk.now, "silenced": silenced}

    def _record(self, case: Case, mark: Mark, heard: Heard) -> None:
        """Write a rung into the history: which clock ran out, and who was told."""
        desk = self._desk
        if not self._rungs:
            history.read_heads(desk.session, self._cases.keys())
        self._rungs += 1
        find(State(case.state), Action.ESCALATE, {Stance.SYSTEM})
        change = history.Change("system", Action.ESCALATE.value, case.state, case.state)
        facts = {
            "clock": mark.clock.value, "rung": mark.rung, "persons": [*heard.persons], "groups": heard.groups,
            "missing": [*heard.missing],
        }  # fmt: skip
        history.record(desk.session, case, change, desk.now, facts=facts)

    def _tell_missing(self, case: Case, heard: Heard) -> None:
        for person_id in escalation.headquarters(self._desk) if heard.missing else ():
            nag = self._entry(person_id, case)
            known = [key for key in nag.missing.split(";") if key]
            if new := [key for key in heard.missing if key not in known]:
                nag.missing = ";".join([*known, *new])
                self._call(person_id, presses=True, urgent=False)


def _said(session: Session, case_ids: Collection[int]) -> Said:
    columns = (Reminder.case_id, Reminder.clock, Reminder.reason, Reminder.name)
    said: defaultdict[int, set[tuple[str, str, str]]] = defaultdict(set)
    for case_id, clock, reason, name in session.execute(select(*columns).where(Reminder.case_id.in_(case_ids))):
        said[case_id].add((clock, reason, name))
    return said


def _tell_late(desk: Desk, claimed: Mapping[int, datetime]) -> None:
    late = [at for at in claimed.values() if desk.now - at > _LATE]
    if late:
        log.info(
            "%d cases are looked at late, by up to %s: of the nags of a clock the latest is said, and every rung",
            len(late), desk.now - min(late),
        )  # fmt: skip
