"""Which channels the settings ask for: the only place that knows every adapter."""

from __future__ import annotations

from collections.abc import Iterator

from bot.channels.telegram import TelegramChannel
from bot.channels.web import WebChannel
from bot.clock import Clock
from bot.config import Settings
from bot.port import Channel
from storage.blobs import Blobs
from storage.database import Database


def make_channels(settings: Settings, database: Database, blobs: Blobs, clock: Clock) -> list[Channel]:
    """Return a channel for each account that is set up; nothing is connected yet."""
    return [*_telegram(settings, blobs, clock), *_page(settings, database, blobs, clock)]


def _telegram(settings: Settings, blobs: Blobs, clock: Clock) -> Iterator[Channel]:
    if token := settings.telegram_token.get_secret_value():
        yield TelegramChannel(
            token, blobs, driver=settings.telegram_driver, api=settings.telegram_api, mode=settings.telegram_mode,
            webhook_secret=settings.telegram_webhook_secret.get_secret_value(), public_url=settings.public_url,
            clock=clock,
        )  # fmt: skip


def _page(settings: Settings, database: Database, blobs: Blobs, clock: Clock) -> Iterator[Channel]:
    if settings.web_chat:
        yield WebChannel(database, blobs, clock, public_url=settings.public_url)
