"""What an act demands of whoever does it, and of the case."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.case import ASKING, DECIDING, HANDLING, Action, Demand, Missing, Refusal, State, Transition, find
from bot.services import attachments, people
from bot.services.casework import callees
from bot.services.casework.routing import Owner
from bot.services.casework.stances import have_handled, stances
from bot.services.desk import Desk
from storage.models import Case, Person

STARS = range(1, 6)
STANDING = frozenset(Demand) - {Demand.REASON, Demand.WORDS, Demand.AFTER_PHOTO, Demand.OWNER, Demand.RATING}
"""Demands that nothing brought along can meet: they can be checked before anything is asked for."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody wants to do with a case, and all they bring for it; `by=None` is the system."""

    action: Action
    by: Person | None = None
    reason: str = ""
    words: str = ""
    owner: Owner | None = None
    rating: int | None = None


def ensure(desk: Desk, case: Case, action: Action, by: Person) -> None:
    """Raise `NotNow`, `NotYours` or `Missing` where somebody could not do it now, whatever they brought along."""
    row = find(State(case.state), action, stances(desk, case, by))
    check(desk, case, row, Deed(action, by), STANDING)


def may(desk: Desk, case: Case, action: Action, by: Person | None) -> bool:
    """Tell whether somebody could do it now, if they brought what it demands."""
    if by is None:
        return False
    try:
        ensure(desk, case, action, by)
    except Refusal:
        return False
    return True


def check(desk: Desk, case: Case, row: Transition, deed: Deed, only: Collection[Demand] = frozenset(Demand)) -> None:
    """Raise `Missing` for the first demand of the row (of these) that is not met."""
    for demand in Demand:
        if demand in row.demands and demand in only and not _MET[demand](desk, case, deed):
            raise Missing(f"missing.{demand.value}")


def _other_eyes(desk: Desk, case: Case, deed: Deed) -> bool:
    if deed.by is None:
        return True
    acts = HANDLING | ASKING if deed.action in DECIDING else HANDLING
    return people.merged(desk.session, deed.by.id).id not in have_handled(desk, case, acts)


def _in_time(desk: Desk, case: Case, deed: Deed) -> bool:
    settings = desk.city.settings
    days = settings.dispute_days if deed.action is Action.DISPUTE else settings.rating_days
    return case.closed_at is not None and desk.now <= case.closed_at + timedelta(days=days)


def _first_extension(desk: Desk, case: Case, _deed: Deed) -> bool:
    """A further one is for executives, where the bot can reach any who has not handled the case."""
    return not case.extensions or all(face != "overview" for face, _ in callees.deciders(desk, case))


def _somebody_decides(desk: Desk, case: Case, deed: Deed) -> bool:
    return bool(callees.deciders(desk, case, deed.by))


def _not_just_urged(desk: Desk, case: Case, _deed: Deed) -> bool:
    rest = timedelta(hours=desk.city.settings.urge_hours)
    return case.urged_at is None or desk.now >= case.urged_at + rest


def _after_photo(desk: Desk, case: Case, _deed: Deed) -> bool:
    photos = attachments.of_case(desk.session, case.id, "after", round=case.round)
    return any(photo.state == attachments.STORED for photo in photos)


_MET: dict[Demand, Callable[[Desk, Case, Deed], bool]] = {
    Demand.REASON: lambda _desk, _case, deed: bool(deed.reason),
    Demand.WORDS: lambda _desk, _case, deed: bool(deed.words),
    Demand.AFTER_PHOTO: _after_photo,
    Demand.OWNER: lambda desk, _case, deed: deed.owner is not None and deed.owner.unit in desk.city.units,
    Demand.RATING: lambda _desk, _case, deed: deed.rating in STARS,
    Demand.OTHER_EYES: _other_eyes,
    Demand.IN_TIME: _in_time,
    Demand.UNSIGNED: lambda _desk, case, _deed: case.handler_id is None,
    Demand.NOTHING_ASKED: lambda _desk, case, _deed: not case.request,
    Demand.SOMEBODY_DECIDES: _somebody_decides,
    Demand.EXTENSION_ASKED: lambda _desk, case, _deed: case.request == "extension",
    Demand.SUSPENSION_ASKED: lambda _desk, case, _deed: case.request == "suspension",
    Demand.BEFORE_DUE: lambda desk, case, _deed: case.handle_due is None or desk.now <= case.handle_due,
    Demand.FIRST_EXTENSION: _first_extension,
    Demand.NOT_JUST_URGED: _not_just_urged,
    Demand.UNSUPERVISED: lambda _desk, case, _deed: not case.supervised,
}
