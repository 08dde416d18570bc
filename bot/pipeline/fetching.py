"""The chore `fetch`: bring an attachment's bytes, make a photo of them, keep it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

from bot.pipeline.house import Account
from bot.pipeline.photos import Refused, settle_photo
from bot.port import Channel, Media
from storage.blobs import Blobs


class Fetching:
    """Fetches attachments. The arguments are attachment (id), channel, account and media (`bot.port.Media`)."""

    def __init__(self, channels: Mapping[Account, Channel], blobs: Blobs, zone: Callable[[], tzinfo]) -> None:
        self._channels = channels
        self._blobs = blobs
        self._zone = zone

    async def run(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """Return the facts of the attachment: stored or refused. Raises `DeliveryError` when it cannot be brought."""
        channel = self._channels[args["channel"], args["account"]]
        media = Media.model_validate(args["media"])
        facts = await asyncio.to_thread(self._settle, await channel.fetch(media))
        if facts["state"] == "stored":
            await channel.let_go(media, facts["blob"])
        return {**_whose(args), **facts}

    def lost(self, args: Mapping[str, Any], reason: str) -> dict[str, Any]:
        """Return the facts of an attachment that will never come."""
        return {**_whose(args), "state": "lost", "reason": reason}

    def key(self, args: Mapping[str, Any]) -> str:
        """Return what makes a result unique: an attachment is settled once."""
        return f"settled:{args['attachment']}"

    def _settle(self, data: bytes) -> dict[str, Any]:
        photo = settle_photo(data, self._zone())
        if isinstance(photo, Refused):
            return {"state": "refused", "reason": photo.reason}
        return {
            "state": "stored", "reason": "", "blob": self._blobs.put(photo.data), "mime": photo.mime,
            "width": photo.width, "height": photo.height, "dhash": photo.dhash, "lat": photo.lat, "lon": photo.lon,
            "taken_at": photo.taken_at.isoformat() if photo.taken_at else None,
        }  # fmt: skip


def _whose(args: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": "attachment", "attachment": args["attachment"]}
