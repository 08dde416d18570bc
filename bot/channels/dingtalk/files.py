"""Photos and files on their way to DingTalk and from it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.channels.dingtalk.calls import Calls
from bot.clock import Clock
from bot.port import DeliveryError, Media

_REMEMBERED = 20_000
_LIVES = timedelta(days=1)
"""How long a media id is used again: the vendor does not say when one dies."""


class BlobStore(Protocol):
    """Where photos and documents are kept, by address."""

    def get(self, address: str) -> bytes:
        """Return the bytes; it blocks."""
        ...


class Files:
    """Uploads blobs, remembering what DingTalk calls them, and fetches by download code."""

    def __init__(self, calls: Calls, blobs: BlobStore, robot: str, clock: Clock) -> None:
        self._calls = calls
        self._blobs = blobs
        self._robot = robot
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[str, datetime]] = {}

    async def media_id(self, kind: Literal["image", "file"], blob: str, name: str) -> str:
        """Return the media id of a blob. Raises `DeliveryError`."""
        now = self._clock.now()
        known = self._known.get((kind, blob))
        if known and now < known[1]:
            return known[0]
        try:
            data = await asyncio.to_thread(self._blobs.get, blob)
        except (LookupError, OSError, ValueError) as error:
            raise DeliveryError("refused", permanent=True, detail=f"no such blob: {type(error).__name__}") from error
        found = await self._calls.upload(kind, name, data)
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        self._known[kind, blob] = found, now + _LIVES
        return found

    async def fetch(self, media: Media) -> bytes:
        """Bring what somebody sent. Raises `DeliveryError`."""
        wanted = {"robotCode": self._robot, "downloadCode": media.ref}
        answer = await self._calls.call("POST", "/v1.0/robot/messageFiles/download", wanted)
        return await self._calls.download(str(answer.get("downloadUrl", "")))
