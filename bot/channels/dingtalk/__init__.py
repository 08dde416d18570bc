"""DingTalk (钉钉): an internal application's robot by stream or HTTP, and custom robots that only speak in groups."""

from bot.channels.dingtalk.channel import DingTalkChannel
from bot.channels.dingtalk.robots import DingTalkRobots

__all__ = ["DingTalkChannel", "DingTalkRobots"]
