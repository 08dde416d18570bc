"""What the chats show of the bot's messages: in which order, which of them twice, and which the program knows of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.port import Outgoing
from storage.models import Card, OutboxRow
from tests.fakes.bot_api import FakeBotApi, Message
from tests.fakes.bot_api.chats import Chat

CHANNEL = "telegram"
Piece = list[Message]
"""A message, or an album's messages, which are sent by one call."""


def chat_of(api: FakeBotApi, key: str) -> Chat:
    """Return the chat that a row means."""
    return api.chats[int(key.rpartition(":")[2])]


def shown(chat: Chat) -> list[str]:
    """Return the texts that the bot sent or edited here, in the order of their coming."""
    return [event.message.text for event in chat.events if event.kind != "deleted"]


def courses(chat: Chat) -> Iterator[list[str]]:
    """Yield what the messages said as they were sent, one after the other, and then each one's texts in its life."""
    yield [event.message.text for event in chat.events if event.kind == "sent"]
    for message in chat.sent:
        yield [event.message.text for event in chat.events if event.message.id == message]


def pieces(chat: Chat) -> Iterator[Piece]:
    """Yield what the bot sent here, as it was when it was sent."""
    sent = (event.message for event in chat.events if event.kind == "sent")
    for _, messages in groupby(sent, key=lambda message: message.json.get("media_group_id", message.id)):
        yield list(messages)


def doubled(api: FakeBotApi) -> list[int]:
    """Return the messages (the first of an album) that came once more: words, buttons and photos, in the same chat."""
    return [twin for chat in api.chats.values() for twin in _twins(api, chat)]


def _twins(api: FakeBotApi, chat: Chat) -> Iterator[int]:
    last: dict[tuple[str, ...], int] = {}
    for piece in pieces(chat):
        said = _said(api, piece)
        if said in last:
            yield last[said]
        last[said] = piece[0].id


def _said(api: FakeBotApi, piece: Piece) -> tuple[str, ...]:
    said = []
    for message in piece:
        photo = api.files.by_id[message.photo].data if message.photo else b""
        buttons = (str(button.get("callback_data")) for row in message.rows for button in row)
        said += [message.text, hashlib.sha256(photo).hexdigest(), *buttons]
    return tuple(said)


def in_flight(session: Session, api: FakeBotApi) -> set[int]:
    """Return the messages (the first of an album) that arrived though the database, after a kill, knows nothing of it.

    A chat gets one message after the other, so it can only be the last one of each: it is neither the receipt of a
    card nor among the words that are written down as sent. An album and the words below it are one message.
    """
    waiting = session.scalars(
        select(OutboxRow.chat).where(OutboxRow.channel == CHANNEL, OutboxRow.state == "pending").distinct()
    )
    return {each[0].id for key in waiting.all() for each in _unknown(session, key, list(pieces(chat_of(api, key))))}


def _unknown(session: Session, key: str, sent: list[Piece]) -> list[Piece]:
    if not sent or (len(sent[-1]) == 1 and _is_known(session, key, sent[-1][0])):
        return []
    has_album_above = len(sent[-1]) == 1 and len(sent) > 1 and len(sent[-2]) > 1
    return sent[-2:] if has_album_above else sent[-1:]


def _is_known(session: Session, key: str, last: Message) -> bool:
    receipts = session.scalars(select(Card.receipt).where(Card.chat == key)).all()
    if any(receipt and receipt["id"] == str(last.id) for receipt in receipts):
        return True
    plain = (OutboxRow.chat == key, OutboxRow.state == "sent", OutboxRow.card_id.is_(None))
    bodies = session.scalars(select(OutboxRow.body).where(*plain))
    return any(body and Outgoing.model_validate_json(body).plain == last.text for body in bodies)
