"""Sending and editing: by a session while one lives, else by the robot; what has choices by a card."""

from __future__ import annotations

import asyncio
import json
import secrets
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bot.channels.dingtalk.calls import Calls
from bot.channels.dingtalk.cards import CHANGE, CREATE, changing, creating, fits, new_id, values_of
from bot.channels.dingtalk.files import Files
from bot.channels.dingtalk.refusals import Json, check_cards, check_people
from bot.channels.dingtalk.saying import PHOTOS_A_CARD, Part, as_file, as_photo, by_robot, by_session, parts
from bot.channels.dingtalk.sessions import Sessions
from bot.port import Chat, ChatKind, DeliveryError, Outgoing, Receipt

TO_ONE, TO_GROUP = "/v1.0/robot/oToMessages/batchSend", "/v1.0/robot/groupMessages/send"
RECALL_ONE, RECALL_GROUP = "/v1.0/robot/otoMessages/batchRecall", "/v1.0/robot/groupMessages/recall"
_LONGEST_WAIT = 60.0
"""How many seconds the rest of a message that has begun to arrive waits for its turn."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Manner(NamedTuple):
    """How this robot speaks: its code, the template of its cards (or none), and how taps come back."""

    robot: str
    template: str = ""
    by_http: bool = False


class Delivery:
    """Says neutral messages."""

    def __init__(self, calls: Calls, files: Files, sessions: Sessions, manner: Manner) -> None:
        self._calls = calls
        self._files = files
        self._sessions = sessions
        self._manner = manner

    async def send(self, chat: Chat, message: Outgoing, context: dict[str, Any] | None) -> Receipt:
        """Send it all. Raises `DeliveryError`."""
        wanted = parts(message, cards=bool(self._manner.template))
        if not wanted:
            raise DeliveryError("refused", permanent=True, detail="nothing to say")
        is_card = self._is_card(wanted[-1])
        sent: list[str] = []
        for part in wanted:
            way = None if is_card else context  # a card's earlier pages must be such as can be recalled
            sent.append(await self._send_patiently(chat, part, way, is_card=is_card, has_begun=bool(sent)))
        if not is_card:
            return Receipt(id=sent[-1], editable_until=_NEVER, messages=len(sent))
        pages = [key for key, part in zip(sent[:-1], wanted[:-1], strict=True) if part.is_words]
        return Receipt(id=sent[-1], detail={"parts": pages} if pages else {}, messages=len(sent))

    async def edit(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt:
        """Change a card. Raises `DeliveryError`: `gone` when it is not there, is no card, or cannot become this."""
        if not receipt.id.startswith("pk-") or message.document or not fits(message):
            raise DeliveryError("gone", permanent=True, detail="no card can show it")
        inside = () if message.whole else message.photos[-PHOTOS_A_CARD:]
        photos = [await self._media(photo) for photo in inside]
        try:
            await self._calls.call("PUT", CHANGE, changing(receipt.id, values_of(message, photos)))
        except DeliveryError as error:
            if error.reason == "refused":
                raise DeliveryError("gone", permanent=True, detail="card") from error
            raise
        if pages := receipt.detail.get("parts"):
            await self._recall(chat, pages)
        return receipt.model_copy(update={"detail": {}, "messages": 1})

    async def _send_patiently(
        self, chat: Chat, part: Part, context: dict[str, Any] | None, *, is_card: bool, has_begun: bool
    ) -> str:
        try:
            return await self._send(chat, part, context, is_card=is_card)
        except DeliveryError as error:
            if not has_begun or error.retry_after is None or error.retry_after > _LONGEST_WAIT or error.permanent:
                raise
            await asyncio.sleep(error.retry_after)
        return await self._send(chat, part, context, is_card=is_card)

    async def _send(self, chat: Chat, part: Part, context: dict[str, Any] | None, *, is_card: bool) -> str:
        """Send one of DingTalk's messages, and return what it is called."""
        if self._is_card(part):
            return await self._send_card(chat, part.message)
        if part.is_words and not is_card and await self._answer(chat, part.message, context):
            return f"session-{secrets.token_hex(8)}"
        if part.photo:
            return await self._speak(chat, *as_photo(await self._media(part.photo)))
        if part.message.document:
            name = part.message.document_name or "file"
            media_id = await self._files.media_id("file", part.message.document, name)
            return await self._speak(chat, *as_file(media_id, name))
        return await self._speak(chat, *by_robot(part.message))

    async def _answer(self, chat: Chat, message: Outgoing, context: dict[str, Any] | None) -> bool:
        """Answer through the session; False when none lives: a session that is refused is taken for dead."""
        url = self._sessions.find(chat.id, context)
        if not url:
            return False
        try:
            await self._calls.post(url, by_session(message))
        except DeliveryError as error:
            if not error.permanent and error.reason != "credentials":
                raise
            self._sessions.forget(chat.id)
            return False
        return True

    async def _speak(self, chat: Chat, kind: str, what: Json) -> str:
        body: Json = {"robotCode": self._manner.robot, "msgKey": kind, "msgParam": json.dumps(what, ensure_ascii=False)}
        if chat.kind is ChatKind.GROUP:
            answer = await self._calls.call("POST", TO_GROUP, {**body, "openConversationId": chat.id})
        else:
            answer = await self._calls.call("POST", TO_ONE, {**body, "userIds": [_staff(chat)]})
            check_people(answer)
        return str(answer.get("processQueryKey") or f"robot-{secrets.token_hex(8)}")

    async def _send_card(self, chat: Chat, message: Outgoing) -> str:
        if chat.kind is ChatKind.PRIVATE:
            _staff(chat)
        photos = [await self._media(photo) for photo in message.photos]
        card_id, manner, values = new_id(chat), self._manner, values_of(message, photos)
        called = {span.mention: span.text.removeprefix("@") for span in message.text if span.mention}
        body = creating(card_id, chat, values, manner.template, manner.robot, by_http=manner.by_http, called=called)
        check_cards(await self._calls.call("POST", CREATE, body))
        return card_id

    async def _recall(self, chat: Chat, keys: list[str]) -> None:
        body: Json = {"robotCode": self._manner.robot, "processQueryKeys": keys}
        is_group = chat.kind is ChatKind.GROUP
        where = {"openConversationId": chat.id} if is_group else {}
        try:
            await self._calls.call("POST", RECALL_GROUP if is_group else RECALL_ONE, {**body, **where})
        except DeliveryError as error:
            if not error.permanent:
                raise

    async def _media(self, photo: str) -> str:
        return await self._files.media_id("image", photo, "photo.jpg")

    def _is_card(self, part: Part) -> bool:
        return bool(self._manner.template and part.message.choices)


def _staff(chat: Chat) -> str:
    """Return whom to write to. Outsiders can only be answered while a session lives: the robot knows staff alone."""
    if chat.id.startswith("$:"):
        raise DeliveryError("blocked", permanent=True, detail="not staff, and no session")
    return chat.id
