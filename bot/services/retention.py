"""What is kept of ended cases for as long as the pack promises, and erased when that is over. The history stays whole.

Of each case its number, kind, place, states, times, units and ratings stay: what the figures are made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.domain.case import ENDED_STATES, State
from bot.services import attachments, cards, people, places
from bot.services.desk import Desk
from storage.knowledge import known
from storage.models import Attachment, Card, Case, CaseText, Follower, Menu, Retained
from storage.queries import webchat

CITIZENS_WORDS = ("problem", "supplement", "dispute", "words")
"""The purposes of what reporters and followers say; what staff write about their work stays."""
_CITIZENS_VIEWS = ("reporter", "feedback")
_LAST_EDITS = timedelta(days=1)
"""So long the cards of a case stay after their last change, for that change to be delivered."""


def note(session: Session, case: Case, before: str, now: datetime) -> None:
    """Note that a case has just ended, or goes on after all."""
    was_over, is_over = State(before) in ENDED_STATES, State(case.state) in ENDED_STATES
    if is_over and not was_over:
        session.add(Retained(case_id=case.id, ended_at=now, cards=True, photos=True, link=True))
    elif was_over and not is_over:
        session.flush()
        session.execute(delete(Retained).where(Retained.case_id == case.id))


def end_judging(desk: Desk, limit: int) -> int:
    """The days for judging results are over: in silence, the cards lose their last buttons. Return how many cases."""
    settings = desk.city.settings
    due = _due(desk, Retained.cards, max(settings.dispute_days, settings.rating_days), limit)
    for case, row in due:
        row.cards = False
        shown = desk.post.cards(cards.subject(case))
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
        cards.refresh(desk, case, [card for card in shown if '"photos"' not in card.body])
    return len(due)


def cut_links(desk: Desk, limit: int) -> int:
    """Cut who reported and followed off the cases that ended long enough ago; return how many."""
    due = _due(desk, Retained.link, desk.city.settings.retention.reporter_days, limit)
    for case, _ in due:
        cut(desk, case)
    return len(due)


def cut(desk: Desk, case: Case) -> None:
    """Erase who reported and followed a case and what they wrote, salts and all; the handling side's cards follow."""
    session, nobody = desk.session, people.nobody(desk.session, desk.now)
    session.flush()
    case.reporter_id, case.place = nobody.id, _public_place(desk, case)
    session.execute(delete(Follower).where(Follower.case_id == case.id))
    session.execute(delete(CaseText).where(CaseText.case_id == case.id, CaseText.purpose.in_(CITIZENS_WORDS)))
    theirs = update(Attachment).where(Attachment.case_id == case.id, Attachment.purpose == "before")
    session.execute(theirs.values(person_id=nobody.id, album=""))
    session.execute(update(Retained).where(Retained.case_id == case.id).values(link=False))
    for about in ("followers", "texts"):
        known(session, about).pop(case.id, None)
    for card in desk.post.cards(cards.subject(case)):
        if card.view in _CITIZENS_VIEWS:
            desk.post.drop(card)
    cards.refresh(desk, case)


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


def _due(desk: Desk, flag: InstrumentedAttribute[bool], days: int, limit: int) -> Sequence[tuple[Case, Retained]]:
    """Return the cases that ended more than so many days ago and still have this, for this transaction alone."""
    ended = Retained.ended_at < desk.now - timedelta(days=days)
    query = select(Case, Retained).join(Retained, Retained.case_id == Case.id).where(flag, ended)
    some = query.order_by(Retained.ended_at, Retained.case_id).limit(limit)
    found = desk.session.execute(some.with_for_update(skip_locked=True, of=Retained)).tuples().all()
    desk.post.read_cards([cards.subject(case) for case, _ in found])
    return found


def _public_place(desk: Desk, case: Case) -> str:
    """Return the place as the pack names it: what somebody typed may tell more than where the problem was."""
    languages = desk.city.settings.languages
    said = [places.understand(desk.city, case.place, each).place for each in languages] if case.place else []
    if any(each is not None and each.text == case.place for each in said):
        return case.place
    if case.point or case.lat is None or case.lon is None:
        return ""
    return places.at(desk.city, case.lat, case.lon, languages[0]).text
