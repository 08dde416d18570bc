"""Telegram passes the contract, polled and by webhook."""

from __future__ import annotations

from tests.channels.contract import ChannelContract


class TestTelegram(ChannelContract):
    """With the rig of `conftest.py`."""
