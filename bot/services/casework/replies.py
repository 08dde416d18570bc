"""处置回复: handed in at once, effective as soon as a photo of the result is really here."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import select

from bot.domain.case import Action, Missing, Refusal, State, find
from bot.domain.history import SALT_BYTES
from bot.port import Outgoing
from bot.services import attachments, people
from bot.services.casework import cards, cases
from bot.services.casework.stances import stances
from bot.services.desk import Desk
from storage.models import Attachment, Case, CaseText, Person, new_id

WAITING = "waiting_reply"


def submit(desk: Desk, case: Case, by: Person, *, words: str, draft_id: int) -> bool:
    """Hand in the result with the photos of a draft; tell whether it took effect, or waits for its photo.

    Raises `NotNow`, `NotYours`, or `Missing` without words or without any photo.
    """
    find(State(case.state), Action.REPLY, stances(desk, case, by))
    adopt(desk, case, draft_id)
    photos = _photos(desk, case)
    if not words.strip():
        raise Missing("missing.words")
    if not photos:
        raise Missing("missing.after_photo")
    _forget(desk, case)
    if any(photo.state == attachments.STORED for photo in photos):
        cases.act(desk, case, Action.REPLY, by, words=words)
        return True
    desk.session.add(
        CaseText(
            id=new_id(), case_id=case.id, purpose=WAITING, text=words, salt=secrets.token_bytes(SALT_BYTES),
            written_at=desk.now,
        )
    )  # fmt: skip
    return False


def adopt(desk: Desk, case: Case, draft_id: int) -> None:
    """Give a draft's photos to the case, as photos of the result in this round."""
    attachments.adopt(desk.session, draft_id, case.id, purpose="after", round=case.round)


def settled(desk: Desk, attachment: Attachment) -> None:
    """A photo of a case has come, or never will: show it, and let a reply that waited for it take effect."""
    case = desk.session.get(Case, attachment.case_id) if attachment.case_id else None
    if case is None:
        return
    if attachment.purpose == "after" and attachment.round == case.round:
        waiting = desk.session.scalar(select(CaseText).where(CaseText.case_id == case.id, CaseText.purpose == WAITING))
        if waiting is not None:
            _decide(desk, case, waiting)
    cards.refresh(desk, case)


def _decide(desk: Desk, case: Case, waiting: CaseText) -> None:
    states = {photo.state for photo in _photos(desk, case)}
    handler = people.merged(desk.session, case.handler_id) if case.handler_id else None
    if attachments.STORED in states and handler is not None:
        _forget(desk, case)
        try:
            cases.act(desk, case, Action.REPLY, handler, words=waiting.text)
        except Refusal:
            return  # it went another way meanwhile; nobody waits for this reply any more
    elif attachments.PENDING not in states:
        _forget(desk, case)
        _ask_again(desk, case, handler)


def _ask_again(desk: Desk, case: Case, handler: Person | None) -> None:
    chat = people.private_chat(desk.session, handler.id) if handler else None
    if chat is not None and handler is not None:
        text = desk.words.say(desk.language_of(handler), "reply.photo_lost", number=case.number)
        desk.post.send(chat, Outgoing(text=text))
        cards.show(desk, case, "owner", handler)


def _photos(desk: Desk, case: Case) -> Sequence[Attachment]:
    found = attachments.of_case(desk.session, case.id, "after", round=case.round)
    return [photo for photo in found if photo.state in {attachments.STORED, attachments.PENDING}]


def _forget(desk: Desk, case: Case) -> None:
    for text in desk.session.scalars(select(CaseText).where(CaseText.case_id == case.id, CaseText.purpose == WAITING)):
        desk.session.delete(text)
    desk.session.flush()
