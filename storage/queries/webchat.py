"""What a chat page reads: the messages that are new or changed, older ones, the menu, and the secret."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, Select, cast, delete, select, update
from sqlalchemy.orm import Session

from storage.models import Card, WebFile, WebMenu, WebMessage, WebSecret, new_id
from storage.models.base import Id

_COMMIT_SPREAD = 5_000 << 21
"""Revisions are given before they are committed, so one may appear late: as many ids as five seconds hold."""

CHANNEL, ACCOUNT = "web", "page"
"""How the page is called among the channels."""


def latest(session: Session, chat_id: str, limit: int, *, before: int | None = None) -> Sequence[WebMessage]:
    """Return the newest messages of a chat (older than the message `before`), oldest first."""
    query = select(WebMessage).where(WebMessage.chat_id == chat_id).order_by(WebMessage.id.desc()).limit(limit)
    if before is not None:
        query = query.where(WebMessage.id < before)
    return session.scalars(query).all()[::-1]


def changed(session: Session, chat_ids: Iterable[str], since: int) -> Sequence[WebMessage]:
    """Return the messages sent or edited since a revision, in the order of their change.

    Some from shortly before come again: nothing that was committed late may be missed.
    """
    return session.scalars(
        select(WebMessage)
        .where(WebMessage.chat_id.in_(list(chat_ids)), WebMessage.revision > since - _COMMIT_SPREAD)
        .order_by(WebMessage.revision)
    ).all()


def replace_file(session: Session, old: str, new: str) -> None:
    """Let messages show the cleaned photo instead of the uploaded file."""
    session.execute(update(WebFile).where(WebFile.blob == old).values(blob=new, mime="image/jpeg"))


def forget_files(session: Session, addresses: Collection[str]) -> None:
    """Let messages show these photos no more."""
    if not addresses:
        return
    session.execute(delete(WebFile).where(WebFile.blob.in_(addresses)))
    shows = select(WebMessage).where(WebMessage.sender == "", WebMessage.body.like('%"photos":%'))
    for row in session.scalars(shows.execution_options(yield_per=500)):
        message = json.loads(row.body)
        left = [each for each in message["photos"] if each not in addresses]
        if len(left) < len(message["photos"]):
            row.body, row.revision = json.dumps(message | {"photos": left}, ensure_ascii=False), new_id()


def forget_chats(session: Session, chat_ids: Collection[str]) -> None:
    """Forget all messages of these chats but those that a card still holds, and their menus."""
    if chat_ids:
        gone = (
            WebMessage.chat_id.in_(chat_ids),
            WebMessage.id.not_in(held(Card.chat.in_([_key(each) for each in chat_ids]))),
        )
        session.execute(delete(WebMessage).where(*gone))
        session.execute(delete(WebMenu).where(WebMenu.chat_id.in_(chat_ids)))


def held(*cards: ColumnElement[bool]) -> Select[int]:
    """Return the query for the messages of the page that these cards hold, to be edited."""
    message = Card.receipt["id"].as_string()
    is_page = Card.chat.startswith(_key(""), autoescape=True)
    return select(cast(message, Id)).where(is_page, message.is_not(None), *cards)


def files(session: Session, message_ids: Iterable[int]) -> dict[int, list[WebFile]]:
    """Return the files of messages, in their order."""
    found: dict[int, list[WebFile]] = {}
    query = select(WebFile).where(WebFile.message_id.in_(list(message_ids)))
    for file in session.scalars(query.order_by(WebFile.message_id, WebFile.position)):
        found.setdefault(file.message_id, []).append(file)
    return found


def menu(session: Session, chat_id: str) -> WebMenu | None:
    """Return the commands offered in a chat as they were last announced, or those offered to everyone."""
    return session.scalar(
        select(WebMenu)
        .where(WebMenu.chat_id.in_([chat_id, ""]))
        .order_by(WebMenu.chat_id.desc(), WebMenu.revision.desc())
        .limit(1)
    )


def secret(session: Session, name: str) -> str:
    """Return the secret of this name, made at the first call (so the session must write)."""
    row = session.get(WebSecret, name)
    if row is None:
        row = WebSecret(name=name, value=secrets.token_urlsafe(32))
        session.add(row)
        session.flush()
    return row.value


def _key(chat_id: str) -> str:
    return f"{CHANNEL}:{ACCOUNT}:{chat_id}"
