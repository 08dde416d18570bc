"""Forgetting somebody: at once when they ask for it, and by itself when they have not been here for long."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, exists, or_, select, update

from bot.services import people
from bot.services.desk import Desk
from bot.services.leaving import mydata, retention
from bot.services.volunteering import servicedata
from storage.knowledge import known
from storage.models import (
    Absence,
    Assignment,
    Attachment,
    Card,
    Case,
    Conversation,
    Follower,
    Hearer,
    Identity,
    Invite,
    Link,
    Nag,
    Patrol,
    Person,
    Subscription,
)
from storage.queries import webchat


def forget(desk: Desk, person: Person, *, question: int = 0) -> list[Case]:
    """Erase all that is kept of somebody who holds no function, as far as it may go now; `question` is still shown.

    Returns their cases that go on: whose they are, and who that is, stays known until they have ended.
    """
    desk.session.flush()
    ids = people.selves(desk.session, person)
    found = mydata.linked(desk.session, ids)
    for case in (*found.ended, *found.joined):
        retention.cut(desk, case, ids)
    _forget_traces(desk, ids, [case.id for case in found.going_on], question)
    person.name = ""
    if not found.going_on and (person.banned_until is None or person.banned_until <= desk.now):
        _forget_identities(desk, ids)
    desk.session.flush()
    return found.going_on


def forget_strangers(desk: Desk, limit: int) -> int:
    """Forget people whose last case is long erased and who have not come again, nor ever held a function."""
    before = desk.now - timedelta(days=desk.city.settings.retention.reporter_days)
    theirs = Identity.person_id == Person.id
    is_free = or_(Person.banned_until.is_(None), Person.banned_until <= desk.now)
    speaks_of_them = (
        exists().where(theirs, Identity.seen_at >= before),
        exists().where(Assignment.person_id == Person.id),
        exists().where(Follower.person_id == Person.id),
        exists().where(Case.reporter_id == Person.id),
    )
    alone = (Person.merged_into.is_(None), Person.created_at < before, is_free, exists().where(theirs))
    strangers = select(Person).where(*alone, *(~each for each in speaks_of_them))
    found = desk.session.scalars(strangers.limit(limit).with_for_update(skip_locked=True)).all()
    for person in found:
        forget(desk, person)
    return len(found)


def _forget_traces(desk: Desk, ids: Collection[int], going_on: Collection[int], question: int) -> None:
    """Forget drafts, cards, messages of the page, whose photos they are, and how past functions call somebody."""
    session, nobody = desk.session, people.nobody(desk.session, desk.now)
    for conversation in session.scalars(select(Conversation).where(Conversation.person_id.in_(ids))).all():
        session.delete(conversation)
    sent = (Attachment.purpose == "before", or_(Attachment.case_id.is_(None), Attachment.case_id.not_in(going_on)))
    kept = [f"question:{question}", *(f"case:{case_id}" for case_id in going_on)]
    for statement in (
        update(Attachment).where(Attachment.person_id.in_(ids), *sent).values(person_id=nobody.id),
        update(Assignment).where(Assignment.person_id.in_(ids)).values(title=""),
        update(Patrol).where(Patrol.person_id.in_(ids)).values(person_id=nobody.id),
        update(Invite).where(Invite.used_by.in_(ids)).values(name=""),
        *(delete(table).where(table.person_id.in_(ids)) for table in (Absence, Subscription, Nag, Hearer)),
        delete(Link).where(or_(Link.person_id.in_(ids), Link.other_id.in_(ids))),
        delete(Card).where(Card.person_id.in_(ids), Card.subject.not_in(kept)),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    servicedata.forget(session, ids, nobody.id)
    theirs = select(Identity.chat_id).where(Identity.person_id.in_(ids), Identity.channel == webchat.CHANNEL)
    webchat.forget_chats(session, session.scalars(theirs).all())


def _forget_identities(desk: Desk, ids: Collection[int]) -> None:
    for identity in desk.session.scalars(select(Identity).where(Identity.person_id.in_(ids))).all():
        desk.session.delete(identity)
    for each in ids:
        known(desk.session, "private chats").pop(each, None)
