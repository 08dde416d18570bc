"""DingTalk (钉钉): an internal application's robot by stream or HTTP, and custom robots that only speak in groups."""

from bot.channels.dingtalk.calls import Roots
from bot.channels.dingtalk.channel import DingTalkChannel
from bot.channels.dingtalk.meter import Uses
from bot.channels.dingtalk.robots import DingTalkRobots, Robot

__all__ = ["DingTalkChannel", "DingTalkRobots", "Robot", "Roots", "Uses"]
