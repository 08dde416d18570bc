"""A round in the making: somebody shows that they are at a point, finds it fine, or finds defects that become cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from bot.city.guess import guess
from bot.city.model import Point
from bot.domain.case import OPEN_STATES, Action, Refusal
from bot.domain.geo import metres_between
from bot.domain.patrol import Result, Rhythm
from bot.port import Location
from bot.services import attachments
from bot.services.casework import cases, overlooked, rounds
from bot.services.casework.cases import Filing
from bot.services.casework.rounds import Round
from bot.services.desk import Desk, Turn
from bot.services.drafting import similar
from storage.models import Case, Patrol, new_id

KIND = "patrol"
FOUND, FIXED = "patrol", "fixed"
"""The sources of cases that a round brought: set going, or put right on the spot (举手之劳)."""
AT_METRES = 50
"""So near to the point a pin is "at" it, farther away but within the radius "near"."""
STAYS = timedelta(minutes=30)
"""So long after they came somebody is believed to be still there."""


class Walk(BaseModel):
    """What is known of the round that is being made; it holds no position."""

    kind: Literal["patrol"] = "patrol"
    case: int = 0
    id: int
    question: int
    under: dict[str, Any] | None = None
    point: str = ""
    slots: list[str] = []
    how: str = ""
    distance: str = ""
    came_at: datetime | None = None
    defect: str = ""  # the standard that is not met …
    words: str = ""  # … or what they said of it themselves
    category: str = ""
    draft_id: int  # of the case that the next defect becomes; photos belong to it
    photos: list[int] = []
    found: dict[str, int] = {}  # the cases, by standard or by their own id

    @property
    def asks(self) -> Literal["where", "how_is_it", "category", "what_now"]:
        """What is open."""
        if not self.point:
            return "where"
        if not (self.defect or self.words):
            return "how_is_it"
        return "what_now" if self.category else "category"


class Near(NamedTuple):
    """A round that is due, and how far away it is in metres."""

    round: Round
    metres: float


def begin(under: dict[str, Any] | None) -> Walk:
    """Set out."""
    walk_id = new_id()
    return Walk(id=walk_id, question=walk_id, draft_id=new_id(), under=under)


def renew(walk: Walk) -> None:
    """Go on with a card of its own: the taps of the last one are old."""
    walk.id = walk.question = new_id()


def layer(draft: dict[str, Any] | None) -> Walk | None:
    """Return the walk if it is what is open."""
    return Walk.model_validate(draft) if draft is not None and draft.get("kind") == KIND else None


def by_distance(due: Sequence[Round], here: Location) -> list[Near]:
    """Return the rounds, the nearest first; of the same point the leader's own before the chief's."""
    found = [Near(each, metres_between(here.lat, here.lon, each.point.lat, each.point.lon)) for each in due]
    return sorted(found, key=lambda near: (near.metres, near.round.rhythm is Rhythm.CHIEF))


def radius_of(desk: Desk, point: Point) -> int:
    """Return within how many metres of a point a pin counts."""
    kind = desk.city.classes.get(point.class_code)
    return (kind.radius if kind else None) or desk.city.settings.patrols.radius


def arrive(turn: Turn, walk: Walk, point: Point, *, how: str, metres: float | None) -> None:
    """Be at a point: all rounds of theirs that are due there are made at once."""
    due = rounds.due(turn, turn.person.id)
    leave(walk)
    renew(walk)
    walk.point, walk.slots = point.code, [each.slot for each in due if each.point.code == point.code]
    walk.how, walk.came_at = how, turn.now
    walk.distance = "" if metres is None else "at" if metres <= AT_METRES else "near"


def leave(walk: Walk) -> None:
    """Be nowhere again; what was found stays what it became."""
    walk.point, walk.slots, walk.how, walk.distance, walk.came_at, walk.found = "", [], "", "", None, {}
    walk.draft_id, walk.photos = new_id(), []
    put_off(walk)


def put_off(walk: Walk) -> None:
    """Be asked about no defect any more."""
    walk.defect, walk.words, walk.category = "", "", ""


def is_there(turn: Turn, walk: Walk) -> bool:
    """Tell whether they came so lately that they are still there, and the point is still theirs."""
    came = walk.came_at is not None and turn.now - walk.came_at <= STAYS
    return came and rounds.leads(turn, turn.person.id, walk.point)


def note(turn: Turn, walk: Walk, result: Result) -> None:
    """Write down that the round was made; one that found defects is not fine any more."""
    for slot in walk.slots:
        row = turn.session.get(Patrol, (walk.point, slot))
        if row is None:
            turn.session.add(
                Patrol(
                    point=walk.point, slot=slot, person_id=turn.person.id, done_at=turn.now, result=result.value,
                    how=walk.how, distance=walk.distance,
                )
            )  # fmt: skip
        elif result is Result.DEFECTS:
            row.result = result.value
    overlooked.forget_fine(turn, walk.point)


def categories(desk: Desk, walk: Walk) -> list[str]:
    """Return what kinds of case the defect may be, the likeliest first."""
    return [each.category.code for each in guess(desk.city, said_of(desk, walk))]


def said_of(desk: Desk, walk: Walk, language: str = "") -> str:
    """Return in words what is wrong: what they said, or what was to be checked."""
    standards = desk.city.standards_of(desk.city.point(walk.point).class_code)
    return walk.words or next((each.label(language) for each in standards if each.code == walk.defect), walk.defect)


def may_fix(desk: Desk, walk: Walk) -> bool:
    """Tell whether the case would come to themselves: to the leader, where cases open by themselves."""
    return desk.city.settings.opening == "auto" and any(not slot.startswith("C") for slot in walk.slots)


def file(turn: Turn, walk: Walk, *, fixed: bool) -> tuple[Case, bool]:
    """Make a case of the defect, or join the one that is open here; tell whether they took it, to show what they did.

    It is routed as any other, and whoever takes it does not verify it.
    """
    case = _joined(turn, walk) or _filed(turn, walk, FIXED if fixed else FOUND)
    note(turn, walk, Result.DEFECTS)
    walk.found[walk.defect or str(case.id)] = case.id
    walk.draft_id, walk.photos = new_id(), []
    put_off(walk)
    return case, fixed and case.source == FIXED and _took(turn, case)


def found(desk: Desk, walk: Walk) -> Iterator[Case]:
    """Yield the cases that the round has brought so far."""
    yield from (desk.session.get_one(Case, case_id) for case_id in walk.found.values())


def _joined(turn: Turn, walk: Walk) -> Case | None:
    point = turn.city.point(walk.point)
    near = similar.find(turn, walk.category, point.lat, point.lon)
    case = next((each for each in near if each.point == point.code and each.state in OPEN_STATES), None)
    if case is None:
        return None
    similar.follow(turn, case, turn.person)
    attachments.adopt(turn.session, walk.draft_id, case.id)
    return cases.act(turn, case, Action.SUPPLEMENT, turn.person, words=_problem(turn, walk))


def _filed(turn: Turn, walk: Walk, source: str) -> Case:
    point = turn.city.point(walk.point)
    filing = Filing(
        draft_id=walk.draft_id, reporter=turn.person, category=walk.category, words=_problem(turn, walk),
        lat=point.lat, lon=point.lon, place=point.label(turn.language), point=point.code, source=source,
    )  # fmt: skip
    return cases.file(turn, filing)


def _problem(turn: Turn, walk: Walk) -> str:
    if walk.words:
        return walk.words
    return turn.words.plain(turn.language, "patrol.not_met", name=said_of(turn, walk, turn.language))


def _took(turn: Turn, case: Case) -> bool:
    try:
        cases.act(turn, case, Action.SIGN, turn.person)
    except Refusal:  # it went to somebody else: then it is set going like any other
        return False
    return True
