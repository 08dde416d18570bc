"""What is kept of ended cases for as long as the pack promises, and erased when that is over. The history stays whole.

Of each case its number, kind, place, states, times, units and ratings stay: what the figures are made of.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Row, delete, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.services import attachments, people
from bot.services.casework import cards
from bot.services.desk import Desk
from bot.services.drafting import places
from bot.services.mishaps import contained
from storage.knowledge import known
from storage.models import Attachment, Card, Case, CaseText, Event, Follower, Menu, Patrol, Retained
from storage.models.patrols import NAMED
from storage.queries import webchat

_CITIZENS_VIEWS = ("reporter", "feedback")
_LAST_EDITS = timedelta(days=1)
"""So long the cards of a case stay after their last change, for that change to be delivered."""


def end_judging(desk: Desk, limit: int) -> int:
    """The days for judging results are over: in silence, the cards lose their last buttons. Return how many cases."""
    settings = desk.city.settings
    due = _due(desk, Retained.cards, max(settings.dispute_days, settings.rating_days), limit)
    for case, row in due:
        row.cards = False
        shown = desk.post.cards(cards.subject(case))
        with contained(desk, "case", case.id):
            cards.refresh(desk, case, [card for card in shown if card.view != "feedback"])
        for card in shown:
            card.closed = True
    return len(due)


def erase_photos(desk: Desk, limit: int) -> int:
    """Erase the photos of cases that ended long enough ago; return how many cases. The sweep deletes the bytes."""
    due = _due(desk, Retained.photos, desk.city.settings.retention.photo_days, limit)
    gone = attachments.erase(desk.session, [case.id for case, _ in due])
    webchat.forget_files(desk.session, gone)
    for case, row in due:
        row.photos = False
        shown = desk.post.cards(cards.subject(case))
        with contained(desk, "case", case.id):
            cards.refresh(desk, case, [card for card in shown if '"photos"' not in card.body])
    return len(due)


def cut_links(desk: Desk, limit: int) -> int:
    """Cut who reported and followed off the cases that ended long enough ago; return how many."""
    due = _due(desk, Retained.link, desk.city.settings.retention.reporter_days, limit)
    for case, row in due:
        row.link = False
        cut(desk, case)
    return len(due)


def cut(desk: Desk, case: Case, whose: Collection[int] | None = None) -> None:
    """Erase who reported and followed a case, or these persons only, and what they wrote, salts and all.

    The cards of those who work on it follow; whoever is erased keeps the messages in their own chat.
    """
    session, nobody = desk.session, people.nobody(desk.session, desk.now)
    session.flush()
    texts = [text.id for text in written(session, case, whose)]
    if whose is None or case.reporter_id in whose:
        said, case.reporter_id, case.place = case.place, nobody.id, ""
        with contained(desk, "case", case.id):
            case.place = _public_place(desk, case, said)
    session.execute(delete(CaseText).where(CaseText.id.in_(texts)))
    session.execute(delete(Follower).where(Follower.case_id == case.id, _of(Follower.person_id, whose)))
    sent = (Attachment.case_id == case.id, Attachment.purpose == "before", _of(Attachment.person_id, whose))
    session.execute(update(Attachment).where(*sent).values(person_id=nobody.id, album=""))
    for about in ("followers", "texts"):
        known(session, about).pop(case.id, None)
    for card in desk.post.cards(cards.subject(case)):
        if card.view in _CITIZENS_VIEWS and (whose is None or card.person_id in whose):
            desk.post.drop(card)
    with contained(desk, "case", case.id):  # what was promised is erased, whether or not the cards can be written anew
        cards.refresh(desk, case)


def written(
    session: Session, case: Case, whose: Collection[int] | None = None, *, surely: bool = False
) -> Sequence[CaseText]:
    """Return what the reporter and the followers of a case wrote, or these of them; what staff wrote is not among it.

    The history does not tell followers apart: where one of several is meant, it is what they all wrote, or what is
    `surely` theirs alone, nothing.
    """
    joined = set(session.scalars(select(Follower.person_id).where(Follower.case_id == case.id, ~Follower.first)))
    theirs = joined if whose is None else joined & set(whose)
    actors = {case.pseudonym} if whose is None or case.reporter_id in whose else set()
    if whose is None or (theirs and (theirs == joined or not surely)):
        actors.add("follower")
    events = select(Event.facts).where(Event.subject == f"case:{case.id}", Event.actor.in_(actors))
    ids = [text for facts in session.scalars(events) for text in facts.get("texts", {}).values()]
    return session.scalars(select(CaseText).where(CaseText.id.in_(ids)).order_by(CaseText.id)).all()


def cut_rounds(desk: Desk, _limit: int) -> int:
    """Cut who made them off the rounds of long ago; return how many. That they were made is what the figures need."""
    before = desk.now - timedelta(days=desk.city.settings.retention.reporter_days)
    old, nobody = (NAMED, Patrol.done_at < before), people.nobody(desk.session, desk.now)
    return desk.session.connection().execute(update(Patrol).where(*old).values(person_id=nobody.id)).rowcount


def forget_cards(desk: Desk, limit: int) -> int:
    """Forget the cards of cases of which nothing personal is left; return how many cases are done with."""
    keep = desk.city.settings.retention
    before = desk.now - timedelta(days=max(keep.photo_days, keep.reporter_days)) - _LAST_EDITS
    done = (~Retained.cards, ~Retained.photos, ~Retained.link, Retained.ended_at < before)
    ids = desk.session.scalars(select(Retained.case_id).where(*done).order_by(Retained.ended_at).limit(limit)).all()
    theirs = Card.subject.in_([f"case:{case_id}" for case_id in ids])
    for statement in (
        delete(Menu).where(Menu.card_id.in_(select(Card.id).where(theirs))),
        delete(Card).where(theirs),
        delete(Retained).where(Retained.case_id.in_(ids)),
    ):
        desk.session.execute(statement, execution_options={"synchronize_session": False})
    return len(ids)


def _due(desk: Desk, flag: InstrumentedAttribute[bool], days: int, limit: int) -> Sequence[Row[Case, Retained]]:
    """Return the cases that ended more than so many days ago and still have this, for this transaction alone."""
    ended = Retained.ended_at < desk.now - timedelta(days=days)
    query = select(Case, Retained).join(Retained, Retained.case_id == Case.id).where(flag, ended)
    some = query.order_by(Retained.ended_at, Retained.case_id).limit(limit)
    found = desk.session.execute(some.with_for_update(skip_locked=True, of=Retained)).all()
    desk.post.read_cards([cards.subject(case) for case, _ in found])
    return found


def _of(column: InstrumentedAttribute[int], whose: Collection[int] | None) -> ColumnElement[bool]:
    return true() if whose is None else column.in_(whose)


def _public_place(desk: Desk, case: Case, was: str) -> str:
    """Return the place as the pack names it: what somebody typed may tell more than where the problem was."""
    language = desk.city.settings.languages[0]
    said = places.understand(desk.city, was, language).place if was else None
    if said is not None and (said.sure or said.text == was):
        return said.text
    if case.point or case.lat is None or case.lon is None:
        return ""
    return places.at(desk.city, case.lat, case.lon, language).text
