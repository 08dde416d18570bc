"""Messages of the built-in chat page, which is a platform of its own and keeps its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, new_id


class WebMessage(Base):
    """One message in a chat of the page, by the bot or by somebody; `revision` rises when it is edited."""

    __tablename__ = "web_message"
    __table_args__ = (Index("ix_web_message_chat_id", "chat_id", "id"), Index("ix_web_message_revision", "revision"))

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    chat_id: Mapped[str] = mapped_column(String(128))
    sender: Mapped[str] = mapped_column(String(128))  # empty: the bot
    body: Mapped[str] = mapped_column(Text)  # JSON: bot.port.Outgoing, or what the person sent
    revision: Mapped[int] = mapped_column(default=new_id)
    sent_at: Mapped[datetime]
