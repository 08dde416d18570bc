"""The chore `announce`: show a person's commands in the platform's menu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.pipeline.house import Account
from bot.port import Channel, Chat, Command


class Announcing:
    """Announces menus. The arguments are chat (`bot.port.Chat`), language and commands (name and description each)."""

    def __init__(self, channels: Mapping[Account, Channel]) -> None:
        self._channels = channels

    async def run(self, args: Mapping[str, Any]) -> None:
        """Announce; nobody waits for it."""
        chat = Chat.model_validate(args["chat"])
        commands = [Command.model_validate(command) for command in args["commands"]]
        await self._channels[chat.channel, chat.account].announce({args["language"]: commands}, chat)

    def lost(self, _args: Mapping[str, Any], _reason: str) -> None:
        """Let it be: the commands work without a menu."""

    def key(self, _args: Mapping[str, Any]) -> str:
        """Return nothing, since nothing comes back."""
        return ""
