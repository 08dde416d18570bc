"""Nag cards: one a person, sent anew to whoever must act, otherwise edited in silence; one bulletin for the leaders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import not_, or_, select

from bot.domain import ladder
from bot.port import Chat, Outgoing
from bot.services import people
from bot.services.casework import alarms, waiting
from bot.services.casework.faces import bulletin, nag
from bot.services.desk import Desk
from bot.services.mishaps import contained
from bot.services.post import View
from bot.services.staffing import groups
from storage.models import Card, Case, Hearer, Person
from storage.models.nags import GROUPS


def refresh(desk: Desk, limit: int) -> int:
    """Show what has changed for at most so many hearers; return how many there were.

    Whoever is called for nothing urgent is left until one may speak again.
    """
    changed = select(Hearer).where(Hearer.changed)
    if not ladder.may_speak(desk.now, alarms.rules(desk.city), urgent=False):
        changed = changed.where(or_(not_(Hearer.called), Hearer.urgent))
    hearers = desk.session.scalars(changed.limit(limit).with_for_update(skip_locked=True)).all()
    found = waiting.read_all(desk, [hearer.person_id for hearer in hearers])
    _read_ahead(desk, found)
    with desk.session.no_autoflush:  # no card hangs on what another one changes
        for hearer in hearers:
            hearer.changed = False
            with contained(desk, "hearer", hearer.person_id):
                _refresh(desk, hearer, found[hearer.person_id])
    return len(hearers)


def show(desk: Desk, person_id: int, chat: Chat, page: int = 0) -> Card:
    """Show somebody a page of their card, in answer to their tap."""
    language = desk.language_of(people.merged(desk.session, person_id))
    return desk.post.show(view(person_id, chat), nag.card(desk, language, waiting.read(desk, person_id), page))


def view(person_id: int, chat: Chat) -> View:
    """Return the view of somebody's nag card."""
    return View(f"nag:{person_id}", chat, "nag", person_id)


def _read_ahead(desk: Desk, found: Mapping[int, waiting.Waiting]) -> None:
    """Read at once what these cards show and where."""
    shown = {entry.case_id for each in found.values() for entry in each.entries[: nag.PAGE]}
    persons = found.keys() - {GROUPS}
    desk.session.read(Case, shown)
    desk.session.read(Person, persons)
    people.read_chats(desk.session, persons)
    desk.post.read_cards([f"nag:{person_id}" for person_id in found])


def _refresh(desk: Desk, hearer: Hearer, found: waiting.Waiting) -> None:
    today = desk.now.astimezone(alarms.rules(desk.city).calendar.zone).date().isoformat()
    sent = hearer.sent if hearer.day == today else 0
    a_day = desk.city.settings.nags_a_day
    anew = hearer.called and ladder.comes_anew(sent, a_day, presses=hearer.presses, urgent=hearer.urgent)
    anew = anew and bool(found.entries or found.missing)
    was_sent = [_show(desk, view, message, anew=anew) for view, message in _faces(desk, hearer.person_id, found)]
    if anew and any(was_sent):
        hearer.day, hearer.sent = today, sent + 1
    hearer.changed = hearer.called = hearer.presses = hearer.urgent = False


def _faces(desk: Desk, person_id: int, found: waiting.Waiting) -> Iterator[tuple[View, Outgoing]]:
    if person_id == GROUPS:
        for each in groups.of_leaders(desk.session):
            language = each.language or desk.language_of(None)
            chat = Chat.model_validate_json(each.chat_body)
            yield View(f"nag:{GROUPS}", chat, "bulletin"), bulletin.bulletin(desk, language, found)
        return
    where = people.private_chat(desk.session, person_id)
    if where is not None:
        language = desk.language_of(people.merged(desk.session, person_id))
        yield view(person_id, where), nag.card(desk, language, found)


def _show(desk: Desk, view: View, message: Outgoing, *, anew: bool) -> bool:
    """Show it, if it is new or if the card that is there can be edited: nobody gets a message to inform them."""
    if not anew and (desk.post.card(view) is None or not desk.post.capabilities(view.chat).edits):
        return False
    desk.post.show(view, message, anew=anew)
    return True
