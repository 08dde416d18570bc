"""What becomes of one case by what is done with it: whose it is, which clocks run until when, and all that happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tests.month.crew import Crew
from tests.month.days import MINUTE
from tests.month.district import District, Limit

HEADQUARTERS = {"pending_opening", "pending_dispatch"}
AT_WORK = {"handling", "rework"}
FINISHED = {"closed", "forced"}
ENDED = FINISHED | {"rejected", "void", "merged"}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody does with a case at a whole minute: `what` is an action, or an answer to a nag."""

    at: datetime
    case: int
    what: str
    by: str = ""
    unit: str = ""  # to whom it is sent
    to: str = ""
    rating: int = 0


@dataclass(frozen=True, slots=True)
class Filing:
    """What somebody reports, and as what they are counted; `sure` goes its way without headquarters."""

    case: int
    at: datetime
    by: str
    source: str
    category: str
    point: str
    urgent: bool
    sure: bool


class Run(NamedTuple):
    """A clock that runs: which, for which reason, what limit it has, when it is due."""

    clock: str
    reason: str
    limit: Limit
    due: datetime


@dataclass
class Course:
    """A case as it stands after the deeds that it has taken."""

    district: District
    crew: Crew
    filing: Filing
    state: str = "pending_opening"
    unit: str = ""
    owner: str | None = None
    party: str = ""
    handler: str | None = None
    hands: set[str] = field(default_factory=set)
    askers: set[str] = field(default_factory=set)
    request: str = ""
    tried: set[str] = field(default_factory=set)
    transfers: int = 0
    round: int = 1
    reopened: int = 0
    extensions: int = 0
    rating: int = 0
    dues: dict[str, datetime] = field(default_factory=dict)
    paused: tuple[datetime, str] | None = None
    moments: dict[str, datetime] = field(default_factory=dict)
    history: list[Deed] = field(default_factory=list)

    def __post_init__(self) -> None:
        filing = self.filing
        self.limit = self.district.limit(filing.category, filing.point, urgent=filing.urgent)
        self.urgent = self.limit.urgent
        self._start("accept", filing.at, self.district.clock("accept"))
        if filing.sure:
            self._open(Deed(filing.at, filing.case, "open"))

    @property
    def point(self) -> dict[str, str]:
        """Return the row of its point; nothing where it has none."""
        return self.district.points.get(self.filing.point, {})

    def take(self, deed: Deed) -> None:
        """Let a deed be done. Those without a method of their own (a supplement, say) move nothing here."""
        act = getattr(self, f"_{deed.what}", None)
        if act is not None:
            act(deed)
        if self.state not in AT_WORK:
            self.request = ""  # it was about work that is over
        self.history.append(deed)

    # --- who ----------------------------------------------------------------------------------------------------------

    def turn(self, at: datetime) -> list[str]:
        """Return whose turn it is, of those who can be reached."""
        if self.state in HEADQUARTERS or (self.state == "pending_signing" and self.owner is None):
            return self.crew.present(self.crew.dispatchers, at)
        if self.state == "pending_signing" and self.owner:
            return self.crew.reached([self.owner], at)
        if self.state in AT_WORK and self.handler:
            return self.crew.reached([self.handler], at)
        if self.state == "pending_verification":
            return self.verifiers(at)
        return []

    def verifiers(self, at: datetime) -> list[str]:
        """Return who verifies: the area's inspectors, else headquarters, else executives; nobody who handled it."""
        crew = self.crew
        areas = [self.point["territorial_unit"], self.unit] if self.point else [self.unit]
        inspectors = [each for unit in areas if unit for each in crew.inspectors(unit, at)]
        circles = inspectors, crew.present(crew.dispatchers, at), crew.present(crew.executives, at)
        others = ([key for key in dict.fromkeys(circle) if key not in self.hands] for circle in circles)
        return next(filter(None, others), [])

    def deciders(self, at: datetime, *, late: bool) -> list[str]:
        """Return who decides what is asked for: headquarters, or executives where it is about a further extension;
        where one of the two has nobody who is free of the case, the other. What is late is said to all executives, too.
        """
        circles, taken = (self.crew.dispatchers, self.crew.executives), self.hands | self.askers
        headquarters, above = ([key for key in self.crew.present(each, at) if key not in taken] for each in circles)
        is_higher = self.request == "extension" and self.extensions > 0
        first, second = (above, headquarters) if is_higher else (headquarters, above)
        return list(dict.fromkeys([*(first or second), *(above if late else [])]))

    def next_owner(self, at: datetime) -> tuple[str, str | None, str]:
        """Return the unit that is asked next, who there, and as which party: the leader of the point, where the bot
        cannot reach one the head of the unit, and headquarters where it can reach neither; of the units of a point
        first whose business it is. Nobody who has handed it back.
        """
        usual, point, leader = self.district.usual_unit(self.filing.category), self.point, self.filing.point
        parties = [point[f"{each}_unit"] for each in ("territorial", "trade", "sponsor")] if point else []
        if leader and "leader" not in self.tried:
            asked = next(iter(self.crew.reached([self.crew.leaders[leader]], at)), None)
            person = asked or self.crew.head(parties[0], at)
            if person not in self.tried:
                return parties[0], person, "leader" if asked else parties[0]
        for unit in [*sorted(parties, key=lambda each: each != usual), usual]:
            head = self.crew.head(unit, at)
            if not {unit, head} & self.tried:
                return unit, head, unit
        return "", None, ""

    # --- clocks -------------------------------------------------------------------------------------------------------

    def runs(self) -> list[Run]:
        """Return the clocks that run now."""
        return [Run(clock, self._reason(clock), self._limit(clock), self.dues[clock]) for clock in self._running()]

    def asked(self) -> list[Run]:
        """Return the clock by which what is asked for is to be decided, if anything is."""
        if not self.request:
            return []
        due = self.dues["decide"]
        return [Run("decide", f"{due:%Y%m%dT%H%M%S}", self.district.clock("accept"), due)]

    def _running(self) -> Iterator[str]:
        if self.state == "pending_opening":
            yield "accept"
        if self.state == "pending_signing":
            yield "acknowledge"
        if self.state in {"pending_signing", "pending_dispatch", *AT_WORK}:
            yield "handle"
        if self.state == "pending_verification":
            yield "verify"

    def _reason(self, clock: str) -> str:
        reasons = {"accept": "1", "handle": f"{self.reopened}.{self.extensions}"}
        return reasons.get(clock, str(self.round))

    def _limit(self, clock: str) -> Limit:
        return self.limit if clock == "handle" else self.district.clock(clock)

    def _start(self, clock: str, at: datetime, limit: Limit) -> None:
        self.dues[clock] = self.district.days.after(at, limit.amount, limit.unit)

    # --- deeds --------------------------------------------------------------------------------------------------------

    def _open(self, deed: Deed) -> None:
        self.moments["opened"] = deed.at
        self._send(deed.at, *self.next_owner(deed.at))

    def _send(self, at: datetime, unit: str, owner: str | None, party: str) -> None:
        self.state, self.unit, self.owner, self.handler = "pending_signing", unit, owner, None
        self.party = party
        self.moments.setdefault("dispatched", at)
        self._start("acknowledge", at, self.district.clock("acknowledge"))
        if "handle" not in self.dues:
            self._start("handle", at, self.limit)

    def _reject(self, deed: Deed) -> None:
        self.state = "rejected"

    def _void(self, deed: Deed) -> None:
        self.state = "void"

    _withdraw = _void

    def _sign(self, deed: Deed) -> None:
        self.state, self.handler = "handling", deed.by
        self.hands.add(deed.by)

    def _return(self, deed: Deed) -> None:
        self.tried |= {self.party, deed.by}
        self.state, self.unit, self.owner, self.handler = "pending_dispatch", "", None, None
        self.transfers += 1
        self.round += 1
        unit, owner, party = self.next_owner(deed.at)
        if self.transfers == 1 and unit:
            self._send(deed.at, unit, owner, party)

    def _dispatch(self, deed: Deed) -> None:
        self._send(deed.at, deed.unit, deed.to or None, deed.unit)

    def _reassign(self, deed: Deed) -> None:
        self.transfers += 1
        self.round += 1
        self._send(deed.at, deed.unit, deed.to or None, deed.unit)

    def _reply(self, deed: Deed) -> None:
        self.state = "pending_verification"
        self.moments["replied"] = deed.at
        self.hands.add(deed.by)
        self._start("verify", deed.at, self.district.clock("verify"))

    def _pass(self, deed: Deed) -> None:
        self.state = "closed"
        self.moments["closed"] = deed.at

    def _force_close(self, deed: Deed) -> None:
        self.state = "forced"
        self.moments["closed"] = deed.at

    def _fail(self, deed: Deed) -> None:
        self.state = "rework"
        self.round += 1

    def _dispute(self, deed: Deed) -> None:
        self.state, self.rating, self.extensions = "rework", 0, 0
        self.round += 1
        self.reopened += 1
        self._start("handle", deed.at, self.limit)

    def _rate(self, deed: Deed) -> None:
        self.rating = deed.rating

    def _ask_extension(self, deed: Deed) -> None:
        self._ask("extension", deed)

    def _ask_suspension(self, deed: Deed) -> None:
        self._ask("suspension", deed)

    def _ask(self, what: str, deed: Deed) -> None:
        self.request = what
        self.askers.add(deed.by)
        self._start("decide", deed.at, self.district.clock("accept"))

    def _grant_extension(self, deed: Deed) -> None:
        self.request = ""
        self.extensions += 1
        self._start("handle", self.dues["handle"], self.limit)

    def _grant_suspension(self, deed: Deed) -> None:
        self.request = ""
        self.paused, self.state = (deed.at, self.state), "suspended"

    def _deny_extension(self, deed: Deed) -> None:
        self.request = ""

    _deny_suspension = _deny_extension

    def _resume(self, deed: Deed) -> None:
        """What was left of the limit when it was paused is left now; what was overdue then is as overdue now."""
        assert self.paused
        since, self.state = self.paused
        due, days = self.dues["handle"], self.district.days
        if due <= since:
            return
        if self.limit.unit in {"work_hours", "work_days"}:
            left = days.worked_between(since, due)
            self.dues["handle"] = days.after(deed.at, left / 60, "work_hours") if left else due
        else:
            self.dues["handle"] = deed.at + (due - since) // MINUTE * MINUTE
