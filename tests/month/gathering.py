"""To whom each thing is said and how it is gathered: one card a person, few new messages a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from tests.month.course import Course, Deed
from tests.month.crew import Crew
from tests.month.days import date_of
from tests.month.district import District
from tests.month.marks import Utterance, later, may_speak, next_press
from tests.month.records import ASKED, LEADERS, Listed, Said


class Heard(NamedTuple):
    """Who is told, and which parties there are but nobody of them can be told."""

    persons: list[str]
    missing: list[str]


@dataclass
class Entry:
    """A case on somebody's card. `rung` is ASKED where they decide, None where they only heard who is missing."""

    rung: int | None = None
    missing: set[str] = field(default_factory=set)
    silent_until: datetime | None = None
    on_it: bool = False


@dataclass
class Call:
    """Why somebody's card is to be shown: since it changed only, or since something was said."""

    called: bool = False
    presses: bool = False
    urgent: bool = False


class Gathering:
    """Everybody's nag card."""

    def __init__(self, district: District, crew: Crew, courses: dict[int, Course]) -> None:
        self.district, self.crew, self.courses = district, crew, courses
        self.cards: defaultdict[str, dict[int, Entry]] = defaultdict(dict)
        self.said: list[Said] = []
        self.messages: list[tuple[datetime, str]] = []
        self.plain: Counter[tuple[str, date]] = Counter()  # of them, those that nothing urgent called for
        self._calls: dict[str, Call] = {}
        self._sent: dict[tuple[str, date], int] = {}
        self._changed: set[int] = set()
        self._silent: set[tuple[str, int]] = set()

    def tick(self, now: datetime, utterances: Iterable[Utterance]) -> None:
        """Do what is due in a minute: say what is to be said, and show what is new on the cards."""
        for utterance, heard in [(each, self._heard(each, now)) for each in utterances]:
            self._say(now, utterance, heard)
        self._tidy(now)
        self._wake(now)
        self._show(now)

    def change(self, case: int) -> None:
        """Note that something was done with a case."""
        self._changed.add(case)

    def answer(self, deed: Deed) -> None:
        """Leave somebody in peace about a case, if it is on their card: until a moment, or until it presses again."""
        entry, case = self.cards[deed.by].get(deed.case), self.courses[deed.case]
        if entry is None or entry.rung is None:
            return
        if deed.what == "on_it":
            runs = case.asked() if entry.rung == ASKED else case.runs()
            entry.silent_until, entry.on_it = next_press(self.district, runs, deed.at, urgent=case.urgent), True
        elif until := later(self.district, deed.at, urgent=case.urgent).get(deed.what):
            entry.silent_until, entry.on_it = until, False
        self._silent.add((deed.by, deed.case))

    def listed(self) -> set[Listed]:
        """Return what is on all cards."""
        return {
            Listed(person, case, entry.rung, frozenset(entry.missing), entry.silent_until)
            for person, card in self.cards.items()
            for case, entry in card.items()
        }

    # --- who ----------------------------------------------------------------------------------------------------------

    def _heard(self, what: Utterance, now: datetime) -> Heard:
        if what.clock == "decide":
            return Heard(self.courses[what.case].deciders(now, late=what.name != "due"), [])
        return self._hearers(what.case, what.rung, now)

    def _hearers(self, case: int, rung: int, now: datetime) -> Heard:
        """Return who is told on a rung, or on the first above it on which anybody can be told."""
        missing: list[str] = []
        for to in [("whose_turn",), *(each.to for each in self.district.ladder)][rung:]:
            persons: list[str] = []
            for holder in to:
                if holder == "leaders_group":
                    persons.append(LEADERS)
                    continue
                for unit, found in self._party(self.courses[case], holder, now):
                    persons += found
                    missing += [] if found else [f"{holder}:{unit}"]
            if persons:
                return Heard(list(dict.fromkeys(persons)), missing)
        raise AssertionError("the leaders' group hears of everything in the end")

    def _party(self, case: Course, holder: str, now: datetime) -> list[tuple[str, list[str]]]:
        """Return a holder's unit and people in a case; nothing where the case has no such unit."""
        crew = self.crew
        if holder == "whose_turn":
            return [(case.unit, case.turn(now))]
        if holder in {"dispatchers", "executives"}:
            return [("", crew.present(getattr(crew, holder), now))]
        unit = case.point.get(f"{holder.removesuffix('_head')}_unit", "")
        if holder == "trade_head":
            unit = unit or self.district.usual_unit(case.filing.category)
        return [(unit, crew.reached([crew.heads[unit]], now))] if unit else []

    # --- what the cards hold ------------------------------------------------------------------------------------------

    def _say(self, now: datetime, what: Utterance, heard: Heard) -> None:
        urgent = self.courses[what.case].urgent
        for person in heard.persons:
            entry = self.cards[person].setdefault(what.case, Entry())
            rung = ASKED if what.clock == "decide" else what.rung
            entry.rung = rung if entry.rung is None else max(entry.rung, rung)
            silent = not what.rung and entry.silent_until is not None and entry.silent_until > now
            self.said.append(Said(now, what.case, what.clock, what.reason, what.name, person, silent))
            if not silent:
                entry.silent_until, entry.on_it = None, False
                self._call(person, presses=what.presses, urgent=urgent)
        for person in self.crew.present(self.crew.dispatchers, now) if heard.missing else []:
            entry = self.cards[person].setdefault(what.case, Entry())
            if not entry.missing.issuperset(heard.missing):
                entry.missing.update(heard.missing)
                self._call(person, presses=True, urgent=False)

    def _tidy(self, now: datetime) -> None:
        """Take off the cards what waits for them no more, of cases with which something was done."""
        for person, card in self.cards.items() if self._changed else ():
            for case in self._changed & card.keys():
                if not self._stands(person, case, card[case], now):
                    del card[case]
                self._calls.setdefault(person, Call())
        self._changed.clear()

    def _stands(self, person: str, case: int, entry: Entry, now: datetime) -> bool:
        """Tell whether a case stays on a card: it is their turn, or it is late and they are told on that rung, or a
        request waits too long for their decision.
        """
        runs = self.courses[case].runs()
        if not runs:
            return False
        late = any(run.due <= now for run in runs)
        rung = max(entry.rung or 0, 0) if late else 0
        heard = self._hearers(case, rung, now)
        is_told = person in heard.persons and (person != LEADERS or rung > 0)
        if entry.rung is not None:
            decides = ASKED if self._decides(person, case, now) else None
            entry.rung = rung if is_told and entry.rung != ASKED else decides
        if not late:
            entry.missing.intersection_update(heard.missing)
        return entry.rung is not None or bool(entry.missing)

    def _decides(self, person: str, case: int, now: datetime) -> bool:
        course = self.courses[case]
        return any(run.due <= now for run in course.asked()) and person in course.deciders(now, late=True)

    def _wake(self, now: datetime) -> None:
        """Remind those whose quiet is over; whoever said that they work on it is reminded by the clock alone."""
        for person, case in sorted(self._silent):
            entry = self.cards[person].get(case, Entry())
            if entry.silent_until is not None and entry.silent_until > now:
                continue
            self._silent.discard((person, case))
            if entry.silent_until is None:
                continue
            self._calls.setdefault(person, Call())
            if not entry.on_it:
                self._call(person, presses=True, urgent=True)
            entry.silent_until, entry.on_it = None, False

    # --- when a card comes anew ---------------------------------------------------------------------------------------

    def _call(self, person: str, *, presses: bool, urgent: bool) -> None:
        call = self._calls.setdefault(person, Call())
        call.called, call.presses, call.urgent = True, call.presses or presses, call.urgent or urgent

    def _show(self, now: datetime) -> None:
        """Send the cards: a new message for the first of the day, for what presses up to the pack's number a day, and
        for what is urgent. Whoever is called for nothing urgent is left until one may speak.
        """
        a_day, today = self.district.settings["nags_a_day"], date_of(now)
        for person, call in list(self._calls.items()):
            if call.called and not call.urgent and not may_speak(self.district, now):
                continue
            del self._calls[person]
            sent = self._sent.get((person, today), 0)
            anew = call.urgent or sent == 0 or (call.presses and sent < a_day)
            if call.called and anew and self._has_something(person):
                self._sent[person, today] = sent + 1
                self.messages.append((now, person))
                self.plain[person, today] += not call.urgent

    def _has_something(self, person: str) -> bool:
        return any(self.courses[case].runs() for case in self.cards[person])
