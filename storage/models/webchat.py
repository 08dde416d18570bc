"""What the built-in chat page keeps, which is a platform of its own: messages, their files, menus, and its secret."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Json, new_id


class WebMessage(Base):
    """One message in a chat of the page, by the bot or by somebody; `revision` rises when it is edited.

    `key` is the sender's own id of it, so that sending again after a lost answer changes nothing; the bot has none.
    """

    __tablename__ = "web_message"
    __table_args__ = (
        UniqueConstraint("chat_id", "sender", "key"),
        Index("ix_web_message_chat_id_revision", "chat_id", "revision"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    chat_id: Mapped[str] = mapped_column(String(128))
    sender: Mapped[str] = mapped_column(String(128))  # empty: the bot
    key: Mapped[str | None] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)  # JSON: bot.port.Outgoing, for people's messages too
    revision: Mapped[int] = mapped_column(default=new_id)
    sent_at: Mapped[datetime]


class WebFile(Base):
    """A file sent along with a message: at the blob address as it came, and cleaned once it has settled as a photo."""

    __tablename__ = "web_file"

    message_id: Mapped[int] = mapped_column(ForeignKey("web_message.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    blob: Mapped[str] = mapped_column(String(128), index=True)
    mime: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int]


class WebMenu(Base):
    """The commands offered in a chat of the page (all chats: empty id), in one language."""

    __tablename__ = "web_menu"

    chat_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    commands: Mapped[list[Any]] = mapped_column(Json)
    revision: Mapped[int] = mapped_column(default=new_id)


class WebSecret(Base):
    """A secret that the page made for itself, shared by all processes: it signs the visitors' cookies."""

    __tablename__ = "web_secret"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(String(128))
