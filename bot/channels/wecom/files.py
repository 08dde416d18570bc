"""Photos and documents on their way to WeCom."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.channels.wecom.calls import Calls
from bot.clock import Clock
from bot.port import DeliveryError

_REMEMBERED = 20_000
LIVES = timedelta(days=3)
"""How long WeCom keeps media (path/90253)."""
_MARGIN = timedelta(hours=1)


class BlobStore(Protocol):
    """Where photos and documents are kept, by address."""

    def get(self, address: str) -> bytes:
        """Return the bytes; it blocks."""
        ...


class Files:
    """Uploads blobs, and remembers what WeCom calls them while it keeps them."""

    def __init__(self, calls: Calls, blobs: BlobStore, clock: Clock) -> None:
        self._calls = calls
        self._blobs = blobs
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[str, datetime]] = {}

    async def media_id(self, kind: Literal["image", "file"], blob: str, name: str) -> str:
        """Return the media id of a blob. Raises `DeliveryError`."""
        now = self._clock.now()
        known = self._known.get((blob, name))
        if known and now < known[1]:
            return known[0]
        found = await self._calls.upload(kind, name, await self.data(blob))
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        self._known[blob, name] = found, now + LIVES - _MARGIN
        return found

    def forget(self, blob: str, name: str) -> None:
        """Upload it anew the next time."""
        self._known.pop((blob, name), None)

    async def data(self, blob: str) -> bytes:
        """Return the bytes of a blob. Raises `DeliveryError`."""
        try:
            return await asyncio.to_thread(self._blobs.get, blob)
        except (LookupError, OSError, ValueError) as error:
            raise DeliveryError("refused", permanent=True, detail=f"no such blob: {type(error).__name__}") from error
