"""What is kept of somebody: counted for them to read, and written out whole for them to take along."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.city.model import City
from bot.domain.case import OPEN_STATES, State
from bot.port import Outgoing
from bot.services import people
from bot.services.leaving import retention
from bot.services.volunteering import servicedata
from storage.models import (
    Absence,
    Assignment,
    Attachment,
    Case,
    Conversation,
    Follower,
    Identity,
    Nag,
    Patrol,
    Person,
    Reminder,
    Subscription,
    WebMessage,
)
from storage.queries import webchat

_PHOTO = ("purpose", "state", "sent_at", "taken_at", "lat", "lon", "width", "height")
_CASE = ("number", "state", "place", "point", "lat", "lon", "reported_at", "closed_at", "rating")
_FUNCTION = ("role", "unit", "point", "title", "since", "until")
_ROUND = ("point", "slot", "done_at", "result", "how", "distance")
_ACCOUNT = ("channel", "realm", "id", "account", "chat_id", "reachable", "seen_at")


class Linked(NamedTuple):
    """The cases that speak of somebody: those they reported, going on and ended, and those they joined."""

    going_on: list[Case]
    ended: list[Case]
    joined: list[Case]

    @property
    def all(self) -> list[Case]:
        """All of them."""
        return [*self.going_on, *self.ended, *self.joined]


@dataclass(frozen=True, slots=True)
class Overview:
    """How much of what is kept. `seen_at` is when they last came."""

    accounts: list[Identity]
    cases: Linked
    texts: int
    photos: int
    drafts: int
    places: int
    messages: int
    rounds: int
    attendances: int
    counted: int


def linked(session: Session, ids: Collection[int]) -> Linked:
    """Return the cases that somebody reported (under any of these ids) or joined, oldest first."""
    reported = session.scalars(select(Case).where(Case.reporter_id.in_(ids)).order_by(Case.id)).all()
    follows = select(Follower.case_id).where(Follower.person_id.in_(ids))
    joined = select(Case).where(Case.id.in_(follows), Case.reporter_id.not_in(ids)).order_by(Case.id)
    return Linked(
        [case for case in reported if State(case.state) in OPEN_STATES],
        [case for case in reported if State(case.state) not in OPEN_STATES],
        list(session.scalars(joined)),
    )


def overview(session: Session, person: Person) -> Overview:
    """Count what is kept of somebody."""
    session.flush()
    ids = people.selves(session, person)
    cases = linked(session, ids)
    talks = session.scalars(select(Conversation).where(Conversation.person_id.in_(ids))).all()
    return Overview(
        accounts=_accounts(session, ids),
        cases=cases,
        texts=sum(len(retention.written(session, case, ids, surely=True)) for case in cases.all),
        photos=_count(session, Attachment.id, Attachment.person_id.in_(ids), Attachment.blob != ""),
        drafts=sum(talk.draft is not None for talk in talks),
        places=sum(len(talk.recent.get("places", ())) for talk in talks),
        messages=_count(session, WebMessage.id, WebMessage.chat_id.in_(_pages(session, ids))),
        attendances=servicedata.attendances(session, ids),
        counted=servicedata.counted(session, ids),
        rounds=session.scalar(select(func.count()).select_from(Patrol).where(Patrol.person_id.in_(ids))) or 0,
    )


def export(session: Session, person: Person, city: City, now: datetime) -> dict[str, Any]:
    """Return all that is kept of somebody, as JSON takes it; times are UTC."""
    ids = people.selves(session, person)
    cases = linked(session, ids)
    talks = session.scalars(select(Conversation).where(Conversation.person_id.in_(ids))).all()
    held = session.scalars(select(Assignment).where(Assignment.person_id.in_(ids)).order_by(Assignment.id))
    away = session.scalars(select(Absence).where(Absence.person_id.in_(ids)).order_by(Absence.id))
    rounds = select(Patrol).where(Patrol.person_id.in_(ids)).order_by(Patrol.done_at)
    return {
        "made_at": now.isoformat(),
        "by": city.settings.name,
        "person": {"name": person.name, "language": person.language, "since": _plain(person.created_at)},
        "accounts": [_facts(account, _ACCOUNT) for account in _accounts(session, ids)],
        "functions": [_facts(function, _FUNCTION) for function in held],
        "absences": [_facts(absence, ("since", "until")) for absence in away],
        "subscriptions": list(session.scalars(select(Subscription.kind).where(Subscription.person_id.in_(ids)))),
        "on_card": _of_cases(session, Nag, ids, ("told_at", "silent_until", "on_it")),
        "reminded": _of_cases(session, Reminder, ids, ("clock", "name", "at", "silenced")),
        "rounds": [_facts(made, _ROUND) for made in session.scalars(rounds)],
        "reported": [_case(session, case, city, ids) for case in (*cases.going_on, *cases.ended)],
        "joined": [_case(session, case, city, ids) for case in cases.joined],
        "drafts": [talk.draft for talk in talks if talk.draft],
        "recent": [talk.recent for talk in talks if talk.recent],
        "service": servicedata.export(session, ids),
        "page": [_message(row) for row in _messages(session, ids)],
    }


def _case(session: Session, case: Case, city: City, ids: Collection[int]) -> dict[str, Any]:
    theirs = (Attachment.case_id == case.id, Attachment.person_id.in_(ids))
    photos = session.scalars(select(Attachment).where(*theirs).order_by(Attachment.id))
    words = retention.written(session, case, ids, surely=True)
    return {
        **_facts(case, _CASE),
        "category": city.category(case.category).name,
        "words": [_facts(text, ("purpose", "text", "written_at")) for text in words],
        "photos": [_facts(photo, _PHOTO) for photo in photos],
    }


def _of_cases(
    session: Session, table: type[Nag | Reminder], ids: Collection[int], names: Collection[str]
) -> list[dict[str, Any]]:
    """Return what waits for somebody, or of what they were reminded, each with the number of its case."""
    theirs = select(table, Case.number).join(Case, Case.id == table.case_id).where(table.person_id.in_(ids))
    rows = session.execute(theirs.order_by(Case.id))
    return [{"number": number, **_facts(row, names)} for row, number in rows]


def _accounts(session: Session, ids: Collection[int]) -> list[Identity]:
    return list(session.scalars(select(Identity).where(Identity.person_id.in_(ids)).order_by(Identity.seen_at.desc())))


def _pages(session: Session, ids: Collection[int]) -> list[str]:
    return [each.chat_id for each in _accounts(session, ids) if each.channel == webchat.CHANNEL and each.chat_id]


def _messages(session: Session, ids: Collection[int]) -> list[WebMessage]:
    theirs = WebMessage.chat_id.in_(_pages(session, ids))
    return list(session.scalars(select(WebMessage).where(theirs).order_by(WebMessage.id)))


def _message(row: WebMessage) -> dict[str, Any]:
    text = Outgoing.model_validate_json(row.body).plain
    return {"at": _plain(row.sent_at), "by": "you" if row.sender else "bot", "text": text}


def _count(session: Session, column: InstrumentedAttribute[int], *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(column)).where(*where)) or 0


def _facts(row: object, names: Collection[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
