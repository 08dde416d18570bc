"""The two ways to the Bot API, each by one SDK; the other is not even loaded."""

from __future__ import annotations

from typing import Literal

from bot.channels.telegram.calls import Driver

Name = Literal["aiogram", "ptb"]


def connect(name: Name, token: str, root: str) -> Driver:
    """Return a bot's driver; `root` is the Bot API server's bare URL. Nothing is called yet."""
    if name == "ptb":
        from bot.channels.telegram.drivers.ptb import PtbDriver  # noqa: PLC0415 -- loads python-telegram-bot

        return PtbDriver(token, root)
    from bot.channels.telegram.drivers.aiogram import AiogramDriver  # noqa: PLC0415 -- loads aiogram

    return AiogramDriver(token, root)
