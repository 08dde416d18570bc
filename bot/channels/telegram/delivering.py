"""Sending and editing: one neutral message is one or several of Telegram's, the last of which bears the buttons."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from bot.channels.degrade import pages
from bot.channels.telegram.calls import Call, Driver, Json, Upload
from bot.channels.telegram.refusals import is_unchanged
from bot.channels.telegram.saying import (
    CAPABILITIES,
    File,
    album,
    captioning,
    fits_caption,
    parts,
    rewriting,
    sending,
    showing,
)
from bot.port import DeliveryError, Outgoing, Receipt

_LONGEST_WAIT = 60.0
"""How many seconds the rest of a message that has begun to arrive waits for its turn."""
_REMEMBERED_FILES = 20_000


class BlobStore(Protocol):
    """Where photos and documents are kept, by address."""

    def get(self, address: str) -> bytes:
        """Return the bytes; it blocks."""
        ...


class Delivery:
    """Says neutral messages by the Bot API, and remembers under which file_id Telegram knows a blob."""

    def __init__(self, driver: Driver, blobs: BlobStore) -> None:
        self._driver = driver
        self._blobs = blobs
        self._files: dict[tuple[str, str], str] = {}

    async def send(self, chat_id: int, message: Outgoing) -> Receipt:
        """Send it all. Raises `DeliveryError`."""
        wanted = parts(message)
        sent = [await self._send(chat_id, wanted[0])]
        sent += [await self._send_patiently(chat_id, part) for part in wanted[1:]]
        texts = [str(each["message_id"]) for each in sent[:-1] if "text" in each]
        return _receipt(str(sent[-1]["message_id"]), _kind(wanted[-1]), message.photos, texts)

    async def edit(self, chat_id: int, receipt: Receipt, message: Outgoing) -> Receipt:
        """Change it in place. Raises `DeliveryError`: `gone` when the message is not there or cannot become this."""
        kind, shown = receipt.detail.get("kind", "text"), receipt.detail.get("photos")
        photo = _fresh(message, shown)
        if photo and fits_caption(message) and (kind == "photo" or shown == []):
            await self._show_photo(chat_id, receipt, message, photo)
            return _receipt(receipt.id, "photo", message.photos)
        if kind == "text":
            return await self._rewrite(chat_id, receipt, message)
        if not fits_caption(message):
            raise DeliveryError("gone", permanent=True, detail="the words do not fit under the photo")
        await self._change(captioning(chat_id, int(receipt.id), message))
        return receipt

    # --- sending ------------------------------------------------------------------------------------------------------

    async def _send_patiently(self, chat_id: int, part: Outgoing) -> Json:
        """Send the rest of what has begun to arrive: it must not begin anew because of a short wait."""
        for _ in range(3):
            try:
                return await self._send(chat_id, part)
            except DeliveryError as error:
                if error.permanent or error.retry_after is None or error.retry_after > _LONGEST_WAIT:
                    raise
                await asyncio.sleep(error.retry_after)
        return await self._send(chat_id, part)

    async def _send(self, chat_id: int, part: Outgoing) -> Json:
        """Send one of Telegram's messages and return it; of an album, the last."""
        if len(part.photos) > 1:
            return await self._send_album(chat_id, part.photos)
        file = await self._file(part) if part.photos or part.document else ""
        return self._remember(part, await self._driver.call(sending(chat_id, part, file)))

    async def _send_album(self, chat_id: int, photos: Sequence[str]) -> Json:
        parts = [Outgoing(photos=(blob,)) for blob in photos]
        files = [await self._file(part) for part in parts]
        sent: list[Json] = await self._driver.call(album(chat_id, files))
        for part, each in zip(parts, sent, strict=False):
            self._remember(part, each)
        return sent[-1]

    # --- editing ------------------------------------------------------------------------------------------------------

    async def _show_photo(self, chat_id: int, receipt: Receipt, message: Outgoing, photo: str) -> None:
        part = message.model_copy(update={"photos": (photo,)})
        answer = await self._change(showing(chat_id, int(receipt.id), part, await self._file(part)))
        if answer:
            self._remember(part, answer)

    async def _rewrite(self, chat_id: int, receipt: Receipt, message: Outgoing) -> Receipt:
        """Change the pages of a text: more of them are sent anew, fewer leave none behind."""
        ids = [*receipt.detail.get("parts", []), receipt.id]
        texts = pages(Outgoing(text=message.text, choices=message.choices), CAPABILITIES)
        for message_id, text in zip(ids, texts, strict=False):
            await self._change(rewriting(chat_id, int(message_id), text))
        more = [await self._send_patiently(chat_id, text) for text in texts[len(ids) :]]
        ids += [str(each["message_id"]) for each in more]
        for message_id in ids[len(texts) :]:
            await self._delete(chat_id, message_id)
        ids = ids[: len(texts)]
        return receipt.model_copy(update={"id": ids[-1], "detail": {**receipt.detail, "parts": ids[:-1]}})

    async def _change(self, call: Call) -> Json | None:
        """Edit, and return the message; None when it is so already."""
        try:
            answer: Json = await self._driver.call(call)
        except DeliveryError as error:
            if is_unchanged(error):
                return None
            raise
        return answer

    async def _delete(self, chat_id: int, message_id: str) -> None:
        try:
            await self._driver.call(Call("deleteMessage", {"chat_id": chat_id, "message_id": int(message_id)}))
        except DeliveryError as error:
            if not error.permanent:
                raise

    # --- files --------------------------------------------------------------------------------------------------------

    async def _file(self, part: Outgoing) -> File:
        """Return the file_id of a photo or document that Telegram has already, else its bytes."""
        kind, blob = ("photo", part.photos[0]) if part.photos else ("document", part.document)
        if known := self._files.get((kind, blob)):
            return known
        try:
            data = await asyncio.to_thread(self._blobs.get, blob)
        except (LookupError, OSError, ValueError) as error:
            raise DeliveryError("refused", permanent=True, detail=f"no such blob: {type(error).__name__}") from error
        return Upload(part.document_name or ("photo.jpg" if part.photos else "file"), data)

    def _remember(self, part: Outgoing, answer: Json) -> Json:
        if len(self._files) > _REMEMBERED_FILES:
            self._files.clear()
        if part.photos and answer.get("photo"):
            self._files["photo", part.photos[0]] = answer["photo"][-1]["file_id"]
        if part.document and answer.get("document"):
            self._files["document", part.document] = answer["document"]["file_id"]
        return answer


def _fresh(message: Outgoing, shown: Sequence[str] | None) -> str:
    """Return the newest photo that is not shown yet: one message shows one, so the newest stands for all."""
    return next((photo for photo in reversed(message.photos) if photo not in (shown or ())), "")


def _kind(part: Outgoing) -> str:
    return "photo" if part.photos else "document" if part.document else "location" if part.location else "text"


def _receipt(message_id: str, kind: str, photos: Sequence[str], parts: Sequence[str] = ()) -> Receipt:
    detail: Json = {"kind": kind, "photos": list(photos)}
    return Receipt(id=message_id, detail={**detail, "parts": list(parts)} if parts else detail)
