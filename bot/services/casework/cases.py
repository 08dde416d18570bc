"""What is done with a case: the one place where the table of its life is executed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.case import Action, State, find
from bot.domain.roles import Role, Stance
from bot.services import attachments, people
from bot.services.casework import (
    alarms,
    announcements,
    changes,
    clocks,
    followers,
    nearby,
    numbers,
    retained,
    routing,
)
from bot.services.casework.demands import Deed, check
from bot.services.casework.routing import Owner
from bot.services.casework.stances import stances
from bot.services.desk import Desk
from bot.services.history import Change, record
from storage.knowledge import known, learn
from storage.models import Case, Person, new_id

_SPEAKABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_BY_CITIZEN = {Action.FOLLOW, Action.SUPPLEMENT, Action.DISPUTE, Action.RATE, Action.URGE, Action.WITHDRAW}
_REASONS = {
    Action.DISPUTE: "dispute", Action.ASK_EXTENSION: "request", Action.ASK_SUSPENSION: "request",
    Action.DENY_EXTENSION: "denial", Action.DENY_SUSPENSION: "denial",
}  # fmt: skip
_WORDS = {Action.REPLY: "reply", Action.SUPPLEMENT: "supplement", Action.INSTRUCT: "instruction"}
# The sources, the weightiest function first: whoever reports is counted by it.
_SOURCES = (Role.DISPATCHER, Role.INSPECTOR, Role.UNIT_HEAD, Role.LEADER, Role.VOLUNTEER)


@dataclass(frozen=True, slots=True)
class Filing:
    """What a finished draft says. `sure` is whether category and place are certain enough to open without a human."""

    draft_id: int
    reporter: Person
    category: str
    words: str = ""
    lat: float | None = None
    lon: float | None = None
    place: str = ""
    point: str = ""
    urgent: bool = False
    sure: bool = True
    source: str = ""  # else by the function of whoever reports


def file(desk: Desk, filing: Filing) -> Case:
    """Make a case of a draft (上报), with the draft's attachments, and send it on its way; the reporter is told.

    Filing the same draft again changes nothing and returns the case it became.
    """
    filed = of_draft(desk.session, filing.draft_id)
    if filed is not None:
        return filed
    case = _new(desk, filing)
    attachments.adopt(desk.session, filing.draft_id, case.id)
    reported = Deed(Action.REPORT, filing.reporter, words=filing.words)
    facts = {"category": case.category, "source": case.source, "point": case.point, "relapse_of": case.relapse_of}
    change = Change(case.pseudonym, Action.REPORT.value, "", case.state)
    record(desk.session, case, change, desk.now, facts=facts, texts={"problem": filing.words})
    alarms.watch(desk, case)
    opening = Deed(Action.OPEN) if _opens_itself(desk, filing) else None
    announcements.announce(desk, case, [reported, *_carry_on(desk, case, opening)])
    return case


def of_draft(session: Session, draft_id: int) -> Case | None:
    """Return the case that a draft became, if it did."""
    return learn(
        session, "case of draft", draft_id, lambda: session.scalar(select(Case).where(Case.draft_id == draft_id))
    )


def note_open(session: Session, draft_id: int) -> None:
    """Note that a draft lies open in its conversation: it has become no case yet, and need not be looked for."""
    known(session, "case of draft").setdefault(draft_id, None)


def act(
    desk: Desk, case: Case, action: Action, by: Person | None, *,
    reason: str = "", words: str = "", owner: Owner | None = None, rating: int | None = None,
) -> Case:  # fmt: skip
    """Do something with a case and all that follows by itself: state, clocks, history, cards, and who is told.

    `by=None` is the system. Raises `NotNow`, `NotYours` or `Missing` (bot.domain.case), and then nothing has changed.
    """
    deed = Deed(action, by, reason.strip(), words.strip(), owner, rating)
    announcements.announce(desk, case, _carry_on(desk, case, deed))
    return case


def _carry_on(desk: Desk, case: Case, deed: Deed | None) -> list[Deed]:
    """Do this deed, and what the system does after it, until nothing follows any more; return all that was done."""
    done: list[Deed] = []
    while deed is not None:
        _do(desk, case, deed)
        done.append(deed)
        deed = _what_follows(desk, case, deed)
    return done


def _do(desk: Desk, case: Case, deed: Deed) -> None:
    stand = stances(desk, case, deed.by)
    row = find(State(case.state), deed.action, stand)
    check(desk, case, row, deed)
    before = case.state
    pause = clocks.last_pause(desk, case) if row.back_to else None
    case.state = row.after(State(before), State(pause.before) if pause else None).value
    clocks.wind(desk, case, row, deed.action)
    facts = changes.apply(desk, case, deed)
    retained.note(desk.session, case, before, desk.now)
    texts = {_REASONS.get(deed.action, "reason"): deed.reason}
    texts[_WORDS.get(deed.action, "words")] = deed.words
    change = Change(_actor(case, deed, stand), deed.action.value, before, case.state)
    record(desk.session, case, change, desk.now, facts=facts, texts=texts)
    alarms.watch(desk, case)


def _what_follows(desk: Desk, case: Case, deed: Deed) -> Deed | None:
    """结案 follows 核查通过; 派遣 follows 立案 and a first 回退, as long as the routing knows somebody."""
    if deed.action is Action.PASS:
        return Deed(Action.CLOSE)
    if deed.action is Action.OPEN or (deed.action is Action.RETURN and case.transfers == 1):
        owner = routing.choose(desk, case)
        return Deed(Action.DISPATCH, owner=owner) if owner else None
    return None


def _actor(case: Case, deed: Deed, stand: frozenset[Stance]) -> str:
    if deed.by is None:
        return "system"
    if deed.action in _BY_CITIZEN:
        if Stance.REPORTER in stand:
            return case.pseudonym
        if deed.action is Action.FOLLOW or Stance.FOLLOWER in stand:
            return "follower"
    return f"person:{deed.by.id}"


def _new(desk: Desk, filing: Filing) -> Case:
    before = nearby.relapse(desk, filing.category, filing.lat, filing.lon)
    case = Case(
        id=new_id(), number=numbers.take(desk), draft_id=filing.draft_id, state=State.PENDING_OPENING.value,
        source=filing.source or _source(desk, filing.reporter), reporter_id=filing.reporter.id,
        pseudonym="".join(secrets.choice(_SPEAKABLE) for _ in range(4)),
        category=filing.category, urgent=filing.urgent, lat=filing.lat, lon=filing.lon, place=filing.place[:256],
        point=filing.point, grid=_grid(desk, filing), owner_kind="dispatcher", unit="", condition="", stepped_in="",
        transfers=0, tried=[], round=1, reopened=0, request="", reported_at=desk.now,
        accept_due=clocks.due(desk, desk.city.settings.accept_limit), relapse_of=before.id if before else None,
    )  # fmt: skip
    clocks.set_limit(desk, case)
    desk.session.add(case)
    known(desk.session, "case of draft")[filing.draft_id] = case
    nearby.note(desk, case)
    followers.add(desk, case, filing.reporter, first=True)
    return case


def _source(desk: Desk, person: Person) -> str:
    roles = people.roles_of(desk.session, person, desk.now)
    return next((role.value for role in _SOURCES if role in roles), Role.CITIZEN.value)


def _grid(desk: Desk, filing: Filing) -> str:
    if filing.lat is None or filing.lon is None:
        return ""
    return next((place.code for place in desk.city.places_at(filing.lat, filing.lon) if place.kind == "grid"), "")


def _opens_itself(desk: Desk, filing: Filing) -> bool:
    is_placed = bool(filing.point) or filing.lat is not None
    is_known = filing.category in desk.city.categories
    return desk.city.settings.opening == "auto" and filing.sure and is_placed and is_known
