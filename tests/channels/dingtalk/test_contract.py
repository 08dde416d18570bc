"""DingTalk passes the contract, by stream and by HTTP, with cards and without."""

from __future__ import annotations

from tests.channels.contract import ChannelContract


class TestDingTalk(ChannelContract):
    """With the rig of `conftest.py`."""
