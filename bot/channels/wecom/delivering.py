"""Sending to members and changing cards: one neutral message is one or several of WeCom's, the card the last."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from bot.channels.wecom import cards
from bot.channels.wecom.calls import Calls
from bot.channels.wecom.files import Files
from bot.channels.wecom.reading import CODE, EDITABLE
from bot.channels.wecom.refusals import Json, check_people, gone, is_media
from bot.channels.wecom.saying import Part, on_card, parts
from bot.clock import Clock
from bot.port import Chat, DeliveryError, Outgoing, Receipt

SEND, CHANGE = "/cgi-bin/message/send", "/cgi-bin/message/update_template_card"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
PHOTOS, SHOWN = "photos", "shown"
"""Where a card's receipt keeps the photos that came with it, and by what one tells whether it shows something else."""
_LONGEST_WAIT = 60.0
"""How many seconds the rest of a message that has begun to arrive waits for its turn."""
_PAUSE = 1.0
_TRIES = 3
_PHOTO = "photo.jpg"

T = TypeVar("T")


class Delivery:
    """Says neutral messages to members of the corporation."""

    def __init__(self, calls: Calls, files: Files, agent: int, clock: Clock) -> None:
        self._calls = calls
        self._files = files
        self._agent = agent
        self._clock = clock

    async def send(self, chat: Chat, message: Outgoing) -> Receipt:
        """Send it all. Raises `DeliveryError`."""
        sent: list[Receipt] = []
        for part in parts(message):
            sent.append(await patiently(partial(self._send, chat, part), has_begun=bool(sent)))
        if not sent:
            raise DeliveryError("refused", permanent=True, detail="nothing to say")
        return _with_photos(sent[-1], message.photos).model_copy(update={"messages": len(sent)})

    async def edit(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt:
        """Change a card, which its code allows once. Raises `DeliveryError`: `gone` when it cannot become this.

        Photos that it did not come with are sent beside it where somebody must act: they may have to be seen for that.
        The first line comes with them, since the card may stand far above.
        """
        code = receipt.detail.get(CODE)
        shown = on_card(message)
        if not code or shown is None:
            raise gone("nothing to change it by" if not code else "no card can show it")
        known = receipt.detail.get(PHOTOS, [])
        fresh = [photo for photo in message.photos if photo not in known] if message.choices else []
        beside = list(parts(Outgoing(text=message.headline, photos=tuple(fresh)))) if fresh else []
        for part in beside:
            await self._send(chat, part)
        said = max(1, len(beside))
        card = cards.showing(shown, receipt.id)
        if receipt.detail.get(SHOWN) == _told_apart(card):  # the one change that it allows is kept for another
            return _with_photos(receipt, (*known, *fresh)).model_copy(update={"messages": said})
        body: Json = {"userids": [chat.id], "agentid": self._agent, "response_code": code}
        try:
            await self._calls.post(CHANGE, {**body, "template_card": card})
        except DeliveryError as error:
            if error.reason == "refused":  # the code was used or is too old
                raise gone(str(error)) from None
            raise
        return _with_photos(Receipt(id=receipt.id, editable_until=NEVER, messages=said), (*known, *fresh))

    async def _send(self, chat: Chat, part: Part) -> Receipt:
        if part.card is not None:
            return await self._send_card(chat, part.card)
        answer = await with_content(part, self._files, lambda what: self._carry(chat, what))
        return Receipt(id=str(answer.get("msgid") or secrets.token_hex(8)), editable_until=NEVER)

    async def _send_card(self, chat: Chat, message: Outgoing) -> Receipt:
        task_id = f"pk-{secrets.token_hex(12)}"
        card = cards.showing(message, task_id)
        answer = await self._carry(chat, {"msgtype": "template_card", "template_card": card})
        if code := answer.get("response_code"):
            detail = {CODE: code, SHOWN: _told_apart(card)}
            return Receipt(id=task_id, editable_until=self._clock.now() + EDITABLE, detail=detail)
        return Receipt(id=task_id, editable_until=NEVER)

    async def _carry(self, chat: Chat, what: Json) -> Json:
        answer = await self._calls.post(SEND, {"touser": chat.id, "agentid": self._agent, **what})
        check_people(answer)
        return answer


async def patiently(attempt: Callable[[], Awaitable[T]], *, has_begun: bool) -> T:
    """Send a part; the rest of what has begun to arrive must not begin anew because of a short wait."""
    for _ in range(_TRIES if has_begun else 0):
        try:
            return await attempt()
        except DeliveryError as error:
            if error.permanent or (error.retry_after or 0) > _LONGEST_WAIT:
                raise
            await asyncio.sleep(error.retry_after or _PAUSE)
    return await attempt()


async def with_content(part: Part, files: Files, say: Callable[[Json], Awaitable[Json]]) -> Json:
    """Say words, a photo or a file; media are uploaded, and anew, once, where WeCom has forgotten them."""
    try:
        return await say(await _content(part, files))
    except DeliveryError as error:
        if not is_media(error):
            raise
    files.forget(*((part.photo, _PHOTO) if part.photo else part.document))
    return await say(await _content(part, files))


async def _content(part: Part, files: Files) -> Json:
    if part.words is not None:
        return part.words
    if part.photo:
        return {"msgtype": "image", "image": {"media_id": await files.media_id("image", part.photo, _PHOTO)}}
    return {"msgtype": "file", "file": {"media_id": await files.media_id("file", *part.document)}}


def _told_apart(card: Json) -> str:
    return hashlib.sha256(json.dumps(card, sort_keys=True).encode()).hexdigest()[:16]


def _with_photos(receipt: Receipt, photos: Sequence[str]) -> Receipt:
    return receipt.model_copy(update={"detail": {**receipt.detail, PHOTOS: list(photos)}}) if photos else receipt
