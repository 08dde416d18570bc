"""The cards of a case: edited in silence as it goes on, sent anew to whoever must act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from bot.domain.case import OPEN_STATES, State
from bot.port import Chat, Outgoing
from bot.services import people
from bot.services.casework import callees, faces
from bot.services.casework.faces.parts import Reader
from bot.services.desk import Desk
from bot.services.post import View
from bot.services.staffing import groups
from storage.models import BoundChat, Card, Case, Person

_RETOLD = 50
_OF_REPORTERS = frozenset({"reporter", "feedback"})


def refresh(desk: Desk, case: Case, just_shown: Iterable[Card | None] = ()) -> None:
    """Show on every card of the case how it stands now; what shows it already is left alone.

    Where a card changes, this counts as a change of the case: of two processes that show it at once, one begins anew,
    so that none shows what is over.
    """
    fresh = set(just_shown) - {None}
    changes = len(fresh)
    stale = [card for card in desk.post.cards(subject(case)) if card not in fresh]
    _read_ahead(desk, case, {card.person_id: card.view for card in stale if card.person_id})
    for card in stale:
        was, chat = card.wanted, Chat.model_validate_json(card.chat_body)
        _show(desk, case, View(card.subject, chat, card.view, card.person_id))
        changes += card.wanted != was
    if changes:
        flag_modified(case, "state")


def call(desk: Desk, case: Case) -> list[Card]:
    """Send the card anew to whoever must act now; return the cards."""
    return [_show(desk, case, view, anew=True) for view in _callees(desk, case)]


def call_deciders(desk: Desk, case: Case) -> list[Card]:
    """Send the card anew to whoever may grant what is asked; return the cards."""
    asked = callees.deciders(desk, case)
    _read_ahead(desk, case, {person_id: face for face, person_id in asked})
    views = [view for face, person_id in asked for view in _private(desk, case, face, person_id)]
    return [_show(desk, case, view, anew=True) for view in views]


def show(desk: Desk, case: Case, name: str, person: Person, *, anew: bool = True) -> Card | None:
    """Show somebody a face of the case in their private chat; None if they have none."""
    where = people.private_chat(desk.session, person.id)
    return _show(desk, case, View(subject(case), where, name, person.id), anew=anew) if where else None


def retell(desk: Desk, person: Person, chat: Chat) -> None:
    """Show somebody's cards of open cases in the language they speak now, in silence: only where cards are edited."""
    if not desk.post.capabilities(chat).edits:
        return
    mine = select(Card).where(Card.person_id == person.id, Card.chat == chat.key, Card.subject.startswith("case:"))
    for card in desk.session.scalars(mine.order_by(Card.id.desc()).limit(_RETOLD)).all():
        case = desk.session.get(Case, int(card.subject.partition(":")[2]))
        if case is not None and _is_open_to(desk, case) and not (card.receipt or {}).get("editable_until"):
            _show(desk, case, View(card.subject, chat, card.view, person.id))


def subject(case: Case) -> str:
    """The subject under which a case's cards are kept."""
    return f"case:{case.id}"


def faced(desk: Desk, case: Case, view: View) -> tuple[View, Outgoing]:
    """Return a view together with what it shows now."""
    return view, faces.face(desk, case, view.name, _reader(desk, case, view))


def _read_ahead(desk: Desk, case: Case, readers: Mapping[int, str]) -> None:
    """Read at once who these are that read a face of a case, where they can be reached, and as what they work on it."""
    people.read_ahead(desk.session, readers.keys())
    at_work = [person_id for person_id, view in readers.items() if view not in _OF_REPORTERS]
    people.read_functions(desk.session, at_work, desk.now, case.point)


def _show(desk: Desk, case: Case, view: View, *, anew: bool = False) -> Card:
    return desk.post.show(*faced(desk, case, view), anew=anew)


def _is_open_to(desk: Desk, case: Case) -> bool:
    """Tell whether a card of the case may still have something to tap: until nobody can dispute any more."""
    days = timedelta(days=desk.city.settings.dispute_days)
    return State(case.state) in OPEN_STATES or (case.closed_at is not None and desk.now <= case.closed_at + days)


def _reader(desk: Desk, case: Case, view: View) -> Reader:
    if view.name == "group":
        bound = desk.session.get(BoundChat, (view.chat.key, case.unit)) if case.unit else None
        return Reader((bound.language if bound else "") or desk.language_of(None), unit=bound.unit if bound else "")
    person = people.merged(desk.session, view.person_id) if view.person_id else None
    return Reader(desk.language_of(person), person)


def _callees(desk: Desk, case: Case) -> Iterator[View]:
    asked = list(callees.of(desk, case))
    _read_ahead(desk, case, {person_id: face for face, person_id in asked})
    for face, person_id in asked:
        yield from _private(desk, case, face, person_id)
    if case.state == State.PENDING_SIGNING:
        yield from _groups(desk, case)


def _private(desk: Desk, case: Case, name: str, person_id: int) -> Iterator[View]:
    chat = people.private_chat(desk.session, person_id)
    if chat is not None:
        yield View(subject(case), chat, name, person_id)


def _groups(desk: Desk, case: Case) -> Iterator[View]:
    for each in groups.of_unit(desk.session, case.unit):
        yield View(subject(case), Chat.model_validate_json(each.chat_body), "group")
