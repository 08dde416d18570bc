"""Rows on their way through the house: inbox, conversation, card, outbox, chore, lease."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, new_id, refers_to

PARTITIONS = 64
_PENDING = text("state = 'pending'")


class InboxRow(Base):
    """What came in: an update, a settled chore, a tick. (channel, account, key) makes redelivery harmless."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "account", "key"),
        Index(
            "ix_inbox_pending",
            "id",
            "partition",
            postgresql_where=_PENDING,
            sqlite_where=_PENDING,
        ),
        Index("ix_inbox_state_received_at", "state", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(32))
    account: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(255))
    chat: Mapped[str] = mapped_column(String(255))
    partition: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="pending")  # pending, done, quarantined
    reason: Mapped[str] = mapped_column(Text, default="")


class Conversation(Base):
    """What one person is in the middle of in one chat: the open draft as data."""

    __tablename__ = "conversation"

    chat: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[int] = mapped_column(refers_to("person.id"), primary_key=True)
    draft: Mapped[dict[str, Any] | None]
    recent: Mapped[dict[str, Any]] = mapped_column(default=dict)  # last places and the like, offered as buttons
    updated_at: Mapped[datetime] = mapped_column(index=True)


class Menu(Base):
    """The numbered choices of a chat that has no buttons: number → token; numbers run on across live menus."""

    __tablename__ = "menu"

    chat: Mapped[str] = mapped_column(String(255), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(255))
    card_id: Mapped[int | None]
    written_at: Mapped[datetime]


class Card(Base):
    """A message that lives: the version wanted, the version delivered, and the receipt by which it is edited."""

    __tablename__ = "card"
    __table_args__ = (UniqueConstraint("subject", "chat", "view"), Index("ix_card_chat", "chat"))

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(64))  # case:123, draft:456
    chat: Mapped[str] = mapped_column(String(255))
    chat_body: Mapped[str] = mapped_column(Text)  # bot.port.Chat as JSON
    view: Mapped[str] = mapped_column(String(32))
    person_id: Mapped[int | None]
    body: Mapped[str] = mapped_column(Text)  # bot.port.Outgoing as JSON, the wanted version
    wanted: Mapped[int] = mapped_column(default=1)
    delivered: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)  # the version last sent as a message of its own, not edited in
    receipt: Mapped[dict[str, Any] | None]
    closed: Mapped[bool] = mapped_column(default=False)


class OutboxRow(Base):
    """A message to deliver: its own body, or the newest version of a card. One FIFO lane a chat, by id."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_pending", "channel", "account", "id",
            postgresql_where=_PENDING, sqlite_where=_PENDING,
        ),
        Index("ix_outbox_state_created_at", "state", "created_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(32))
    account: Mapped[str] = mapped_column(String(64))
    chat: Mapped[str] = mapped_column(String(255))
    chat_body: Mapped[str] = mapped_column(Text)
    card_id: Mapped[int | None]
    anew: Mapped[bool] = mapped_column(default=False)  # a card: send it again at the bottom instead of editing
    body: Mapped[str] = mapped_column(Text, default="")
    context: Mapped[dict[str, Any] | None]
    state: Mapped[str] = mapped_column(String(12), default="pending")  # pending, sent, failed
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]


class Chore(Base):
    """Work outside the transaction — fetch, hash, draw, export — whose result comes back as an inbox row."""

    __tablename__ = "chore"
    __table_args__ = (
        Index(
            "ix_chore_pending", "not_before",
            postgresql_where=_PENDING, sqlite_where=_PENDING,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(32))
    chat: Mapped[str] = mapped_column(String(255))  # the lane in which its result is handled
    args: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), default="pending")  # pending, done, failed
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]


class Lease(Base):
    """Who does what only one may do (clock, sender, poller, inbox partition), until when, on the database's time."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(96), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]


class ChannelUse(Base):
    """How many calls of its interface an account has made in a month, and how many it may, where they are numbered."""

    __tablename__ = "channel_use"

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)  # 2026-03
    calls: Mapped[int] = mapped_column(default=0)
    allowed: Mapped[int] = mapped_column(default=0)
