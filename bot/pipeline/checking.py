"""Whether the settings of the channels still hold, found out before something is to be said: one call to each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from bot.port import Channel, Checkable, DeliveryError
from bot.services.health import CREDENTIALS

log = logging.getLogger(__name__)

_SECONDS = 20.0
_UNSURE = frozenset({"network", "busy"})
"""What says nothing about the settings."""


async def prove(channel: Checkable) -> str:
    """Return what the platform calls the bot. Raises `DeliveryError`, also when no answer comes in 20 seconds."""
    try:
        async with asyncio.timeout(_SECONDS):
            return await channel.check()
    except TimeoutError:
        raise DeliveryError("network", permanent=False, detail=f"no answer within {_SECONDS:.0f} s") from None


class Checking:
    """Asks every platform that can be asked, all at once; the argument is the slot."""

    def __init__(self, channels: Iterable[Channel]) -> None:
        self._channels = channels

    async def run(self, _args: Mapping[str, Any]) -> dict[str, Any]:
        """Return which accounts' settings the platforms do not take, and of which nothing can be said now."""
        asked = [channel for channel in self._channels if isinstance(channel, Checkable)]
        reasons = dict(zip(map(_name, asked), await asyncio.gather(*map(_reason, asked)), strict=True))
        found: list[tuple[str, str, dict[str, Any]]] = [
            (CREDENTIALS, about, {}) for about, why in reasons.items() if why and why not in _UNSURE
        ]
        unsure = [about for about, why in reasons.items() if why in _UNSURE]
        return {"kind": "health", "looked_at": [CREDENTIALS], "found": found, "unsure": unsure}

    def lost(self, _args: Mapping[str, Any], _reason: str) -> None:
        """Let it be until the next hour."""

    def key(self, args: Mapping[str, Any]) -> str:
        """Return what makes a result unique."""
        return f"check:{args['slot']}"


def _name(channel: Any) -> str:
    return f"{channel.name}/{channel.account}"


async def _reason(channel: Any) -> str:
    try:
        await prove(channel)
    except DeliveryError as error:
        log.warning("%s: the check failed (%s)", _name(channel), error)
        return error.reason
    return ""
