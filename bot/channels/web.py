"""The built-in chat page as a channel: messages are rows, edited for ever, and open pages hear of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy.orm import Session

from bot.channels.degrade import pages
from bot.clock import Clock
from bot.port import Capabilities, Chat, Command, DeliveryError, Incoming, Intake, Media, Outgoing, Receipt, Unparsable
from storage.blobs import Blobs
from storage.database import Database, is_outage
from storage.models import WebMenu, WebMessage, new_id
from storage.queries import webchat

T = TypeVar("T")
NAME, ACCOUNT = "web", "page"
EMPTY = "{}"
"""What is left of a page of a long text when an edit has made it shorter: nothing to see."""


class WebChannel:
    """The page's side of the port; the routes that serve it are in `bot.web.chat`."""

    name, account, mode = NAME, ACCOUNT, "page"
    capabilities = Capabilities(text_limit=20_000, max_buttons=100, button_columns=8, keeps_exif="always")

    def __init__(self, database: Database, blobs: Blobs, clock: Clock, *, public_url: str = "") -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self.start_link = f"{public_url.rstrip('/')}/?start=" if public_url else ""
        if self.start_link:
            self.capabilities = self.capabilities.model_copy(update={"links_with_start": True})

    async def introduce(self) -> str:
        """Return the page's own link: it is known from the settings."""
        return self.start_link

    # --- the port -----------------------------------------------------------------------------------------------------

    def parse(self, body: str) -> Incoming:
        """Read what the page wrote; it speaks in neutral words already. Raises `Unparsable`."""
        try:
            incoming = Incoming.model_validate_json(body)
        except ValidationError as error:
            raise Unparsable(str(error)) from error
        if (incoming.channel, incoming.account) != (self.name, self.account):
            raise Unparsable(incoming.channel)
        return incoming

    async def send(self, chat: Chat, message: Outgoing, context: dict[str, Any] | None = None) -> Receipt:
        """Write the message and let open pages know. Raises `DeliveryError` in an outage of the database."""
        del context
        rows = await self._write(lambda session: [self._append(session, chat, page) for page in self._pages(message)])
        self.ring(chat.id)
        return _receipt(rows)

    async def edit(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt:
        """Change the message in place. Raises `DeliveryError`: the message is gone."""
        rows = await self._write(lambda session: self._change(session, chat, receipt, self._pages(message)))
        self.ring(chat.id)
        return _receipt(rows)

    async def acknowledge(self, press_id: str) -> None:
        """Do nothing: the page knows that its tap arrived by the answer to its request."""

    async def fetch(self, media: Media) -> bytes:
        """Bring an uploaded file from the blob store. Raises `DeliveryError`: it is gone."""
        try:
            return await asyncio.to_thread(self._blobs.get, media.ref)
        except (FileNotFoundError, ValueError) as error:
            raise DeliveryError("gone", permanent=True, detail=media.ref) from error

    async def let_go(self, media: Media, blob: str) -> None:
        """Show the cleaned photo in the chat; the sweep deletes the upload and all that its camera wrote into it."""
        await self._write(lambda session: webchat.replace_file(session, media.ref, blob))

    async def receive(self, intake: Intake) -> None:
        """Return at once: pages push."""

    async def announce(self, commands: dict[str, Sequence[Command]], chat: Chat | None = None) -> None:
        """Keep the menu; open pages show it when "/" is typed."""
        chat_id = chat.id if chat else ""
        await self._write(lambda session: _keep_menus(session, chat_id, commands))
        self.ring(chat_id)

    async def close(self) -> None:
        """Wake whoever listens, so that they may end."""
        for chat_id in list(self._listeners):
            self.ring(chat_id)

    # --- open pages ---------------------------------------------------------------------------------------------------

    def ring(self, chat_id: str) -> None:
        """Let the open pages of a chat know that it has changed."""
        for event in self._listeners.get(chat_id, ()):
            event.set()

    @contextmanager
    def listening(self, chat_ids: Iterable[str]) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever one of these chats changes; who waits for it clears it."""
        event, chats = asyncio.Event(), set(chat_ids)
        for chat_id in chats:
            self._listeners.setdefault(chat_id, set()).add(event)
        try:
            yield event
        finally:
            for chat_id in chats:
                self._listeners[chat_id].discard(event)
                if not self._listeners[chat_id]:
                    del self._listeners[chat_id]

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _pages(self, message: Outgoing) -> tuple[str, ...]:
        return tuple(page.model_dump_json(exclude_defaults=True) for page in pages(message, self.capabilities))

    def _append(self, session: Session, chat: Chat, body: str) -> WebMessage:
        row = WebMessage(id=new_id(), chat_id=chat.id, sender="", body=body, sent_at=self._clock.now())
        session.add(row)
        return row

    def _change(self, session: Session, chat: Chat, receipt: Receipt, bodies: Sequence[str]) -> list[WebMessage]:
        standing = [_standing(session, chat, part) for part in (*receipt.detail.get("parts", ()), receipt.id)]
        for row, body in zip_longest(standing, bodies[: len(standing)], fillvalue=EMPTY):
            if row.body != body:  # type: ignore[union-attr]
                row.body, row.revision = body, new_id()  # type: ignore[union-attr]
        more = [self._append(session, chat, body) for body in bodies[len(standing) :]]
        return [*standing[: len(bodies)], *more]

    async def _write(self, work: Callable[[Session], T]) -> T:
        try:
            return await self._database.write(work)
        except Exception as error:
            if is_outage(error):
                raise DeliveryError("busy", permanent=False, detail=type(error).__name__) from error
            raise


def _standing(session: Session, chat: Chat, message_id: str) -> WebMessage:
    row = session.get(WebMessage, int(message_id)) if message_id.isdecimal() else None
    if row is None or row.chat_id != chat.id or row.sender:
        raise DeliveryError("gone", permanent=True, detail=message_id)
    return row


def _receipt(rows: Sequence[WebMessage]) -> Receipt:
    parts = [str(row.id) for row in rows[:-1]]
    return Receipt(id=str(rows[-1].id), detail={"parts": parts} if parts else {})


def _keep_menus(session: Session, chat_id: str, commands: dict[str, Sequence[Command]]) -> None:
    for language, menu in commands.items():
        session.merge(
            WebMenu(
                chat_id=chat_id, language=language, commands=[each.model_dump() for each in menu], revision=new_id()
            )
        )
