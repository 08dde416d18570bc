"""Telegram by its Bot API, through one of two SDKs; never their dispatchers or polling loops."""

from bot.channels.telegram.channel import TelegramChannel

__all__ = ["TelegramChannel"]
