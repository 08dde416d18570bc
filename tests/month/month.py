"""The month as it should go: what is said of each case to whom, and which digests tell what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tests.month.course import Course, Deed, Filing
from tests.month.crew import Crew
from tests.month.digests import Due
from tests.month.district import District
from tests.month.figures import Census, Days
from tests.month.gathering import Gathering
from tests.month.marks import Utterance, utterances
from tests.month.records import ANSWERS, Listed
from tests.month.script import Script


class Month:
    """Plays the script by the rules as they are written down, minute after minute in which anything happens."""

    def __init__(self, district: District, crew: Crew, script: Script, dues: list[Due], until: datetime) -> None:
        self.courses: dict[int, Course] = {}
        self.gathering = Gathering(district, crew, self.courses)
        self.cards: dict[datetime, set[Listed]] = {}
        self.digests: list[tuple[Due, dict[str, Any]]] = []
        self._dues = dues
        self._district, self._crew, self._script = district, crew, script
        self._speeches: defaultdict[datetime, list[Utterance]] = defaultdict(list)
        deeds: defaultdict[int, list[Deed]] = defaultdict(list)
        for deed in script.deeds:
            if deed.what not in ANSWERS:
                deeds[deed.case].append(deed)
        for filing in script.filings:
            for each in utterances(district, crew, filing, deeds[filing.case], until):
                self._speeches[each.at].append(each)

    def play(self, minutes: Iterable[datetime], looks: Iterable[datetime]) -> None:
        """Let the month pass. Of each minute named the clock's part comes first, then people's."""
        doings: defaultdict[datetime, list[Filing | Deed]] = defaultdict(list)
        for each in (*self._script.filings, *self._script.deeds):
            doings[each.at].append(each)
        looks = set(looks)
        for now in sorted(minutes):
            self.gathering.tick(now, self._speeches.get(now, ()))
            self.digests += [(due, self._told(due)) for due in self._dues if due.at == now]
            if now in looks:
                self.cards[now] = self.gathering.listed()
            for each in doings.get(now, ()):
                self._do(each)

    def _told(self, due: Due) -> dict[str, Any]:
        days = Days(due.first, due.last, due.at)
        return Census(self._district, self.courses.values(), due.unit, days, due.kind).told()

    def _do(self, doing: Filing | Deed) -> None:
        if isinstance(doing, Filing):
            self.courses[doing.case] = Course(self._district, self._crew, doing)
        elif doing.what in ANSWERS:
            self.gathering.answer(doing)
        else:
            self.courses[doing.case].take(doing)
            self.gathering.change(doing.case)
