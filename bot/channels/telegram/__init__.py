"""Telegram by its Bot API, with aiogram for types, calls and errors; never its dispatcher or polling loop."""

from bot.channels.telegram.channel import TelegramChannel

__all__ = ["TelegramChannel"]
