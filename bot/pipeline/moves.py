"""A chat that goes on under another id: everything that speaks of it follows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Update, exists, select, text, update
from sqlalchemy.orm import Session, aliased

from bot.port import Chat
from storage.models import BoundChat, Card, Chore, Conversation, Identity, Menu, OutboxRow

_PENDING = text("state = 'pending'")


def move_chat(session: Session, old: Chat, to: str) -> Chat:
    """Rewrite a chat's id in cards, bound chats, identities, conversations and what still waits; return the new chat.

    Where the new chat already has a row of its own (a card of the same view, say), that one stays.
    """
    new = old.model_copy(update={"id": to})
    if new.key == old.key:
        return new
    session.flush()
    for statement in (*_keyed(old, new), *_plain(old, new)):
        session.execute(statement.execution_options(synchronize_session=False))
    session.expire_all()
    return new


def _plain(old: Chat, new: Chat) -> tuple[Update, ...]:
    body = new.model_dump_json()
    here = (Identity.channel == old.channel, Identity.account == old.account, Identity.chat_id == old.id)
    return (
        update(OutboxRow).where(OutboxRow.chat == old.key, _PENDING).values(chat=new.key, chat_body=body),
        update(Chore).where(Chore.chat == old.key, _PENDING).values(chat=new.key),
        update(Identity).where(*here).values(chat_id=new.id),
    )


def _keyed(old: Chat, new: Chat) -> tuple[Update, ...]:
    body = new.model_dump_json()
    taken: Any = aliased(Card)
    same_card = exists().where(taken.chat == new.key, taken.subject == Card.subject, taken.view == Card.view)
    people = select(Conversation.person_id).where(Conversation.chat == new.key)
    numbers = select(Menu.number).where(Menu.chat == new.key)
    units = select(BoundChat.unit).where(BoundChat.chat == new.key)
    return (
        update(Card).where(Card.chat == old.key, ~same_card).values(chat=new.key, chat_body=body),
        update(Conversation)
        .where(Conversation.chat == old.key, Conversation.person_id.not_in(people))
        .values(chat=new.key),
        update(Menu).where(Menu.chat == old.key, Menu.number.not_in(numbers)).values(chat=new.key),
        update(BoundChat)
        .where(BoundChat.chat == old.key, BoundChat.unit.not_in(units))
        .values(chat=new.key, chat_body=body),
    )
