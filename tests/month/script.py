"""What happens in the month: who reports what, and what is done with it, early, late or never. Always the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from tests.month.course import ENDED, Course, Deed, Filing
from tests.month.crew import Crew
from tests.month.days import DAY, HOUR, MINUTE
from tests.month.district import District

KINDS = (
    *["06010"] * 6, *["06014"] * 3, *["06012"] * 4, *["06007"] * 3, *["06017"] * 3, *["09009"] * 5, *["06018"] * 2,
    *["06011"] * 3, *["06003"] * 3, *["06013"] * 3, "06004", *["01001"] * 2, "02014", "01073", "06020", "05002",
)  # fmt: skip
"""Limits of every unit: an hour of work up to seven days, natural days, and hours that count at night."""
DANGEROUS = ("06013", "04002", "05002")
"""Of these some are urgent."""
SOURCES = ("citizen",) * 6 + ("inspector", "inspector", "volunteer", "point_leader")
REPORTERS = 400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Over(Exception):
    """The month is over, or the case will not be touched again."""


@dataclass(frozen=True)
class Script:
    """All filings and deeds, each in order of time; and those who are away."""

    filings: list[Filing]
    deeds: list[Deed]


class Scribe:
    """Writes down one case after the other. Everything happens at multiples of `grain`."""

    def __init__(self, district: District, crew: Crew, chance: Random, span: tuple[datetime, datetime], grain: int):
        self.district, self.crew, self.chance = district, crew, chance
        self.start, self.end = span
        self.grain = grain * MINUTE
        points = {code: row for code, row in district.points.items() if district.is_inside(code)}
        self.busy = [code for code, row in points.items() if row["circle"]]
        self.quiet = [code for code, row in points.items() if not row["circle"]]

    def write(self, count: int) -> Script:
        """Write the month."""
        filings = sorted((self._filing(number) for number in range(count)), key=lambda each: each.at)
        deeds: list[Deed] = []
        for filing in filings:
            deeds += Story(self, filing).told()
        return Script(filings, sorted(deeds, key=lambda each: (each.at, each.case)))

    def snapped(self, at: datetime) -> datetime:
        """Return the next moment at which something may happen."""
        return at + (-(at - _EPOCH)) % self.grain

    def _filing(self, number: int) -> Filing:
        chance = self.chance
        at = self.snapped(self.start + chance.random() ** 0.9 * (self.end - self.start - HOUR))
        while not self.district.days.is_open(at) and chance.random() < 0.75:
            at = self.snapped(self.start + chance.random() ** 0.9 * (self.end - self.start - HOUR))
        category = chance.choice(KINDS)
        is_placed = chance.random() < 0.96
        point = chance.choice(self.busy if chance.random() < 0.7 else self.quiet) if is_placed else ""
        source = chance.choice(SOURCES)
        return Filing(
            number, at, self._reporter(source), source, category, point,
            urgent=category in DANGEROUS and chance.random() < 0.5, sure=is_placed and chance.random() < 0.92,
        )  # fmt: skip

    def _reporter(self, source: str) -> str:
        if source in {"citizen", "volunteer"}:
            return f"{source}-{self.chance.randrange(REPORTERS)}"
        holders = [each.key for each in self.crew.staff.values() if each.role == source and each.joined]
        return self.chance.choice(holders)


class Story:
    """The life of one case, told from its filing until the month is over."""

    def __init__(self, scribe: Scribe, filing: Filing) -> None:
        self.scribe, self.chance, self.crew = scribe, scribe.chance, scribe.crew
        self.days = scribe.district.days
        self.case = Course(scribe.district, scribe.crew, filing)
        self.at = filing.at
        self.deeds: list[Deed] = []
        self.urged = self.supervised = False

    def told(self) -> list[Deed]:
        """Return what is done with the case."""
        try:
            if not self.case.filing.sure:
                self._open()
            self._sign()
            while True:
                self._work()
                self._verify()
                self._judge()
        except Over:
            return self.deeds

    # --- the parts ----------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self._wait(self._delay(10, 100, 300, 1300))
        dispatcher = self.chance.choice(self.case.turn(self.at))
        if self.rolls(0.1):
            self._do("reject", dispatcher)
        self._do("open", dispatcher)

    def _sign(self) -> None:
        while self.case.state == "pending_signing":
            self._wait(self._delay(0, 80, 300, 2200))
            if self.rolls(0.015):
                self._do("void", self._dispatcher())
            if self.rolls(0.015):
                self._do("withdraw", self.case.filing.by)
            if self.case.owner and self.case.transfers < 2 and self.rolls(0.06):
                self._hand_back()
            else:
                self._do("sign", self.chance.choice(self.case.turn(self.at)))

    def _hand_back(self) -> None:
        self._do("return", self.case.turn(self.at)[0])
        if self.case.state == "pending_dispatch":
            self._wait(self._delay(5, 100, 400, 1200))
            unit = self.chance.choice(["D01", "D02", "D13", "D16"])
            self._do("dispatch", self._dispatcher(), unit=unit, to=self.crew.head(unit, self.at) or "")

    def _work(self) -> None:
        if self.case.state == "handling":
            for chance, part in ((0.14, self._ask_for_time), (0.1, self._put_off), (0.03, self._pass_on)):
                if self.rolls(chance) and not self.case.request:
                    part()
        if self.rolls(0.04):
            raise Over  # left lying
        if self.rolls(0.01):
            self._do("force_close", self._dispatcher())
        share = self.chance.choice((self.chance.uniform(0.1, 0.9), self.chance.uniform(0.3, 1.0), self._late()))
        begun = self.case.moments["dispatched"] if self.case.state == "handling" else self.at
        amount, unit, _ = self.case.limit
        minutes = round(amount * share * {"work_days": 480, "calendar_days": 1440}.get(unit, 60))
        counts = "work_hours" if unit.startswith("work") else "urgent_hours"
        self._wait_until(max(self.days.after(begun, minutes / 60, counts), self.at + MINUTE), answers=True)
        self._do("reply", self.case.turn(self.at)[0])

    def _ask_for_time(self) -> None:
        self._wait(self._delay(5, 60, 60, 300))
        if self.at > self.case.dues["handle"]:
            return
        if self._ask("extension"):
            self._do("grant_extension" if self.rolls(0.75) else "deny_extension", self._decider())

    def _put_off(self) -> None:
        self._wait(self._delay(5, 100, 100, 900))
        granted = self.rolls(0.8)
        if self._ask("suspension"):
            self._do("grant_suspension" if granted else "deny_suspension", self._decider())
        if self.case.state == "suspended":
            self._wait_until(self.at + self.chance.uniform(0.2, 5) * DAY)
            self._do("resume", self._dispatcher())

    def _ask(self, what: str) -> bool:
        """Ask for something and wait, often for so long that those who decide it are reminded; tell whether they do."""
        self._do(f"ask_{what}", self.case.turn(self.at)[0])
        minutes = self.chance.randint(*self.chance.choice(((5, 45), (90, 500), (500, 2200))))
        self._wait_until(self.days.after(self.at, minutes / 60, "work_hours"), answers=True)
        return self.rolls(0.9)

    def _pass_on(self) -> None:
        self._wait(self._delay(5, 100, 100, 900))
        unit = self.chance.choice(["D01", "D02", "D14", "D16", "B07"])
        self._do("reassign", self._dispatcher(), unit=unit, to=self.crew.head(unit, self.at) or "")
        self._sign()

    def _verify(self) -> None:
        self._wait(self._delay(5, 200, 200, 1500))
        if self.rolls(0.06):
            self._do("unable", self._eyes())
            self._wait(self._delay(5, 200, 200, 900))
        if self.rolls(0.12):
            self._do("fail", self._eyes())
            self._work()
            self._verify()
        else:
            self._do("pass", self._eyes())

    def _judge(self) -> None:
        """What the reporter says of it: stars, that it is not done at all, or nothing."""
        closed = self.case.moments["closed"]
        if self.rolls(0.4):
            self._wait_until(closed + self.chance.uniform(0.1, 40) * HOUR)
            self._do("rate", self.case.filing.by, rating=self.chance.choice((1, 3, 4, 5, 5)))
        if not self.rolls(0.05):
            raise Over
        self._wait_until(self.at + self.chance.uniform(1, 100) * HOUR)
        self._do("dispute", self.case.filing.by)

    # --- chance and time ----------------------------------------------------------------------------------------------

    def rolls(self, share: float) -> bool:
        """Let chance decide."""
        return self.chance.random() < share

    def _late(self) -> float:
        return self.chance.uniform(*self.chance.choice(((0.9, 1.4), (1.2, 3), (2, 8))))

    def _delay(self, soon: int, most: int, late: int, latest: int) -> int:
        """Return minutes of work: mostly soon, sometimes late."""
        return self.chance.randint(late, latest) if self.rolls(0.22) else self.chance.randint(soon, most)

    def _wait(self, minutes: int) -> None:
        self._wait_until(self.days.after(self.at, minutes / 60, "work_hours"))

    def _wait_until(self, at: datetime, *, answers: bool = False) -> None:
        """Let time pass, and perhaps something happen meanwhile that moves the case no further."""
        coming = max(self.scribe.snapped(at), self.at + self.scribe.grain)
        if self.rolls(0.12):
            self._meanwhile(coming)
        if answers and self.rolls(0.3):
            self._answer(coming)
        self.at = coming

    def _meanwhile(self, coming: datetime) -> None:
        if not self._some_time_before(coming) or self.case.state in ENDED:
            return
        if self.rolls(0.5):
            self._do("supplement", self.case.filing.by)
        elif self.rolls(0.7) and not self.urged:
            self.urged = True
            self._do("urge", self.case.filing.by)
        elif not self.supervised:
            self.supervised = True
            self._do("supervise", self._dispatcher())

    def _answer(self, coming: datetime) -> None:
        """Somebody on whose card the case may be taps 稍后提醒 or 处理中 there."""
        if not self._some_time_before(coming):
            return
        case = self.case
        if waiting := case.deciders(self.at, late=True) if case.request else case.turn(self.at):
            self._do(self.chance.choice(("on_it", "hour", "afternoon", "morning")), self.chance.choice(waiting))

    def _some_time_before(self, coming: datetime) -> bool:
        moment = self.scribe.snapped(self.at + self.chance.random() * (coming - self.at) + MINUTE)
        if moment < coming - self.scribe.grain:
            self.at = moment
            return True
        return False

    def _dispatcher(self) -> str:
        there = [key for key in self.crew.present(self.crew.dispatchers, self.at) if key not in self.case.hands]
        return self.chance.choice(there)

    def _decider(self) -> str:
        return self.chance.choice(self.case.deciders(self.at, late=False))

    def _eyes(self) -> str:
        return self.chance.choice(self.case.verifiers(self.at))

    def _do(self, what: str, by: str, **more: str | int) -> None:
        if self.at >= self.scribe.end:
            raise Over
        deed = Deed(self.at, self.case.filing.case, what, by, **more)  # type: ignore[arg-type]
        self.deeds.append(deed)
        self.case.take(deed)
        if self.case.state in {"void", "rejected", "forced"}:
            raise Over
